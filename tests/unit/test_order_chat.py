"""An order paid in the conversation: one intent, one result, whatever is repeated, declined or lost on the way."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chat.http.body import reply_body
from chat.turns.attempts import Limits
from chat.turns.errors import Busy, OrderClosed, OrderRequired, SessionExpired, SessionTokenRequired, TooManyRequests
from chat.values.session import Decline, Step
from payments.at_stripe import StripeFailed, StripeRefused
from payments.link import token_hash
from payments.order import Capture, Change, Purpose, Status
from payments.settlement import Settlement
from runtime.aws import Unavailable
from tests.fakes import (
    ASKS_FOR_OWNER,
    DECLINED,
    NOON,
    ORDER_TOKEN,
    PROCESSING,
    FakeTelemetry,
    MemoryOrders,
    Payer,
    World,
    an_order,
)

CARD = "4242 4242 4242 4242"


def world_with(**changed) -> World:
    return World(orders=MemoryOrders(an_order(**changed)))


def order_in(world: World):
    (order_id,) = world.orders.items
    return world.orders.load(order_id)


def reviewing(**changed) -> tuple[World, Payer]:
    world = world_with(**changed)
    payer = Payer(world)
    payer.reaches_order_review()
    return world, payer


def settlement(world: World) -> Settlement:
    return Settlement(world.orders, world.stripe, FakeTelemetry(), lambda: int(world.time))


def test_an_order_is_paid_and_only_the_merchant_gets_the_token():
    world, payer = reviewing()

    body = reply_body(payer.says("confirm"))

    order = order_in(world)
    assert (body["status"], body["currentStep"], body["expiresAt"]) == ("completed", "done", None)
    assert body["payment"] == {"token": None, "brand": "visa", "last4": "4242"}
    assert (body["order"]["status"], body["order"]["merchant"]) == ("completed", "ACME")
    assert order.status is Status.COMPLETED
    assert order.result.card.id.startswith("pm_")
    assert order.result.intent_status == "succeeded"
    assert world.stripe.asked == ["create intent", "confirm pi_1"]
    assert world.sessions.items == {}


@pytest.mark.parametrize(
    ("purpose", "asked"),
    [
        (Purpose.CHARGE, ["create intent", "confirm pi_1"]),
        (Purpose.AUTHORIZE, ["create intent", "confirm pi_1"]),
        (Purpose.SAVE, ["create customer", "create intent", "confirm seti_1"]),
    ],
)
def test_each_purpose_asks_stripe_for_what_it_needs(purpose, asked):
    money = {"amount": None, "currency": None} if purpose is Purpose.SAVE else {}
    world, payer = reviewing(purpose=purpose, **money)
    if purpose is Purpose.AUTHORIZE:
        world.stripe.issuer = [{"status": "requires_capture", "capture_before": NOON + 7 * 86400}]

    assert payer.says("confirm").payment

    assert world.stripe.asked == asked
    assert order_in(world).status is Status.COMPLETED
    if purpose is Purpose.SAVE:
        assert order_in(world).result.customer == f"cus_{order_in(world).id[4:]}"


def test_a_customer_that_the_merchant_named_is_not_made_again():
    world, payer = reviewing(purpose=Purpose.SAVE, amount=None, currency=None, customer="cus_known")

    payer.says("confirm")

    assert "create customer" not in world.stripe.asked
    assert order_in(world).result.customer == "cus_known"


def test_the_card_is_erased_before_the_issuer_is_asked():
    world, payer = reviewing()
    seen = {}
    ask = world.stripe._ask

    def look(what):
        seen[what] = json.dumps(world.sessions.items["abc-123"], default=str)
        ask(what)

    world.stripe._ask = look
    payer.says("confirm")

    assert set(seen) == {"create intent", "confirm pi_1"}
    for stored in seen.values():
        assert "sealed" not in stored
        assert '"method"' in stored


def test_the_intent_stands_on_the_order_before_it_is_confirmed():
    world, payer = reviewing()
    seen = []
    confirm = world.stripe.confirm_intent
    world.stripe.confirm_intent = lambda at, *rest: (seen.append(order_in(world).at_stripe), confirm(at, *rest))[1]

    payer.says("confirm")

    assert [at.id for at in seen] == ["pi_1"]


def test_a_completed_order_is_shown_to_whoever_opens_it_again():
    world, payer = reviewing()
    first = payer.says("confirm")

    again = Payer(world, "another").opens()

    assert (again.payment, again.response) == (first.payment, first.response)
    assert (again.session_token, again.expires) == (None, None)
    assert world.sessions.items == {}


def test_a_completed_order_tells_since_when_it_is():
    world, payer = reviewing()
    payer.says("confirm")

    assert Payer(world, "another").opens().order.completed == order_in(world).changes[-1].at


def test_the_sessions_token_leads_to_the_completed_reply_for_a_day():
    world, payer = reviewing()
    first = payer.says("confirm")

    for later in (payer.says("confirm"), payer.says("anything"), payer.reads(), payer.refreshes()):
        assert (later.payment, later.response, later.order) == (first.payment, first.response, first.order)
    world.time += 25 * 3600
    with pytest.raises(SessionExpired):
        payer.reads()


@pytest.mark.parametrize("code", ["card_declined", "card_expired", "cvv_incorrect"])
def test_once_the_number_is_gone_every_decline_leads_back_to_it(code):
    world, payer = reviewing()
    world.stripe.issuer = [DECLINED | {"decline_code": code}]

    answer = payer.says("confirm")

    assert (answer.session.step, answer.session.error.code) == (Step.CARD, code)
    assert answer.session.missing == ("card", "expiry", "cvv")
    assert (order_in(world).declines, order_in(world).claim_until) == (1, None)
    for text in (CARD, "12/30", "123"):
        payer.says(text)
    assert payer.says("confirm").payment
    assert world.stripe.asked == ["create intent", "confirm pi_1", "retrieve pi_1", "confirm pi_1"]


@pytest.mark.parametrize(("code", "step"), [("card_expired", Step.EXPIRY), ("cvv_incorrect", Step.CVV)])
def test_what_stripe_refuses_before_the_issuer_is_asked_is_asked_again_by_itself(code, step):
    world, payer = reviewing()
    world.processor.script = [Decline(code)]

    assert payer.says("confirm").session.step is step
    assert world.stripe.asked == []


def test_the_third_decline_ends_the_session_and_not_the_order():
    world, payer = reviewing()
    world.stripe.issuer = [DECLINED] * 3
    for _ in range(3):
        answer = payer.says("confirm")
        for text in (CARD, "12/30", "123") if answer.session.outcome is None else ():
            payer.says(text)

    assert (answer.session.status, answer.session.error.code) == ("failed", "too_many_attempts")
    assert world.sessions.items == {}
    assert (order_in(world).status, order_in(world).declines) == (Status.IN_PROGRESS, 3)
    assert Payer(world, "another").opens().session.step is Step.NAME


def test_the_tenth_decline_fails_the_order_once_stripe_has_cancelled_the_intent():
    world, payer = reviewing(declines=9)
    world.stripe.issuer = [DECLINED]

    answer = payer.says("confirm")

    assert (answer.session.status, answer.session.error.code) == ("failed", "too_many_attempts")
    assert answer.order.status is order_in(world).status is Status.FAILED
    assert world.stripe.asked[-1] == "close pi_1"
    with pytest.raises(OrderClosed) as closed:
        Payer(world, "another").opens()
    assert closed.value.order.status is Status.FAILED


def test_an_order_that_could_not_be_failed_at_once_is_failed_by_the_next_opening():
    world, payer = reviewing(declines=9)
    world.stripe.issuer = [DECLINED]
    close, world.stripe.close = world.stripe.close, lambda at: (_ for _ in ()).throw(Unavailable("stripe", "slow"))
    assert payer.says("confirm").session.error.code == "too_many_attempts"
    world.stripe.close = close

    with pytest.raises(OrderClosed) as closed:
        Payer(world, "another").opens()

    assert closed.value.order.status is order_in(world).status is Status.FAILED


def test_an_answer_that_stripe_owes_us_is_fetched_before_anything_is_asked_again():
    world, payer = reviewing()
    confirm = world.stripe.confirm_intent

    def lose_the_answer(*asked):
        confirm(*asked)
        world.stripe.confirm_intent = confirm
        raise Unavailable("stripe", "slow")

    world.stripe.confirm_intent = lose_the_answer

    first = payer.says("confirm")
    second = payer.says("confirm")

    assert (first.session.step, first.session.error.code) == (Step.CONFIRM, "processor_busy")
    assert (second.payment.last4, world.stripe.charges) == ("4242", 1)
    assert world.stripe.asked[-1] == "retrieve pi_1"


@pytest.mark.parametrize("request_number", [0, 1])
@pytest.mark.parametrize(
    "trouble", [Unavailable("stripe", "slow"), StripeFailed("stripe", "APIError")], ids=["no answer", "their failure"]
)
def test_trouble_at_stripe_keeps_the_review_and_the_method(request_number, trouble):
    world, payer = reviewing()
    asking = world.stripe._ask
    count = iter(range(9))
    world.stripe._ask = lambda what: (_ for _ in ()).throw(trouble) if next(count) == request_number else asking(what)

    first = payer.says("confirm")

    assert (first.session.step, first.session.error.code) == (Step.CONFIRM, "processor_busy")
    assert reply_body(first)["collected"] == {
        "name": "John", "brand": "visa", "last4": "4242", "expiry": "12/30", "cvv": True,
    }  # fmt: skip
    assert reply_body(first)["missing"] == []
    assert order_in(world).claim_until is None
    assert payer.says("confirm").payment
    assert (world.stripe.charges, len(world.processor.payments)) == (1, 1)


def test_a_request_that_stripe_refuses_ends_the_session_and_not_the_order():
    world, payer = reviewing()
    world.stripe.trouble = [StripeRefused("resource_missing", "customer")]

    answer = payer.says("confirm")

    assert (answer.session.status, answer.session.error.code) == ("failed", "processor_unavailable")
    assert (order_in(world).status, order_in(world).claim_until) == (Status.IN_PROGRESS, None)


def test_another_amount_at_stripe_completes_nothing_and_is_counted():
    world, payer = reviewing()
    world.stripe.issuer = [{"amount": 1}]

    answer = payer.says("confirm")

    assert answer.session.error.code == "processor_unavailable"
    assert (order_in(world).status, order_in(world).mismatched) == (Status.IN_PROGRESS, True)
    assert ("OrderMismatch", {}) in world.telemetry.counts
    with pytest.raises(OrderClosed):
        Payer(world, "another").opens()


@pytest.mark.parametrize("left", [[20, 15], [20, 16, 15], [20, 16, 16, 15]], ids=["method", "intent", "confirmation"])
def test_too_little_time_left_leaves_the_rest_to_the_next_confirmation(left):
    world, payer = reviewing()
    left = iter(left)
    ports = replace(world.ports(), seconds_left=lambda: next(left))
    world.ports = lambda: ports

    first = payer.says("confirm")

    assert first.session.error.code == "processor_busy"
    assert "confirm pi_1" not in world.stripe.asked
    assert first.session.method
    assert (first.session.card, order_in(world).claim_until) == (None, None)
    del world.ports
    assert payer.says("confirm").payment
    assert len(world.processor.payments) == 1


def test_confirmations_of_orders_are_limited_too():
    world, payer = reviewing()
    world.limits = Limits(per_address=9, per_card=1)
    world.stripe.issuer = [DECLINED]
    payer.says("confirm")
    for text in (CARD, "12/30", "123"):
        payer.says(text)

    with pytest.raises(TooManyRequests):
        payer.says("confirm")

    assert order_in(world).claim_until is None


# Three-D Secure


def at_the_bank(**changed) -> tuple[World, Payer]:
    world, payer = reviewing(**changed)
    world.stripe.issuer = [ASKS_FOR_OWNER]
    payer.says("confirm")
    return world, payer


def test_the_owner_is_sent_to_the_bank_with_an_address_that_is_stored_nowhere():
    world, payer = reviewing()
    world.stripe.issuer = [ASKS_FOR_OWNER]

    body = reply_body(payer.says("confirm"))

    assert (body["currentStep"], body["status"]) == ("action", "requires_action")
    assert body["action"] == {"type": "authenticate", "url": "https://hooks.example/3ds", "expiresAt": None}
    assert body["collected"]["last4"] == "4242"
    assert "hooks.example" not in json.dumps([world.sessions.items, world.orders.items], default=str)
    assert order_in(world).claim_until is None


def test_reading_and_a_clear_yes_give_the_same_address():
    world, payer = at_the_bank()

    for answer in (payer.reads(), payer.says("yes"), payer.says("how much is it?"), payer.refreshes()):
        assert answer.action.url == "https://hooks.example/3ds"
        assert answer.session.step is Step.ACTION
    assert world.stripe.charges == 0


def test_a_repeated_confirmation_gives_the_same_answer_and_the_address_again():
    world, payer = reviewing()
    world.stripe.issuer = [ASKS_FOR_OWNER]

    first = payer.says("confirm", message_id="m")
    second = payer.says("confirm", message_id="m")

    assert (first.response, first.action) == (second.response, second.action)


@pytest.mark.parametrize("how", ["refreshes", "says", "event", "opens"])
def test_a_passed_authentication_completes_the_order(how):
    world, payer = at_the_bank()
    world.stripe.pay(order_in(world).at_stripe)

    if how == "event":
        settlement(world).settle(order_in(world))
        answer = payer.reads()
    else:
        answer = {"refreshes": payer.refreshes, "says": lambda: payer.says("yes"), "opens": Payer(world, "b").opens}[
            how
        ]()

    assert (answer.session.status, answer.payment.last4) == ("completed", "4242")
    assert order_in(world).status is Status.COMPLETED


FAILED_AUTHENTICATION = {**DECLINED, "decline_detail": "payment_intent_authentication_failure"}


@pytest.mark.parametrize("how", ["refreshes", "says"])
def test_a_failed_authentication_leads_back_to_the_card_and_counts_once(how):
    world, payer = at_the_bank()
    world.stripe.pay(order_in(world).at_stripe, **FAILED_AUTHENTICATION)

    answer = payer.refreshes() if how == "refreshes" else payer.says("yes")
    world.time += 6
    payer.refreshes()

    assert (answer.session.step, answer.session.error.code) == (Step.CARD, "card_declined")
    assert answer.action is None
    assert order_in(world).declines == 1
    for text in (CARD, "12/30", "123"):
        payer.says(text)
    assert payer.says("confirm").payment


@pytest.mark.parametrize(
    ("text", "step"), [("another card", Step.CARD), (CARD, Step.EXPIRY), ("start over", Step.NAME)]
)
def test_paying_otherwise_first_cancels_the_intent(text, step):
    world, payer = at_the_bank()

    answer = payer.says(text)

    assert (answer.session.step, answer.action) == (step, None)
    assert "close pi_1" in world.stripe.asked
    assert (order_in(world).at_stripe, order_in(world).generation) == (None, 2)
    for rest in ("John", CARD, "12/30", "123")[("name", "card", "expiry").index(step) :]:
        payer.says(rest)
    assert payer.says("confirm").payment
    assert order_in(world).result.intent_id == "pi_2"


@pytest.mark.parametrize("text", ["cancel", "another card"])
def test_whoever_leaves_after_paying_is_told_so(text):
    world, payer = at_the_bank()
    world.stripe.pay(order_in(world).at_stripe)

    answer = payer.says(text)

    assert answer.session.status == "completed"
    assert payer.reads().payment == answer.payment


def test_cancelling_cancels_at_stripe_and_leaves_the_order_open():
    world, payer = at_the_bank()

    answer = payer.says("cancel")

    assert (answer.session.status, answer.order.status) == ("cancelled", Status.IN_PROGRESS)
    assert (order_in(world).at_stripe, world.sessions.items) == (None, {})
    assert Payer(world, "another").opens().session.step is Step.NAME


def test_what_is_still_being_decided_can_neither_be_cancelled_nor_paid_twice():
    world, payer = reviewing()
    world.stripe.issuer = [PROCESSING]

    answer = payer.says("confirm")

    assert (answer.session.step, answer.action.url) == (Step.ACTION, None)
    for text in ("cancel", "another card"):
        with pytest.raises(Busy):
            payer.says(text)
    assert payer.says("yes").action.url is None
    assert order_in(world).status is Status.IN_PROGRESS
    world.stripe.pay(order_in(world).at_stripe)
    assert payer.refreshes().payment
    assert world.stripe.asked.count("confirm pi_1") == 1


def test_an_opening_while_the_payer_is_at_the_bank_starts_there():
    world, payer = at_the_bank()

    again = Payer(world, "another").opens()

    assert (again.session.step, again.action.url) == (Step.ACTION, "https://hooks.example/3ds")
    with pytest.raises(SessionExpired):
        payer.reads()


def test_refreshing_asks_stripe_once_in_five_seconds_and_keeps_the_session_no_longer():
    world, payer = at_checkout()
    world.stripe.asked.clear()
    expires = payer.reads().expires

    for _ in range(5):
        payer.refreshes()
        world.time += 1

    assert world.stripe.asked == ["retrieve cs_test_1"]
    payer.refreshes()
    assert len(world.stripe.asked) == 2
    assert payer.reads().expires == expires


def test_reading_has_no_effect():
    world, payer = at_the_bank()
    world.stripe.pay(order_in(world).at_stripe)
    before = json.dumps([world.sessions.items, world.orders.items], default=str)

    payer.reads()

    assert json.dumps([world.sessions.items, world.orders.items], default=str) == before


# Stripe's own page


def hosted(**changed) -> tuple[World, Payer]:
    world = world_with(capture=Capture.HOSTED, **changed)
    payer = Payer(world)
    payer.opens()
    return world, payer


def at_checkout(**changed) -> tuple[World, Payer]:
    world, payer = hosted(**changed)
    payer.says("yes")
    return world, payer


def test_a_hosted_order_asks_for_no_card_and_leads_to_stripe_on_a_clear_yes():
    world = world_with(capture=Capture.HOSTED)
    payer = Payer(world)

    opening = reply_body(payer.opens())
    answer = reply_body(payer.says("yes"))

    assert (opening["currentStep"], opening["status"], opening["missing"]) == ("confirm", "awaiting_confirmation", [])
    assert (answer["currentStep"], answer["status"]) == ("action", "requires_action")
    assert answer["action"] == {
        "type": "checkout",
        "url": "https://checkout.example/cs_test_1",
        "expiresAt": "2026-11-21T12:31:00Z",
    }
    assert world.stripe.asked == ["create checkout"]
    assert order_in(world).at_stripe.expires == order_in(world).handover_expires == NOON + 31 * 60
    assert order_in(world).claim_until is None


@pytest.mark.parametrize("when", ["opening", "review", "at stripe"])
@pytest.mark.parametrize("field", [None, "card"])
def test_a_card_typed_anyway_is_not_kept(when, field):
    world = world_with(capture=Capture.HOSTED)
    payer = Payer(world)
    if when == "opening":
        answer = payer.says(CARD, order_token=ORDER_TOKEN, field=field)
    else:
        payer.opens()
        if when == "at stripe":
            payer.says("yes")
        answer = payer.says(CARD, field=field)

    stored = json.dumps([world.sessions.items, world.orders.items], default=str)
    assert "4242" not in stored
    assert "sealed" not in stored
    assert answer.session.card is None
    assert answer.session.step is (Step.ACTION if when == "at stripe" else Step.CONFIRM)
    assert world.vault.values == {}


def test_a_clear_yes_again_gets_the_same_page_while_it_is_open_and_a_new_one_afterwards():
    world, payer = at_checkout()

    same = payer.says("yes")
    world.stripe.close(order_in(world).at_stripe)
    other = payer.says("yes")

    assert same.action.url.endswith("cs_test_1")
    assert other.action.url.endswith("cs_test_2")
    assert world.stripe.asked.count("create checkout") == 2
    assert order_in(world).generation == 2


def test_a_page_that_expired_is_told_and_the_next_one_offered():
    world, payer = at_checkout()
    world.stripe.close(order_in(world).at_stripe)

    answer = payer.refreshes()

    assert (answer.session.step, answer.action) == (Step.CONFIRM, None)
    assert answer.response == answer.session.history[-1].content
    assert payer.says("yes").action.url.endswith("cs_test_2")


def test_whoever_comes_back_without_paying_is_told_once():
    world, payer = at_checkout()
    said = len(payer.reads().session.history)

    for _ in range(3):
        answer = payer.refreshes()
        world.time += 6

    assert len(payer.reads().session.history) == said + 1
    assert answer.action.url.endswith("cs_test_1")


@pytest.mark.parametrize("how", ["refreshes", "says", "event", "opens", "cancels"])
def test_a_paid_checkout_completes_the_order(how):
    world, payer = at_checkout()
    world.stripe.pay(order_in(world).at_stripe)

    if how == "event":
        settlement(world).settle(order_in(world))
        answer = payer.reads()
    else:
        act = {
            "refreshes": payer.refreshes,
            "says": lambda: payer.says("yes"),
            "opens": Payer(world, "b").opens,
            "cancels": lambda: payer.says("cancel"),
        }[how]
        answer = act()

    assert (answer.session.status, answer.payment.token) == ("completed", None)
    assert order_in(world).result.intent_id == "pi_of_checkout"


@pytest.mark.parametrize("text", ["cancel", "another card", "start over"])
def test_leaving_first_closes_the_page(text):
    world, payer = at_checkout()

    answer = payer.says(text)

    assert world.stripe.asked[-1] == "close cs_test_1"
    assert (order_in(world).at_stripe, order_in(world).generation) == (None, 2)
    assert answer.session.status == ("cancelled" if text == "cancel" else "awaiting_confirmation")
    assert "that card" not in answer.response  # none was ever here


def test_a_lost_answer_is_asked_for_again_with_the_same_request():
    world, payer = hosted()
    create, requests = world.stripe.create_checkout, []

    def lose_the_first(order, language, *rest):
        requests.append((order.generation, order.handover_expires, language, rest))
        made = create(order, language, *rest)
        if len(requests) == 1:
            raise Unavailable("stripe", "slow")
        return made

    world.stripe.create_checkout = lose_the_first

    first = payer.says("yes")
    world.time += 20
    second = payer.says("yes")

    assert (first.session.step, first.session.error.code) == (Step.CONFIRM, "processor_busy")
    assert second.action.url.endswith("cs_test_1")
    assert requests[0] == requests[1]


@pytest.mark.parametrize(
    "refusal", [StripeRefused("parameter_invalid", "expires_at"), StripeRefused("idempotency_error")]
)
def test_an_expiry_that_is_too_near_by_now_is_renewed(refusal):
    world, payer = hosted()
    create = world.stripe.create_checkout

    def refuse_the_first(order, *rest):
        world.stripe.create_checkout = create
        raise refusal

    world.stripe.create_checkout = refuse_the_first
    world.time += 120

    answer = payer.says("yes")

    order = order_in(world)
    assert answer.action.url.endswith("cs_test_2")
    assert (order.generation, order.handover_expires, order.claim_until) == (2, NOON + 120 + 31 * 60, None)


def test_after_a_crash_nobody_is_sent_to_a_checkout_that_has_ended_since():
    world, payer = hosted()
    create = world.stripe.create_checkout

    def crash(*asked):
        create(*asked)
        world.stripe.create_checkout = create
        raise KeyboardInterrupt

    world.stripe.create_checkout = crash
    with pytest.raises(KeyboardInterrupt):
        payer.says("yes")
    world.time += 32 * 60

    answer = payer.says("yes")

    assert answer.action.expires == world.time + 31 * 60
    assert answer.action.url.endswith("cs_test_2")


def test_a_checkout_that_stripe_refuses_ends_the_session_and_not_the_order():
    world, payer = hosted()
    world.stripe.trouble = [StripeRefused("amount_too_small", "line_items")]

    assert payer.says("yes").session.error.code == "processor_unavailable"
    assert (order_in(world).status, order_in(world).claim_until) == (Status.IN_PROGRESS, None)


def test_a_page_that_was_opened_in_time_may_be_paid_after_the_orders_end():
    world, payer = at_checkout(expires=NOON + 60)
    world.time += 120

    assert payer.says("yes").action.url.endswith("cs_test_1")
    assert Payer(world, "b").opens().session.step is Step.ACTION
    world.stripe.pay(order_in(world).at_stripe)
    assert Payer(world, "c").opens().payment


# Openings


def test_the_opening_binds_the_session_and_starts_the_order():
    world = world_with(locale="de")
    payer = Payer(world)

    answer = payer.opens()

    order = order_in(world)
    assert (order.status, [change.status for change in order.changes]) == (Status.IN_PROGRESS, [Status.IN_PROGRESS])
    assert (order.session_id, order.session_hash) == ("abc-123", token_hash(payer.token))
    assert (answer.session.language, answer.order.status) == ("de", Status.IN_PROGRESS)
    assert world.sessions.calls == ["open"]


def test_an_order_without_a_language_takes_the_payers():
    world = world_with()
    payer = Payer(world)
    payer.language = "fr-CH, en;q=0.5"

    assert payer.opens().session.language == "fr"


@pytest.mark.parametrize("order_token", ["B" * 43, "A" * 42, "x"])
def test_an_unknown_token_opens_nothing(order_token):
    world = world_with()

    with pytest.raises(OrderClosed) as closed:
        Payer(world).opens(order_token)

    assert closed.value.order is None


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED, Status.FAILED])
def test_a_closed_order_says_how_it_was_closed(status):
    world = world_with(status=status, changes=(Change(status, NOON),), return_url="https://shop.example/back")

    with pytest.raises(OrderClosed) as closed:
        Payer(world).opens()

    shown = closed.value.order
    assert (shown.status, shown.merchant, shown.terms.return_url) == (status, "ACME", "https://shop.example/back")


def test_an_order_whose_time_is_over_expires_when_it_is_opened():
    world = world_with(expires=NOON + 60)
    world.time += 60

    with pytest.raises(OrderClosed) as closed:
        Payer(world).opens()

    assert closed.value.order.status is order_in(world).status is Status.EXPIRED


def test_the_newest_opening_wins():
    world, payer = reviewing()

    Payer(world, "another").opens()

    for act in (payer.reads, payer.refreshes, lambda: payer.says("confirm")):
        with pytest.raises(SessionExpired):
            act()
    assert set(world.sessions.items) == {"another"}
    assert len(order_in(world).changes) == 1


def test_a_lost_first_reply_heals_and_makes_the_lost_token_void():
    world = world_with()
    payer = Payer(world)
    first = payer.opens(message_id="m1")
    lost = payer.token

    second = payer.opens(message_id="m1")

    assert (second.response, second.session.step) == (first.response, first.session.step)
    assert payer.token != lost
    assert order_in(world).session_hash == token_hash(payer.token)
    payer.token, kept = lost, payer.token
    with pytest.raises(SessionExpired):
        payer.reads()
    payer.token = kept
    for text in ("John", CARD, "12/30", "123"):
        payer.says(text)
    assert payer.says("confirm").payment


def test_a_live_session_is_not_opened_again_by_its_name():
    _, payer = reviewing()

    with pytest.raises(SessionTokenRequired):
        payer.opens()


def test_a_conversation_without_an_order_cannot_be_bound_to_one_later():
    world = world_with()
    Payer(world).says("payment", message_id="m1")

    with pytest.raises(SessionTokenRequired):
        Payer(world).opens(message_id="m1")
    assert order_in(world).status is Status.OPEN


def test_cancelling_in_the_first_message_binds_nothing():
    world = world_with()

    answer = Payer(world).says("cancel", order_token=ORDER_TOKEN)

    assert (answer.session.status, answer.session_token) == ("cancelled", None)
    assert order_in(world).status is Status.OPEN


def test_a_session_of_another_order_under_the_same_name_stays():
    world = world_with()
    Payer(world).opens()
    del world.sessions.items["abc-123"]
    stranger = Payer(world)
    stranger.says("payment")

    Payer(world, "another").opens()

    assert set(world.sessions.items) == {"abc-123", "another"}


def test_a_stage_for_orders_alone_asks_for_one():
    world = world_with(capture=Capture.HOSTED)
    world.policy = replace(world.policy, captures=frozenset({Capture.HOSTED}))

    with pytest.raises(OrderRequired):
        Payer(world).says("payment")
    assert Payer(world).opens().session_token


def test_eight_openings_at_once_leave_one_session():
    world = world_with()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: _opened(world, f"s{number}"), range(8)))

    opened = [answer for answer in answers if answer is not None]
    assert opened
    assert list(world.sessions.items) == [order_in(world).session_id]
    assert len(order_in(world).changes) == 1


def _opened(world, session_id):
    try:
        return Payer(world, session_id).opens()
    except Busy:
        return None


@pytest.mark.parametrize("act", ["refreshes", "says", "reads", "cancels", "opens"])
def test_a_page_that_was_paid_with_another_amount_ends_the_conversation_and_not_the_order(act):
    world, payer = at_checkout()
    world.stripe.pay(order_in(world).at_stripe, amount=1)
    settlement(world).settle(order_in(world))

    with pytest.raises(OrderClosed) as closed:
        {
            "refreshes": payer.refreshes,
            "says": lambda: payer.says("yes"),
            "reads": payer.reads,
            "cancels": lambda: payer.says("cancel"),
            "opens": Payer(world, "b").opens,
        }[act]()

    assert closed.value.order.status is order_in(world).status is Status.IN_PROGRESS
    assert order_in(world).mismatched
