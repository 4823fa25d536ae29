"""Orders paid in the conversation and on Stripe's page, through the whole stage."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from local.demo.conversation import Conversation, Reply
from tests.stage import Stage

CARD = "4242 4242 4242 4242"
TICKETS = {"purpose": "charge", "amount": 4990, "currency": "eur", "description": "Two tickets, 12 December"}
SAVE = {"purpose": "save", "description": "Your membership"}


def asked(stage: Stage, **changed: object) -> dict:
    """An order as the merchant gets it, with the payer's token."""
    body = {
        "reference": str(uuid4()),
        "capture": "chat",
        **(TICKETS | changed if "purpose" not in changed else changed),
    }
    reply = stage.api.call(
        "POST", "/orders", headers={"Content-Type": "application/json"}, body=json.dumps(body).encode()
    )
    assert reply.status == 201, reply.body
    return reply.body


def order_of(stage: Stage, order: dict) -> dict:
    return stage.api.call("GET", f"/orders/{order['orderId']}").body


def opened(stage: Stage, order: dict) -> Conversation:
    talk = stage.conversation("order")
    assert talk.send("payment", orderToken=order["orderToken"]).status == 200
    return talk


def reviewing(stage: Stage, order: dict, card: str = CARD) -> Conversation:
    talk = opened(stage, order)
    for field, text in (("name", "Will Change"), ("card", card), ("expiry", "12/30"), ("cvv", "123")):
        reply = talk.send(text, field=field)
    assert reply["status"] == "awaiting_confirmation"
    return talk


def refreshed(talk: Conversation) -> Reply:
    return talk.api.call("POST", f"/sessions/{talk.id}/refresh", headers={"X-Session-Token": talk.token or ""})


def at_stripe(stage: Stage, url: str, do: str, **more: str) -> None:
    stage.stripe.ask("POST", "/_control/payer", {"url": url, "do": do, **more})


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, "succeeded"),
        ({"purpose": "authorize", **{k: v for k, v in TICKETS.items() if k != "purpose"}}, "requires_capture"),
        (SAVE, "succeeded"),
    ],
    ids=["charge", "authorize", "save"],
)
def test_an_order_is_paid_in_the_conversation(stage: Stage, changed, status):
    order = asked(stage, **{"capture": "chat", **changed})
    talk = reviewing(stage, order)

    reply = talk.send("confirm")

    assert (reply["status"], reply["payment"]) == ("completed", {"token": None, "brand": "visa", "last4": "4242"})
    assert order_of(stage, order)["result"]["intent"]["status"] == status
    assert stage.session_item(talk) is None
    assert opened_again(stage, order)["response"] == talk.get()["response"] == reply["response"]


def opened_again(stage: Stage, order: dict) -> Reply:
    return stage.conversation("again").send("payment", orderToken=order["orderToken"])


def test_eight_confirmations_at_once_charge_once(stage: Stage):
    order = asked(stage)
    talk = reviewing(stage, order)

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: talk.send("confirm"), range(8)))

    assert {reply.status for reply in replies} <= {200, 409}
    assert {reply["status"] for reply in replies if reply.status == 200} == {"completed"}
    assert order_of(stage, order)["status"] == "completed"


def test_a_declined_card_is_followed_by_another_one_on_the_same_intent(stage: Stage):
    order = asked(stage)
    talk = reviewing(stage, order, "4000 0000 0000 0002")

    declined = talk.send("confirm")
    for text in (CARD, "12/30", "123", "confirm"):
        reply = talk.send(text)

    assert (declined["currentStep"], declined["error"]) == ("card", {"code": "card_declined", "field": "card"})
    assert reply["status"] == "completed"


@pytest.mark.parametrize(
    ("do", "ends"), [("authenticate", ("done", "completed")), ("fail_authentication", ("card", "collecting"))]
)
@pytest.mark.parametrize("what", [TICKETS, SAVE], ids=["charge", "save"])
def test_the_bank_is_asked_for_the_owner_of_the_card(stage: Stage, what, do, ends):
    order = asked(stage, **what)
    talk = reviewing(stage, order, "4000 0027 6000 3184")

    reply = talk.send("confirm")
    at_stripe(stage, reply["action"]["url"], do)
    after = refreshed(talk)

    assert (reply["currentStep"], reply["action"]["type"]) == ("action", "authenticate")
    assert (after["currentStep"], after["status"]) == ends


def test_a_hosted_order_is_paid_on_stripes_page(stage: Stage):
    order = asked(stage, capture="hosted")
    talk = opened(stage, order)
    typed = talk.send(CARD)
    reply = talk.send("yes")
    at_stripe(stage, reply["action"]["url"], "pay", card="4242424242424242")

    after = refreshed(talk)

    assert (typed["currentStep"], typed["collected"]["last4"]) == ("confirm", None)
    assert reply["action"]["type"] == "checkout"
    assert (after["status"], after["payment"]["last4"]) == ("completed", "4242")
    assert order_of(stage, order)["result"]["intent"]["status"] == "succeeded"


def test_cancelling_closes_stripes_page_and_the_link_works_again(stage: Stage):
    order = asked(stage, capture="hosted")
    talk = opened(stage, order)
    first = talk.send("yes")["action"]["url"]

    assert talk.send("cancel")["status"] == "cancelled"
    second = opened(stage, order).send("yes")["action"]["url"]

    assert first != second
    assert order_of(stage, order)["status"] == "in_progress"


def test_the_merchants_cancel_is_told_to_the_payer(stage: Stage):
    order = asked(stage, capture="hosted")
    talk = opened(stage, order)
    talk.send("yes")
    assert stage.api.call("POST", f"/orders/{order['orderId']}/cancel").status == 200

    reply = talk.send("yes")

    assert (reply.status, reply["error"]["code"], reply["order"]["status"]) == (410, "order_closed", "cancelled")
    assert opened_again(stage, order).status == 410


def test_the_newest_opening_wins(stage: Stage):
    order = asked(stage)
    earlier = reviewing(stage, order)

    opened(stage, order)

    assert earlier.send("confirm").status == 410
    assert stage.session_item(earlier) is None
