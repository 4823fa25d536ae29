"""An event of Stripe, from its signature to the settled order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from runtime.aws import Unavailable
from runtime.gateway import RequestRefused, headers_of, invalid, raw_body, refusal, reply
from stripe_events.hint import object_id
from stripe_events.signature import is_signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payments.order import Order
    from payments.settlement import Settlement
    from stripe_events.signature import SigningSecrets

MAX_BODY_BYTES = 256 * 1024  # a snapshot event carries the whole object
RETRY_AFTER_SECONDS = 30
PARTNER_SOURCE = "aws.partner/stripe.com"


class Orders(Protocol):
    def find_by_stripe_id(self, stripe_id: str) -> str | None: ...
    def load(self, order_id: str) -> Order | None: ...


class Telemetry(Protocol):
    def identify(self, order_id: str | None) -> None: ...
    def info(self, message: str, **fields: Any) -> None: ...
    def count(self, metric: str, **dimensions: str) -> None: ...
    def unavailable(self, error: Unavailable) -> None: ...
    def crashed(self, error: BaseException) -> None: ...


@dataclass(frozen=True)
class Receiver:
    secrets: SigningSecrets
    orders: Orders
    settlement: Settlement
    telemetry: Telemetry

    def respond(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to `POST /stripe/events`. 503 makes Stripe repeat the event; nothing that is forged gets it."""
        self.telemetry.identify(None)
        try:
            self._settle(_verified(event, self.secrets))
        except RequestRefused:
            self.telemetry.count("EventForged")
            return refusal(400, "invalid_request", "this is no event that Stripe has signed")
        except Unavailable as error:
            self.telemetry.unavailable(error)
            message = "this is temporarily unavailable; repeat the event"
            return refusal(503, "temporarily_unavailable", message, retry_after=RETRY_AFTER_SECONDS)
        except Exception as error:  # noqa: BLE001  (the last resort: the error's text may quote the event)
            self.telemetry.crashed(error)
            return refusal(500, "internal_error", "something went wrong on our side")
        return reply(200, {"received": True})

    def take_from_bus(self, event: Mapping[str, Any]) -> None:
        """An event of the partner event bus, which Stripe alone can write to. Raises Unavailable: it comes again."""
        detail = event.get("detail")
        self._settle(detail if isinstance(detail, dict) else {})

    def _settle(self, event: Mapping[str, Any]) -> None:
        """What is unknown or settled already is a success; what stands on the order is retrieved, not what came."""
        stripe_id = object_id(event)
        id_ = stripe_id and self.orders.find_by_stripe_id(stripe_id)
        order = self.orders.load(id_) if id_ else None
        if order is None:
            self.telemetry.info("an event about no order of ours")
            return
        self.telemetry.identify(order.id)
        settled = self.settlement.settle(order).order
        self.telemetry.info("settled", status=settled.status.value)


def _verified(event: Mapping[str, Any], secrets: SigningSecrets) -> dict[str, Any]:
    """Raises RequestRefused, Unavailable."""
    raw = raw_body(event, MAX_BODY_BYTES)
    if not is_signed(raw, headers_of(event).get("stripe-signature", ""), secrets):
        raise invalid("the signature is wrong")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise invalid("the body must be a JSON object") from None
    if not isinstance(found, dict):
        raise invalid("the body must be a JSON object")
    return found
