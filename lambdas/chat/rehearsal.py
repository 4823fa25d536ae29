"""Whole conversations before Lambda takes the snapshot: what a turn or a confirmation loads is then part of it."""

from __future__ import annotations

import json
from itertools import count, product
from typing import TYPE_CHECKING, Any

from chat.languages.language import language_tags, load_language
from chat.languages.vocabulary import vocabulary
from chat.values.brands import brand_of
from chat.values.card import PUBLIC_TEST_NUMBERS
from chat.wiring import AWS_LIMITS, Parts, new_id, now
from payments import link
from payments.adapters.orders_table import OrdersTable
from payments.adapters.stripe_rehearsal import REHEARSED_KEY, rehearsed_stripe
from payments.order import Capture, Order, Purpose, Terms
from runtime.deadline import Deadline
from runtime.rehearsal import NotAsExpected, RehearsedAws, muted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chat.adapters.telemetry import PowertoolsTelemetry
    from chat.http.api import Api
    from chat.settings import Settings
    from chat.values.brands import Brand
    from runtime.clients import Clients

EXPIRES_IN_SECONDS = 3600
OFF_THE_SCRIPT = "why do you need that?"
HOSTED = (OFF_THE_SCRIPT, "yes")


def rehearse(chosen: Settings, clients: Clients, telemetry: PowertoolsTelemetry) -> None:
    """Everything but the AWS clients is made anew, so that no key and no count of it stays. Raises NotAsExpected."""
    vocabulary()
    for tag in language_tags():
        load_language(tag)
    aws = RehearsedAws({chosen.stripe_secret: REHEARSED_KEY})
    with aws.answering(clients), muted(telemetry.logger):
        card = _card(chosen.brands)
        api = Parts(chosen, Deadline(), telemetry, clients, rehearsed_stripe()).api()
        orders = OrdersTable(clients.get("dynamodb", AWS_LIMITS), chosen.orders_table, now, new_id)
        if Capture.CHAT in chosen.captures:
            _converse(api, ["payment", *card], "done")
        for capture, purpose in product(sorted(chosen.captures), (Purpose.CHARGE, Purpose.SAVE)):
            token = f"rehearsal-{capture}-{purpose}"
            orders.create(_order(token, capture, purpose))
            is_chat = capture is Capture.CHAT
            _converse(api, ["payment", *(card if is_chat else HOSTED)], "done" if is_chat else "action", token)


def _converse(api: Api, texts: Iterable[str], ends_at: str, order_token: str | None = None) -> None:
    """Until the last text's reply, which has to be at this step."""
    session_id, numbers = new_id(), count()
    token, status, said = "", 0, {}
    for text in texts:
        body = {
            "sessionId": session_id,
            "messageId": f"message-{next(numbers)}",
            "message": text,
            **({"orderToken": order_token} if order_token and not token else {}),
        }
        reply = api.respond(_event(body, token))
        status, said = reply["statusCode"], json.loads(reply["body"])
        token = said.get("sessionToken", token)
    if (status, said.get("currentStep")) != (200, ends_at):
        raise NotAsExpected(f"{order_token}: {status} at {said.get('currentStep')}, not {ends_at}")


def _card(brands: frozenset[Brand]) -> tuple[str, ...]:
    """What a payer says, with one of Stripe's test numbers of a brand that the stage takes."""
    number = min(each for each in PUBLIC_TEST_NUMBERS if brand_of(each) in brands)
    code = "1234"[: brand.cvv_length] if (brand := brand_of(number)) else ""
    return "Jane Doe", OFF_THE_SCRIPT, number, f"12/{_year(now()) + 2}", code, "confirm"


def _order(token: str, capture: Capture, purpose: Purpose) -> Order:
    money: dict[str, Any] = {} if purpose is Purpose.SAVE else {"amount": 4990, "currency": "eur"}
    hashed, at = link.token_hash(token), now()
    terms = Terms(token, purpose, "A rehearsal", capture, **money)
    return Order(link.order_id(hashed), terms, hashed, at, at + EXPIRES_IN_SECONDS, livemode=False)


def _year(at: int) -> int:
    return 1970 + at // 31_556_952


def _event(body: dict[str, str], token: str) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "resource": "/chat",
        "headers": {"Content-Type": "application/json", "Accept-Language": "en"}
        | ({"X-Session-Token": token} if token else {}),
        "requestContext": {"identity": {"sourceIp": "192.0.2.1"}},
        "isBase64Encoded": False,
        "body": json.dumps(body),
    }
