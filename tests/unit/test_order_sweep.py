"""The sweep of orders: what is over is ended, what is at Stripe is settled, what was not announced is announced."""

from dataclasses import replace

import pytest

from order_sweep.order_sweep import OrderSweep
from payments.announcing import Announcing
from payments.at_stripe import NotAtStripe
from payments.order import AtStripe, Change, Status, StripeKind
from payments.settlement import Settlement
from runtime.aws import Unavailable
from tests.fakes import NOON, FakeBus, FakeStripe, FakeTelemetry, MemoryOrders, an_order

DAY, MINUTE = 24 * 3600, 60
CHECKOUT = AtStripe(StripeKind.CHECKOUT, "cs_1", NOON + 31 * MINUTE)
INTENT = AtStripe(StripeKind.PAYMENT_INTENT, "pi_1")
TOLD = {
    "status": Status.IN_PROGRESS,
    "changes": (Change(Status.IN_PROGRESS, NOON),),
    "announced": frozenset({Status.IN_PROGRESS}),
}


class House:
    def __init__(self) -> None:
        self.clock, self.left = NOON, 300.0
        self.stripe, self.bus, self.telemetry = FakeStripe(), FakeBus(), FakeTelemetry()
        self.orders = MemoryOrders(now=lambda: self.clock)
        settlement = Settlement(self.orders, self.stripe, self.telemetry, lambda: self.clock)
        announcing = Announcing(self.orders, self.bus, self.telemetry)
        self.sweep = OrderSweep(
            self.orders, settlement, announcing, self.telemetry, lambda: self.clock, lambda: self.left
        )

    def has(self, *, at=None, token="T", **changed):
        order = an_order(token, **changed)
        order = self.stripe.stand(order, at) if at else order
        self.orders.create(order)
        return order.id

    def runs(self, after):
        self.clock = NOON + after
        return self.sweep.run()

    def status(self, order_id):
        return self.orders.load(order_id).status


def test_an_order_that_nobody_opened_expires():
    house = House()
    order_id = house.has()

    assert house.runs(DAY - 1).looked == 0
    assert house.runs(DAY).ended == 1
    assert house.status(order_id) is Status.EXPIRED


def test_the_end_is_announced_by_the_next_run_when_the_stream_did_not():
    house = House()
    order_id = house.has()
    house.runs(DAY)
    assert house.bus.events == []

    assert house.runs(DAY + 15 * MINUTE).announced == 1
    assert house.bus.events == [(order_id, "order.expired")]
    assert house.runs(DAY + 30 * MINUTE).looked == 0


def test_a_payment_that_nobody_told_us_of_is_found():
    house = House()
    order_id = house.has(at=CHECKOUT, **TOLD)
    house.stripe.pay(CHECKOUT)

    house.runs(15 * MINUTE)

    assert house.status(order_id) is Status.COMPLETED


def test_a_payer_at_stripe_may_finish_after_the_orders_end():
    house = House()
    order_id = house.has(at=CHECKOUT, expires=NOON + 5 * MINUTE, **TOLD)

    house.runs(20 * MINUTE)
    assert house.status(order_id) is Status.IN_PROGRESS
    assert house.stripe.reports["cs_1"].is_open

    house.stripe.pay(CHECKOUT)
    house.runs(46 * MINUTE)
    assert house.status(order_id) is Status.COMPLETED


@pytest.mark.parametrize("phase", range(0, 15, 2))
def test_no_order_is_stuck_16_minutes_after_its_checkouts_end(phase):
    """The sweep runs every 15 minutes, beginning at any of them."""
    house = House()
    order_id = house.has(at=CHECKOUT, expires=NOON + 5 * MINUTE, **TOLD)

    for minute in range(phase, 31 + 16 + 1, 15):
        house.runs(minute * MINUTE)

    assert house.status(order_id) is Status.EXPIRED
    assert not house.stripe.reports["cs_1"].is_open


def test_an_intent_that_waits_for_the_payer_is_cancelled_at_the_orders_end():
    house = House()
    order_id = house.has(at=INTENT, **TOLD)

    house.runs(DAY)

    assert house.status(order_id) is Status.EXPIRED
    assert house.stripe.reports["pi_1"].intent_status == "canceled"


def test_the_tenth_decline_that_was_not_finished_fails_the_order():
    house = House()
    order_id = house.has(at=INTENT, declines=10, **TOLD)

    house.runs(2 * MINUTE)

    assert house.status(order_id) is Status.FAILED


def test_a_running_confirmation_is_left_alone():
    house = House()
    order_id = house.has(at=INTENT, claim_until=NOON + DAY + 40, **TOLD)

    house.runs(DAY)
    assert house.status(order_id) is Status.IN_PROGRESS

    house.runs(DAY + 15 * MINUTE)
    assert house.status(order_id) is Status.EXPIRED


def test_a_mismatch_does_not_expire_by_itself():
    house = House()
    order_id = house.has(at=CHECKOUT, **TOLD)
    house.stripe.pay(CHECKOUT, amount=1)

    for hours in (1, 24, 48):
        house.runs(hours * 3600)

    stored = house.orders.load(order_id)
    assert (stored.status, stored.mismatched) == (Status.IN_PROGRESS, True)
    assert house.telemetry.counts == [("OrderMismatch", {})]


def test_an_order_that_cannot_be_ended_is_counted_as_stuck():
    house = House()
    house.has(at=INTENT, **TOLD)
    house.stripe.pay(INTENT, status="processing")

    assert house.runs(DAY).stuck == 0
    assert house.runs(DAY + 32 * MINUTE).stuck == 1


def test_an_order_that_stripe_does_not_know_keeps_no_other_waiting():
    house = House()
    for number in range(10):
        house.has(at=replace(INTENT, id=f"pi_{number}"), token=str(number), **TOLD)
    other = house.has(token="other", expires=NOON + 300)
    house.stripe.trouble = [NotAtStripe("stripe", "resource_missing")] * 10

    swept = house.runs(16 * MINUTE)

    assert (swept.failed, house.status(other)) == (10, Status.EXPIRED)


def test_while_stripe_is_down_little_is_asked_and_nothing_is_lost():
    house = House()
    ids = [house.has(at=replace(INTENT, id=f"pi_{number}"), token=str(number), **TOLD) for number in range(9)]
    house.stripe.trouble = [Unavailable("stripe", "APIConnectionError")] * 5

    assert house.runs(16 * MINUTE).failed == 5
    for order_id in ids:
        house.stripe.pay(house.orders.load(order_id).at_stripe)
    house.runs(32 * MINUTE)

    assert {house.status(order_id) for order_id in ids} == {Status.COMPLETED}


def test_a_run_ends_before_its_time_is_over():
    house = House()
    house.has()
    house.left = 29

    assert house.runs(DAY).looked == 0


def test_what_the_sweep_announces_is_noted_before_it_writes():
    house = House()
    order_id = house.has(at=CHECKOUT, **{**TOLD, "announced": frozenset()})
    house.stripe.pay(CHECKOUT)

    house.runs(15 * MINUTE)

    stored = house.orders.load(order_id)
    assert (stored.status, stored.announced) == (Status.COMPLETED, {Status.IN_PROGRESS})
