"""Settling an order: one outcome, written once, whoever asks and however often."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.order import AtStripe, Change, Purpose, Status, StripeKind
from payments.outcomes import Closed, Complete, Mismatch, Pending, judge
from payments.settlement import OrderBusy, Settlement
from tests.fakes import NOON, VISA_AT_STRIPE, FakeStripe, FakeTelemetry, MemoryOrders, an_order

CHECKOUT = AtStripe(StripeKind.CHECKOUT, "cs_1", NOON + 1860, "https://checkout.example/cs_1")
INTENT = AtStripe(StripeKind.PAYMENT_INTENT, "pi_1")
STARTED = (Change(Status.IN_PROGRESS, NOON),)


class House:
    """An order in the store with something at Stripe, and the settling of it."""

    def __init__(self, at=CHECKOUT, **changed) -> None:
        self.stripe, self.telemetry, self.clock = FakeStripe(), FakeTelemetry(), NOON + 60
        order = an_order(status=Status.IN_PROGRESS, changes=STARTED, **changed)
        self.at = at
        self.orders = MemoryOrders(self.stripe.stand(order, at) if at else order, now=lambda: self.clock)
        self.id = order.id
        self.settlement = Settlement(self.orders, self.stripe, self.telemetry, lambda: self.clock)

    @property
    def stored(self):
        return self.orders.load(self.id)

    def settle(self):
        return self.settlement.settle(self.stored)

    def close(self, into=Status.CANCELLED):
        return self.settlement.close(self.stored, into)


@pytest.mark.parametrize(
    ("purpose", "status", "verdict"),
    [
        pytest.param(Purpose.CHARGE, "succeeded", Complete, id="paid"),
        pytest.param(Purpose.AUTHORIZE, "requires_capture", Complete, id="held"),
        pytest.param(Purpose.AUTHORIZE, "succeeded", Complete, id="held and captured already"),
        pytest.param(Purpose.CHARGE, "requires_capture", Mismatch, id="held, though it was to be charged"),
        pytest.param(Purpose.CHARGE, "processing", Pending, id="processing"),
        pytest.param(Purpose.CHARGE, "requires_action", Pending, id="3-D Secure"),
        pytest.param(Purpose.CHARGE, "requires_payment_method", Pending, id="declined"),
        pytest.param(Purpose.CHARGE, "canceled", Closed, id="cancelled"),
    ],
)
def test_the_intents_status_decides(purpose, status, verdict):
    stripe, order = FakeStripe(), an_order(purpose=purpose)
    order = stripe.stand(order, INTENT)
    stripe.pay(INTENT, status=status)

    assert isinstance(judge(order, stripe.reports["pi_1"]), verdict)


@pytest.mark.parametrize(
    ("is_open", "status", "verdict"),
    [
        pytest.param(True, None, Pending, id="open"),
        pytest.param(True, "requires_payment_method", Pending, id="declined, and open"),
        pytest.param(True, "canceled", Pending, id="open again"),
        pytest.param(False, None, Closed, id="expired"),
        pytest.param(False, "requires_payment_method", Closed, id="expired after a decline"),
        pytest.param(False, "processing", Pending, id="processing"),
        pytest.param(False, "succeeded", Complete, id="paid"),
    ],
)
def test_a_checkout_is_closed_when_nobody_can_pay_there_any_more(is_open, status, verdict):
    stripe = FakeStripe()
    order = stripe.stand(an_order(), CHECKOUT)
    stripe.pay(CHECKOUT, status=status, is_open=is_open)

    assert isinstance(judge(order, stripe.reports["cs_1"]), verdict)


def test_a_payment_completes_the_order_once():
    house = House()
    house.stripe.pay(CHECKOUT, customer="cus_1")

    first, second = house.settle().order, house.settle().order

    assert first == second == house.stored
    assert (first.status, first.result.card, first.result.customer) == (Status.COMPLETED, VISA_AT_STRIPE, "cus_1")
    assert [change.status for change in first.changes] == [Status.IN_PROGRESS, Status.COMPLETED]
    assert house.stripe.asked == ["retrieve cs_1"]


def test_a_completed_order_keeps_no_address_at_stripe():
    house = House()
    house.stripe.pay(CHECKOUT)

    assert house.settle().order.at_stripe == replace(CHECKOUT, url=None)


@pytest.mark.parametrize(
    "differing",
    [
        {"amount": 4991},
        {"amount": None},
        {"currency": "usd"},
        {"livemode": True},
        {"order_id": "ord_" + "0" * 24},
        {"order_id": None},
        {"reference": "INV-1"},
        {"reference": ""},
        {"card": None},
    ],
    ids=str,
)
def test_what_does_not_match_completes_nothing_and_is_counted_once(differing):
    house = House()
    house.stripe.pay(CHECKOUT, **differing)

    for _ in range(3):
        house.settle()

    assert (house.stored.status, house.stored.mismatched) == (Status.IN_PROGRESS, True)
    assert house.telemetry.counts == [("OrderMismatch", {})]
    assert house.stripe.asked == ["retrieve cs_1"]


def test_a_mismatched_order_cannot_be_cancelled_once_it_is_paid():
    house = House(INTENT)
    house.stripe.pay(INTENT, amount=1)

    assert house.close().status is Status.IN_PROGRESS


def test_a_mismatched_order_can_be_cancelled_while_nothing_is_paid():
    house = House(INTENT)
    house.stripe.reports["pi_1"] = replace(house.stripe.reports["pi_1"], amount=1)
    house.settle()

    assert house.stored.mismatched
    assert house.close().status is Status.CANCELLED


def test_an_expired_checkout_makes_room_for_the_next_one():
    house = House()
    house.stripe.close(CHECKOUT)

    order = house.settle().order

    assert (order.status, order.at_stripe, order.generation) == (Status.IN_PROGRESS, None, 2)


def test_while_a_claim_runs_only_an_outcome_is_written():
    house = House(claim_until=NOON + 90)
    house.stripe.close(CHECKOUT)

    order = house.settle().order
    assert (order.at_stripe, house.orders.writes) == (CHECKOUT, 1)

    house.stripe.pay(CHECKOUT)
    order = house.settle().order
    assert (order.status, order.claim_until) == (Status.COMPLETED, None)


def test_nothing_at_stripe_means_nothing_to_ask():
    house = House(None)

    assert house.settle().report is None
    assert house.stripe.asked == []


def test_a_write_that_comes_first_is_taken_into_account():
    house = House()
    house.stripe.pay(CHECKOUT)
    house.orders.interfere = lambda: claim(house)

    order = house.settle().order

    assert (order.status, order.session_id) == (Status.COMPLETED, "s-2")
    assert house.stripe.asked == ["retrieve cs_1"]


def claim(house):
    house.orders.interfere = lambda: None
    stored = house.stored
    house.orders.replace(replace(stored, session_id="s-2", version=stored.version + 1), stored)


def test_closing_asks_stripe_first():
    house = House()

    order = house.close()

    assert (order.status, house.stripe.asked) == (Status.CANCELLED, ["close cs_1"])
    assert not house.stripe.reports["cs_1"].is_open


def test_an_order_that_was_paid_meanwhile_completes_instead_of_closing():
    house = House()
    house.stripe.pay(CHECKOUT)

    assert house.close().status is Status.COMPLETED


def test_an_order_is_not_closed_while_a_confirmation_runs_or_stripe_decides():
    with pytest.raises(OrderBusy):
        House(claim_until=NOON + 90).close()

    house = House(INTENT)
    house.stripe.pay(INTENT, status="processing")
    with pytest.raises(OrderBusy):
        house.close()
    assert house.stored.status is Status.IN_PROGRESS


def test_a_claim_that_begins_during_the_closing_keeps_the_order_open():
    house = House()

    def claim_now():
        house.orders.interfere = lambda: None
        stored = house.stored
        house.orders.replace(replace(stored, claim_until=NOON + 90, version=stored.version + 1), stored)

    house.orders.interfere = claim_now

    with pytest.raises(OrderBusy):
        house.close()


def test_a_final_order_stays_as_it_is():
    house = House()
    house.close(Status.EXPIRED)
    house.stripe.pay(CHECKOUT)

    assert house.close(Status.CANCELLED).status is Status.EXPIRED
    assert house.settle().order.status is Status.EXPIRED


ACTORS = st.lists(st.sampled_from(["event", "event", "event", "return", "sweep", "cancel", "pay"]), max_size=12)
INTERFERENCES = st.lists(st.sampled_from(["nobody", "event", "return", "sweep", "cancel", "pay"]), max_size=20)


class Race(House):
    """Everybody at once: before any write and after any answer of Stripe, another one may run from start to end."""

    def __init__(self, interferences) -> None:
        super().__init__()
        self.interferences, self.depth = interferences, 0
        self.orders.interfere = self.interfere
        for name in ("retrieve", "close"):
            setattr(self.stripe, name, self.interrupted(getattr(self.stripe, name)))

    def interrupted(self, ask):
        def asked(at):
            report = ask(at)
            self.interfere()
            return report

        return asked

    def interfere(self):
        if self.interferences and self.depth < 3:
            self.depth += 1
            self.act(self.interferences.pop())
            self.depth -= 1

    def act(self, name):
        if name == "pay" and self.stripe.reports["cs_1"].is_open:
            self.stripe.pay(CHECKOUT)
        try:
            if name in ("event", "return"):
                self.settle()
            elif name in ("cancel", "sweep"):
                self.close(Status.CANCELLED if name == "cancel" else Status.EXPIRED)
        except OrderBusy:
            pass


@settings(deadline=None, max_examples=500)
@given(ACTORS, INTERFERENCES)
def test_whoever_comes_in_whatever_order_there_is_one_outcome(actors, interferences):
    race = Race(interferences)

    for actor in actors:
        race.act(actor)
    race.interferences = []
    race.act("event")

    finals = [change.status for change in race.stored.changes if change.status.is_final]
    paid = race.stripe.reports["cs_1"].intent_status == "succeeded"
    assert len(finals) <= 1
    assert (finals == [Status.COMPLETED]) == paid
    assert finals or race.stripe.reports["cs_1"].is_open or race.stored.at_stripe is None
