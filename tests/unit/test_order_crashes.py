"""Crashes and races around an order: no second charge, no lost result, nothing stuck."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest

from chat.turns.claims import CLAIM_SECONDS
from chat.turns.errors import Busy, OrderClosed, SessionExpired
from chat.turns.results import TurnResult
from chat.values.session import Decline, Step
from payments.order import Capture, Purpose, Status
from payments.settlement import OrderBusy
from runtime.aws import Unavailable
from tests.fakes import ASKS_FOR_OWNER, DECLINED, Payer, World
from tests.unit.test_order_chat import CARD, at_checkout, at_the_bank, hosted, order_in, reviewing, settlement

PAID = "completed"
MAX_EFFECTS = 9  # of one confirmation


class Died(BaseException):
    """The process ended here."""


def effects_of(world: World) -> list[tuple[object, str]]:
    """Everything outside the process that a confirmation changes or asks."""
    return [
        (world.visits, "claim"),
        (world.processor, "create_payment_method"),
        (world.sessions, "save"),
        (world.stripe, "create_customer"),
        (world.stripe, "create_intent"),
        (world.stripe, "create_checkout"),
        (world.orders, "replace"),
        (world.stripe, "retrieve"),
        (world.stripe, "confirm_intent"),
        (world.stripe, "close"),
        (world.visits, "save"),
        (world.visits, "delete"),
    ]


def die_at(world: World, number: int, *, after: bool) -> list[str]:
    """Ends the process at the effect of this number, before or after it has happened. Returns the names reached."""
    reached: list[str] = []

    def wrapped(target, name):
        real = getattr(target, name)

        def effect(*args, **more):
            reached.append(name)
            if len(reached) != number:
                return real(*args, **more)
            if after:
                real(*args, **more)
            raise Died

        return effect

    for target, name in effects_of(world):
        setattr(target, name, wrapped(target, name))
    return reached


def revive(world: World) -> None:
    for target, name in effects_of(world):
        target.__dict__.pop(name, None)


ISSUER = {"the tenth decline": [DECLINED], "3-D Secure": [ASKS_FOR_OWNER]}


def after_a_decline() -> tuple[World, Payer]:
    world, payer = reviewing()
    world.stripe.issuer = [DECLINED]
    payer.says("confirm")
    for text in (CARD, "12/30", "123"):
        payer.says(text)
    return world, payer


CONVERSATIONS = {
    "charge": reviewing,
    "save": partial(reviewing, purpose=Purpose.SAVE, amount=None, currency=None),
    "after a decline": after_a_decline,
    "the tenth decline": partial(reviewing, declines=9),
    "3-D Secure": reviewing,
    "hosted": hosted,
}


def pay_to_the_end(world: World, payer: Payer) -> str:
    """What a payer does who comes back after a while and repeats what was said. Returns how it ended."""
    for number in range(8):
        world.time += CLAIM_SECONDS + 1
        try:
            answer = payer.says("confirm", message_id=f"again-{number}")
        except SessionExpired:  # the link is opened again
            with suppress(OrderClosed):
                Payer(world, "another").opens()
            return order_in(world).status.value
        if answer.session.outcome:
            return answer.session.status if answer.session.error is None else order_in(world).status.value
        if answer.session.step is Step.ACTION:
            at = order_in(world).at_stripe
            if world.stripe.reports[at.id].is_open:
                world.stripe.charges += 1
                world.stripe.pay(at)
        elif answer.session.step is Step.CARD:
            for text in (CARD, "12/30", "123"):
                payer.says(text)
    return "stuck"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(1, MAX_EFFECTS + 1))
@pytest.mark.parametrize("kind", CONVERSATIONS)
def test_a_process_that_died_anywhere_leaves_nothing_lost_doubled_or_stuck(kind, number, after):
    world, payer = CONVERSATIONS[kind]()
    world.stripe.issuer = list(ISSUER.get(kind, []))
    die_at(world, number, after=after)
    with suppress(Died):
        payer.says("confirm", message_id="first")
    revive(world)

    ended = pay_to_the_end(world, payer)

    order = order_in(world)
    assert ended == order.status.value
    assert order.status is (Status.FAILED if kind == "the tenth decline" else Status.COMPLETED)
    assert world.stripe.charges == (kind != "the tenth decline")
    uncancelled = [report for report in world.stripe.reports.values() if report.intent_status != "canceled"]
    assert len(uncancelled) == (kind != "the tenth decline")
    assert order.claim_until is None
    assert world.sessions.items == {}


def test_the_crashes_above_reach_every_effect_of_a_confirmation():
    reached = set()
    for kind, begin in CONVERSATIONS.items():
        world, payer = begin()
        world.stripe.issuer = list(ISSUER.get(kind, []))
        names = die_at(world, 99, after=False)
        payer.says("confirm")
        reached |= set(names)
        assert len(names) <= MAX_EFFECTS

    assert reached == {name for _, name in effects_of(World())}


@pytest.mark.parametrize("number", range(1, 7))
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_after_a_crash_an_event_or_the_next_opening_finds_what_was_paid(number, after):
    world, payer = reviewing()
    die_at(world, number, after=after)
    with suppress(Died):
        payer.says("confirm")
    revive(world)

    settlement(world).settle(order_in(world))

    assert (order_in(world).status is Status.COMPLETED) == (world.stripe.charges == 1)
    world.time += CLAIM_SECONDS + 1
    opened = Payer(world, "another").opens()
    assert (opened.session.status == PAID) == (world.stripe.charges == 1)


def test_eight_confirmations_at_once_charge_once_and_all_get_the_result():
    world, payer = reviewing()
    world.sleep = lambda _: __import__("time").sleep(0.002)
    twins = [Payer(world, payer.session_id) for _ in range(8)]
    for twin in twins:
        twin.token = payer.token

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(_confirmed, twins))

    assert all(answer is None or answer.session.status == PAID for answer in answers)
    assert any(answers)
    assert (world.stripe.charges, len(world.stripe.reports)) == (1, 1)
    assert [_confirmed(twin).payment for twin in twins] == [next(filter(None, answers)).payment] * 8
    assert [change.status for change in order_in(world).changes] == [Status.IN_PROGRESS, Status.COMPLETED]


def test_eight_clear_yeses_at_once_make_one_page():
    world, payer = hosted()
    world.sleep = lambda _: __import__("time").sleep(0.002)
    twins = [Payer(world, payer.session_id) for _ in range(8)]
    for twin in twins:
        twin.token = payer.token

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(_confirmed, twins))

    urls = {answer.action.url for answer in answers if answer is not None and answer.action}
    assert urls == {"https://checkout.example/cs_test_1"}
    assert len(world.stripe.reports) == 1


def _confirmed(payer: Payer) -> TurnResult | None:
    try:
        return payer.says("confirm")
    except Busy:
        return None


def during(world: World, name: str, act) -> None:
    """Does something while Stripe answers this request."""
    real = getattr(world.stripe, name)

    def ask(*args):
        answer = real(*args)
        setattr(world.stripe, name, real)
        act()
        return answer

    setattr(world.stripe, name, ask)


@pytest.mark.parametrize("request_name", ["create_intent", "confirm_intent"])
def test_while_a_claim_runs_the_merchants_cancel_and_another_opening_are_busy(request_name):
    world, payer = reviewing()
    busy = []

    def meddle():
        for act in (
            lambda: settlement(world).close(order_in(world), Status.CANCELLED),
            Payer(world, "another").opens,
        ):
            with pytest.raises((Busy, OrderBusy)) as refused:
                act()
            busy.append(refused.value)

    during(world, request_name, meddle)

    assert payer.says("confirm").payment
    assert len(busy) == 2


def test_an_event_that_settles_first_leaves_one_outcome():
    world, payer = reviewing()
    during(world, "confirm_intent", lambda: settlement(world).settle(order_in(world)))

    answer = payer.says("confirm")

    assert (answer.session.status, answer.payment.last4) == (PAID, "4242")
    assert [change.status for change in order_in(world).changes] == [Status.IN_PROGRESS, Status.COMPLETED]
    assert world.sessions.items == {}
    assert payer.reads().payment == answer.payment


def test_a_claim_that_lapsed_while_stripe_answered_still_finds_the_payment():
    world, payer = reviewing()
    other = Payer(world, payer.session_id)
    other.token = payer.token

    def too_late():
        world.time += CLAIM_SECONDS + 1
        assert other.says("confirm").payment

    during(world, "confirm_intent", too_late)

    answer = payer.says("confirm")

    assert answer.session.status == PAID
    assert world.stripe.charges == 1


@pytest.mark.parametrize("before", [reviewing, at_the_bank, hosted, at_checkout])
@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED])
def test_an_order_that_was_closed_meanwhile_is_noticed_at_the_confirmation(before, status):
    world, payer = before()
    settlement(world).close(order_in(world), status)

    with pytest.raises(OrderClosed) as closed:
        payer.says("confirm")

    assert closed.value.order.status is status
    assert world.sessions.items == {}
    assert world.stripe.charges == 0


@pytest.mark.parametrize("before", [reviewing, at_the_bank, hosted, at_checkout])
def test_reading_a_session_whose_order_was_closed_says_so_and_keeps_it(before):
    world, payer = before()
    settlement(world).close(order_in(world), Status.CANCELLED)

    with pytest.raises(OrderClosed):
        payer.reads()
    assert world.sessions.items
    with pytest.raises(OrderClosed):
        payer.refreshes()
    assert not world.sessions.items


def test_a_decline_of_another_tab_does_not_undo_a_payment():
    world, payer = reviewing()
    world.stripe.issuer = [DECLINED]

    def paid_by_an_event():
        world.stripe.pay(order_in(world).at_stripe)
        settlement(world).settle(order_in(world))

    during(world, "confirm_intent", paid_by_an_event)

    assert payer.says("confirm").session.status == PAID
    assert order_in(world).declines == 0


def test_another_card_after_a_lost_answer_never_sends_its_owner_to_the_bank_of_the_first():
    world, payer = reviewing()
    world.stripe.issuer = [ASKS_FOR_OWNER]
    confirm = world.stripe.confirm_intent

    def lose_the_answer(*asked):
        confirm(*asked)
        world.stripe.confirm_intent = confirm
        raise Unavailable("stripe", "slow")

    world.stripe.confirm_intent = lose_the_answer
    payer.says("confirm")
    for text in ("another card", "5555 5555 5555 4444", "12/30", "123"):
        payer.says(text)

    answer = payer.says("confirm")

    assert (answer.session.status, answer.payment.brand) == (PAID, "visa")  # the fake's card, under the new method's id
    assert order_in(world).result.intent_id == "pi_2"
    assert [report.intent_status for report in world.stripe.reports.values()] == ["canceled", "succeeded"]


def test_cancelling_after_a_lost_answer_first_cancels_at_stripe():
    world, payer = reviewing()
    confirm = world.stripe.confirm_intent

    def lose_the_answer(*asked):
        confirm(*asked)
        world.stripe.confirm_intent = confirm
        raise Unavailable("stripe", "slow")

    world.stripe.confirm_intent = lose_the_answer
    payer.says("confirm")

    assert payer.says("cancel").session.status == PAID


def test_a_crash_and_the_orders_end_do_not_lose_a_payment():
    world, payer = reviewing(expires=1_795_262_400 + 60)
    world.visits.delete = lambda *_, **__: (_ for _ in ()).throw(Died())
    with pytest.raises(Died):
        payer.says("confirm")
    del world.visits.delete
    world.time += 120

    assert payer.says("confirm").session.status == PAID


def test_a_table_that_is_out_of_reach_after_the_charge_loses_nothing():
    world, payer = reviewing()
    world.visits.delete = lambda *_, **__: (_ for _ in ()).throw(Unavailable("dynamodb", "Throttled"))
    with pytest.raises(Unavailable):
        payer.says("confirm")
    del world.visits.delete
    world.time += CLAIM_SECONDS + 1

    assert payer.says("confirm").session.status == PAID
    assert world.stripe.charges == 1


def test_a_decline_before_the_issuer_is_asked_releases_the_order():
    world, payer = reviewing()
    world.processor.script = [Decline("card_declined")]

    payer.says("confirm")

    assert (order_in(world).claim_until, order_in(world).declines) == (None, 1)
    assert Payer(world, "another").opens().session.step is Step.NAME


def test_hosted_orders_are_never_made_twice_by_two_tabs():
    world, payer = hosted()
    other = Payer(world, payer.session_id)
    other.token = payer.token

    def confirm_too():
        with pytest.raises(Busy):
            other.says("yes")

    during(world, "create_checkout", confirm_too)

    assert payer.says("yes").action.url.endswith("cs_test_1")
    assert other.says("yes").action.url.endswith("cs_test_1")
    assert replace(order_in(world).terms, capture=Capture.HOSTED) == order_in(world).terms
