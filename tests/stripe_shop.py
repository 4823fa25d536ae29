"""A Stripe stand-in on a free port, asked by Stripe's own SDK, and a shop's address for its events."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import stripe

from local.runner.environment import LOCAL_STRIPE_KEY
from local.stand_in.service import Answer, Request, Service
from local.stripe.server import Stripe

PATIENCE_SECONDS = 10
VISA = "4242424242424242"
DECLINED, NO_FUNDS = "4000000000000002", "4000000000009995"
CHALLENGED, CHALLENGED_THEN_DECLINED = "4000002760003184", "4000008400001629"
CARDS_ONLY = {"allowed_payment_method_types": ["card"]}


@dataclass
class Heard:
    """The events that reached the shop. `refusals`: how many of the next it answers with 500."""

    events: list[tuple[str, bytes]] = field(default_factory=list)  # signature and body
    refusals: int = 0

    def __call__(self, request: Request) -> Answer:
        self.events.append((request.headers.get("stripe-signature", ""), request.body))
        if self.refusals:
            self.refusals -= 1
            return Answer(500, {})
        return Answer(200, {})


@dataclass
class Shop:
    url: str
    stand_in: Stripe
    sdk: stripe.StripeClient
    heard: Heard
    secret: str = "whsec_of_the_shop"

    def ask(self, method: str, path: str, body: object = None, **query: Any) -> Any:
        return self.answer(method, path, body, **query).raise_for_status().json()

    def answer(self, method: str, path: str, body: object = None, **query: Any) -> httpx.Response:
        return httpx.request(method, self.url + path, json=body, params=query, trust_env=False)

    def payer(self, url: str, do: str, **more: Any) -> httpx.Response:
        return self.answer("POST", "/_control/payer", {"url": url, "do": do, **more})

    def form(self, path: str, **fields: str) -> httpx.Response:
        """What a browser sends when the payer presses a button."""
        return httpx.post(self.url + path, data=fields, trust_env=False)

    def customer(self) -> str:
        return self.sdk.v1.customers.create({"email": "payer@example.com"}).id

    def payment(self, method: str = "pm_card_visa", key: str | None = None, **more: Any) -> stripe.PaymentIntent:
        asked = {"amount": 4990, "currency": "eur", "payment_method": method, **CARDS_ONLY, **more}
        return self.sdk.v1.payment_intents.create(asked, {"idempotency_key": key} if key else {})

    def setup(self, method: str = "pm_card_visa", **more: Any) -> stripe.SetupIntent:
        return self.sdk.v1.setup_intents.create({"payment_method": method, **CARDS_ONLY, **more})

    def checkout(self, mode: str = "payment", **more: Any) -> stripe.checkout.Session:
        order = {"order": "ord_1"}
        asked: dict[str, Any] = {
            "mode": mode,
            **CARDS_ONLY,
            "success_url": "http://127.0.0.1:1/back?checkout={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:1/left",
            "client_reference_id": "ord_1",
            "metadata": order,
            "expires_at": self.now() + 31 * 60,
        }
        if mode == "payment":
            tickets = {"currency": "eur", "unit_amount": 4990, "product_data": {"name": "Two tickets"}}
            asked["line_items"] = [{"quantity": 1, "price_data": tickets}]
            asked["payment_intent_data"] = {"metadata": order}
            asked["adaptive_pricing"] = {"enabled": False}
        else:
            asked["setup_intent_data"] = {"metadata": order}
            asked["customer_creation"] = "always"
        return self.sdk.v1.checkout.sessions.create(asked | more)

    def session(self, name: str, *expand: str) -> stripe.checkout.Session:
        return self.sdk.v1.checkout.sessions.retrieve(name, {"expand": list(expand)})

    def now(self) -> int:
        return self.stand_in.world.clock.timestamp()

    def hears(self, count: int) -> list[tuple[str, bytes]]:
        """Waits until that many events have arrived."""
        wait_until(lambda: len(self.heard.events) >= count)
        return self.heard.events


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@contextlib.contextmanager
def served(app: Callable[[Request], Answer]) -> Iterator[str]:
    with Service(app, port=0, name="test") as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@contextlib.contextmanager
def shop() -> Iterator[Shop]:
    heard, stand_in = Heard(), Stripe()
    with served(stand_in) as url, served(heard) as shop_url:
        client = stripe.StripeClient(
            LOCAL_STRIPE_KEY,
            base_addresses={"api": url},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=(2, 10)),
        )
        opened = Shop(url, stand_in, client, heard)
        opened.ask("POST", "/_control/webhook", {"url": f"{shop_url}/stripe/events", "secret": opened.secret})
        yield opened
