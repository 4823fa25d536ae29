"""Orders whose card is taken in the conversation, over HTTP: from the merchant's request to the merchant's event."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.demo.conversation import new_id
from tests.order_on_stage import ask, place, request_of, sweep

pytestmark = pytest.mark.timeout(120)

DECLINED, NO_FUNDS, EXPIRED, WRONG_CVC = "4000000000000002", "4000000000009995", "4000000000000069", "4000000000000127"
ASKS_FOR_OWNER, THEN_DECLINED = "4000002760003184", "4000008400001629"
PURPOSES = {"charge": "succeeded", "authorize": "requires_capture", "save": "succeeded"}
DAY = 24 * 3600


@pytest.fixture
def order(stage):
    """Places an order; on a stage whose Stripe and merchant take orders from a test."""
    assert stage.stripe
    assert stage.merchant
    return lambda purpose="charge", **changed: place(stage, purpose, **changed)


def intents(placed):
    return placed.at_stripe("setup_intent" if placed.body["purpose"] == "save" else "payment_intent")


@pytest.mark.parametrize("purpose", PURPOSES)
def test_an_order_is_paid_in_the_chat_and_the_merchant_is_told(order, purpose):
    placed = order(purpose, email="jenny@example.com")

    opening = placed.opens()
    review = placed.gives_card()
    reply = placed.says("yes")

    assert opening["order"]["merchant"] == "ACME"
    assert opening["order"]["amountText"] == (None if purpose == "save" else "€49.90")
    assert review["status"] == "awaiting_confirmation"
    assert (reply["status"], reply["currentStep"], reply["order"]["status"]) == ("completed", "done", "completed")
    assert reply["payment"] == {"token": None, "brand": "visa", "last4": "4242"}
    shown = placed.shown()
    (intent,) = intents(placed)
    assert shown["status"] == "completed"
    assert shown["result"]["intent"]["id"] == intent["id"]
    assert shown["result"]["intent"]["status"] == intent["status"] == PURPOSES[purpose]
    assert bool(shown["result"]["intent"]["captureBefore"]) == (purpose == "authorize")
    assert shown["result"]["paymentMethod"].items() >= {"brand": "visa", "last4": "4242"}.items()
    assert placed.is_told("order.started")
    assert placed.is_told("order.completed")[0]["body"]["data"] == shown
    assert placed.opens()["payment"] == reply["payment"]  # the link shows the receipt from now on


def test_when_all_is_well_each_change_is_told_once(order):
    placed = order()
    placed.confirms()
    placed.is_told("order.completed")
    time.sleep(3)  # time for another one

    assert sorted(event["type"] for event in placed.events()) == ["order.completed", "order.started"]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(DECLINED, "card_declined", id="generic"),
        pytest.param(NO_FUNDS, "card_declined", id="no funds"),
        pytest.param(EXPIRED, "card_expired", id="expired"),
        pytest.param(WRONG_CVC, "cvv_incorrect", id="cvc"),
    ],
)
@pytest.mark.parametrize("purpose", ["charge", "save"])
def test_after_a_decline_another_card_pays_the_same_intent(order, purpose, number, code):
    placed = order(purpose)

    declined = placed.confirms(number)
    assert (declined["error"]["code"], declined["currentStep"]) == (code, "card")
    (before,) = intents(placed)
    placed.gives_card()
    paid = placed.says("yes")

    assert paid["status"] == "completed"
    (after,) = intents(placed)
    assert (after["id"], after["status"]) == (before["id"], "succeeded")
    assert len(placed.is_told("order.completed")) >= 1


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_bank_asks_for_the_owner_who_passes(order, purpose):
    placed = order(purpose)

    sent = placed.confirms(ASKS_FOR_OWNER)
    assert (sent["status"], sent["currentStep"]) == ("requires_action", "action")
    assert sent["action"]["type"] == "authenticate"
    assert sent["action"]["url"] not in str(placed.item())
    assert placed.payer(sent["action"]["url"], "authenticate").is_success
    reply = placed.refreshes()

    assert reply["status"] == "completed"
    assert placed.shown()["result"]["intent"]["status"] == PURPOSES[purpose]
    assert placed.is_told("order.completed")


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_bank_asks_for_the_owner_who_fails_and_pays_with_another_card(order, purpose):
    placed = order(purpose)

    sent = placed.confirms(ASKS_FOR_OWNER)
    placed.payer(sent["action"]["url"], "fail_authentication")
    back = placed.refreshes()
    assert (back["currentStep"], back["status"]) == ("card", "collecting")
    assert placed.shown()["status"] == "in_progress"
    placed.gives_card()

    assert placed.says("yes")["status"] == "completed"
    assert [intent["status"] for intent in intents(placed)] == [PURPOSES[purpose]]


def test_a_bank_that_asks_and_then_declines_is_a_decline(order):
    placed = order()

    sent = placed.confirms(THEN_DECLINED)
    placed.payer(sent["action"]["url"], "authenticate")

    assert placed.refreshes()["currentStep"] == "card"
    assert placed.shown()["status"] == "in_progress"


def test_whoever_leaves_the_bank_takes_another_card_and_is_charged_once(order):
    placed = order()

    sent = placed.confirms(ASKS_FOR_OWNER)
    again = placed.talk.get()
    assert again["action"]["url"] == sent["action"]["url"]
    assert placed.says("I want to use another card")["currentStep"] == "card"
    placed.gives_card()

    assert placed.says("yes")["status"] == "completed"
    assert sorted(intent["status"] for intent in intents(placed)) == ["canceled", "succeeded"]


def test_whoever_passed_and_never_came_back_has_paid(order):
    placed = order()

    sent = placed.confirms(ASKS_FOR_OWNER)
    placed.payer(sent["action"]["url"], "authenticate")

    assert placed.becomes("completed")["result"]
    assert placed.is_told("order.completed")


def test_when_every_event_is_lost_the_return_settles_within_five_seconds(order):
    placed = order()
    placed.stripes_events("drop")
    sent = placed.confirms(ASKS_FOR_OWNER)
    placed.payer(sent["action"]["url"], "authenticate")
    back = time.monotonic()

    reply = placed.refreshes()

    assert reply["status"] == "completed"
    assert time.monotonic() - back <= 5


def test_an_open_order_is_cancelled_and_its_link_says_so(order):
    placed = order(returnUrl=None)

    assert placed.cancels()["status"] == "cancelled"
    assert placed.is_told("order.cancelled")
    reply = placed.opens()
    assert (reply.status, reply["error"]["code"]) == (410, "order_closed")
    assert reply["order"] == {"status": "cancelled", "merchant": "ACME", "returnUrl": None}
    assert placed.cancels()["status"] == "cancelled", "a repeat is harmless"


def test_a_cancel_in_the_middle_of_the_conversation_is_told_at_the_confirmation(order):
    placed = order()
    placed.at_review()

    assert placed.cancels()["status"] == "cancelled"

    reply = placed.says("yes")
    assert (reply.status, reply["error"]["code"]) == (410, "order_closed")
    assert intents(placed) == []


def test_a_cancel_while_the_bank_asks_cancels_the_intent(order):
    placed = order()
    sent = placed.confirms(ASKS_FOR_OWNER)

    assert placed.cancels()["status"] == "cancelled"

    assert [intent["status"] for intent in intents(placed)] == ["canceled"]
    assert not placed.payer(sent["action"]["url"], "authenticate").is_success
    assert placed.refreshes().status == 410


def test_what_was_paid_meanwhile_cannot_be_cancelled(order):
    placed = order()
    placed.stripes_events("drop")
    sent = placed.confirms(ASKS_FOR_OWNER)
    placed.payer(sent["action"]["url"], "authenticate")

    refused = placed.cancels()

    assert (refused.status, refused["error"]["code"]) == (409, "order_final")
    assert placed.shown()["status"] == "completed"
    assert placed.refreshes()["status"] == "completed"


def test_a_payer_who_cancels_ends_the_session_and_not_the_order(order):
    placed = order()
    placed.at_review()

    assert placed.says("cancel")["status"] == "cancelled"

    assert placed.shown()["status"] == "in_progress"
    assert placed.confirms()["status"] == "completed"


def test_an_order_that_nobody_pays_expires(order, stage):
    placed = order(expiresIn=300)
    placed.at_review()
    past = int(time.time()) - 1
    placed.changes_item(expiresAt=past, sweepAt=past)

    sweep(stage)

    assert placed.becomes("expired")
    assert placed.is_told("order.expired")
    assert placed.says("yes")["error"]["code"] in ("order_closed", "session_expired")
    assert placed.opens()["order"]["status"] == "expired"


def test_of_two_openings_the_newest_wins(order):
    placed = order()
    placed.at_review()
    earlier = placed.talk
    placed.at_review()

    assert earlier.send("yes").status == 410
    assert placed.says("yes")["status"] == "completed"


@pytest.mark.parametrize("token", ["A" * 43, "", "ord_1", "é" * 43, "x" * 500])
def test_a_link_that_is_none_opens_nothing(stage, token):
    reply = stage.conversation("order").send("payment", orderToken=token)

    assert reply.status in (400, 410)
    assert reply.status == 400 or (reply["error"]["code"] == "order_closed" and "order" not in reply.body)


@pytest.mark.parametrize("change", [{"amount": 1}, {"currency": "usd"}, {"livemode": True}])
def test_what_does_not_match_at_stripe_completes_nothing(order, stage, change):
    placed = order()
    sent = placed.confirms(ASKS_FOR_OWNER)
    (intent,) = intents(placed)
    stage.stripe.ask("POST", "/_control/tamper", {"id": intent["id"], **change})
    placed.payer(sent["action"]["url"], "authenticate")

    placed.refreshes()

    assert placed.shown()["status"] == "in_progress"
    assert placed.item()["mismatched"]
    past = int(time.time()) - DAY
    placed.changes_item(expiresAt=past)
    sweep(stage)
    assert placed.shown()["status"] == "in_progress"  # somebody has to look at it first


@pytest.mark.timeout(180)
def test_eight_confirmations_at_once_charge_once(order):
    placed = order()
    placed.at_review()

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: placed.says("yes"), range(8)))

    assert {reply.status for reply in replies} <= {200, 409}
    assert {reply["status"] for reply in replies if reply.status == 200} == {"completed"}
    assert [intent["status"] for intent in intents(placed)] == ["succeeded"]
    assert placed.is_told("order.completed")


def test_stripes_events_twice_and_out_of_order_are_one_outcome(order):
    placed = order()
    placed.stripes_events("duplicate", copies=3)
    sent = placed.confirms(ASKS_FOR_OWNER)
    placed.stripes_events("shuffle", times=2)
    placed.payer(sent["action"]["url"], "authenticate")

    placed.becomes("completed")

    assert [change["status"] for change in placed.item()["changes"]] == ["in_progress", "completed"]
    assert placed.is_told("order.completed")


def test_a_merchant_that_was_down_hears_every_change_under_its_id(order, stage):
    placed = order()
    stage.merchant.ask("POST", "/_control/plan", {"status": 503, "times": 5})
    placed.confirms()

    assert placed.is_told("order.started", seconds=60)
    assert placed.is_told("order.completed", seconds=60)


def test_a_merchant_that_asks_gets_the_last_event_again(order, stage):
    placed = order()
    placed.confirms()
    first = len(placed.is_told("order.completed"))

    assert ask(stage, "POST", f"/orders/{placed.id}/announce").status == 202

    end = time.monotonic() + 30
    while len(placed.is_told("order.completed")) == first:
        assert time.monotonic() < end
        time.sleep(0.2)


def test_a_customer_is_asked_of_stripe_when_the_order_is_created(order, stage):
    saved = order("save")
    saved.confirms()
    customer = saved.becomes("completed")["result"]["customer"]

    refused = ask(stage, "POST", "/orders", request_of(customer="cus_nobody"))
    placed = order(customer=customer)

    assert (refused.status, refused["error"]["code"]) == (400, "invalid_request")
    assert refused["error"]["message"].startswith("customer")
    assert placed.confirms()["status"] == "completed"
    assert placed.shown()["result"]["customer"] == customer


def test_an_order_that_is_asked_for_twice_keeps_its_link(stage):
    body = request_of(reference=new_id("inv"))

    first, second = ask(stage, "POST", "/orders", body), ask(stage, "POST", "/orders", body)

    assert (first.status, second.status) == (201, 200)
    assert first.body == second.body
    assert len(first["link"]) - len("http://127.0.0.1:65535") <= 52  # with a domain of 30 characters an SMS holds it
