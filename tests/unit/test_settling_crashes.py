"""A crash before or after any side effect is healed by whoever comes next: the sweep at the latest."""

import pytest

from order_sweep.order_sweep import OrderSweep
from payments.adapters.order_items import from_order
from payments.announcing import Announcing
from payments.order import AtStripe, Change, Purpose, Status, StripeKind
from payments.settlement import Settlement
from relay.handler import relay
from tests.fakes import NOON, FakeBus, FakeStripe, FakeTelemetry, MemoryOrders, an_order

MINUTE, DAY = 60, 24 * 3600
CHECKOUT = AtStripe(StripeKind.CHECKOUT, "cs_1", NOON + 31 * MINUTE)
INTENT = AtStripe(StripeKind.PAYMENT_INTENT, "pi_1")
STARTED = {"status": Status.IN_PROGRESS, "changes": (Change(Status.IN_PROGRESS, NOON),)}


class Crash(BaseException):
    """The function is gone, as after a time-out: nothing of ours catches it."""


class Fragile:
    """A port that crashes before or after its n-th side effect; `effects` counts them all."""

    EFFECTS = frozenset({"replace", "create", "add_announced", "postpone", "close", "publish"})

    def __init__(self, port, plan) -> None:
        self._port, self._plan = port, plan

    def __getattr__(self, name):
        found = getattr(self._port, name)
        return self._counted(found) if name in self.EFFECTS else found

    def _counted(self, call):
        def counted(*args):
            self._plan["seen"] += 1
            if (self._plan["at"], self._plan["when"]) == (self._plan["seen"], "before"):
                raise Crash
            answer = call(*args)
            if (self._plan["at"], self._plan["when"]) == (self._plan["seen"], "after"):
                raise Crash
            return answer

        return counted


class House:
    def __init__(self, at=CHECKOUT, *, crash_at=0, when="before", **changed) -> None:
        self.clock, self.stripe, self.bus = NOON + MINUTE, FakeStripe(), FakeBus()
        self.orders = MemoryOrders(now=lambda: self.clock)
        order = an_order(**{**STARTED, **changed})
        self.orders.create(self.stripe.stand(order, at))
        self.id, self.plan = order.id, {"at": crash_at, "when": when, "seen": 0}

    def parts(self):
        orders, bus = Fragile(self.orders, self.plan), Fragile(self.bus, self.plan)
        settlement = Settlement(orders, Fragile(self.stripe, self.plan), FakeTelemetry(), lambda: self.clock)
        return orders, settlement, Announcing(orders, bus, FakeTelemetry())

    def event(self):
        _, settlement, _ = self.parts()
        settlement.settle(self.stored)

    def cancel(self):
        _, settlement, _ = self.parts()
        settlement.close(self.stored, Status.CANCELLED)

    def stream(self):
        _, _, announcing = self.parts()
        image = from_order(self.stored, self.clock)
        relay([{"dynamodb": {"NewImage": image, "SequenceNumber": "1"}}], announcing, FakeTelemetry(), {})

    def swept(self):
        orders, settlement, announcing = self.parts()
        OrderSweep(orders, settlement, announcing, FakeTelemetry(), lambda: self.clock, lambda: 300).run()

    def crashes_in(self, *steps):
        for step in steps:
            try:
                step()
            except Crash:
                break

    def heals(self, until=DAY + 60 * MINUTE):
        """Nobody but the sweep comes any more."""
        while self.clock < NOON + until:
            self.clock += 15 * MINUTE
            self.swept()

    @property
    def stored(self):
        return self.orders.load(self.id)

    def told(self):
        return {event for _, event in self.bus.events}


POINTS = [(at, when) for at in range(1, 9) for when in ("before", "after")]


@pytest.mark.parametrize(("crash_at", "when"), POINTS)
@pytest.mark.parametrize("at", [CHECKOUT, INTENT], ids=["checkout", "intent"])
def test_what_was_paid_is_completed_and_told(at, crash_at, when):
    house = House(at, crash_at=crash_at, when=when)
    house.stripe.pay(at)

    house.crashes_in(house.event, house.stream, house.cancel, house.swept)
    house.heals(until=60 * MINUTE)

    assert house.stored.status is Status.COMPLETED
    assert house.told() == {"order.started", "order.completed"}
    assert "sweepAt" not in house.orders.items[house.id]


@pytest.mark.parametrize(("crash_at", "when"), POINTS)
@pytest.mark.parametrize("at", [CHECKOUT, INTENT], ids=["checkout", "intent"])
def test_what_was_not_paid_ends_and_is_told(at, crash_at, when):
    house = House(at, crash_at=crash_at, when=when)

    house.crashes_in(house.event, house.cancel, house.stream, house.swept)
    house.heals()

    assert house.stored.status in (Status.CANCELLED, Status.EXPIRED)
    assert house.told() == {"order.started", f"order.{house.stored.status}"}
    assert not house.stripe.reports[at.id].is_open


@pytest.mark.parametrize(("crash_at", "when"), POINTS)
def test_an_authorization_is_never_given_back_by_a_late_cancel(crash_at, when):
    house = House(INTENT, crash_at=crash_at, when=when, purpose=Purpose.AUTHORIZE)
    house.stripe.pay(INTENT, status="requires_capture")

    house.crashes_in(house.cancel, house.stream, house.swept)
    house.heals(until=60 * MINUTE)

    assert house.stored.status is Status.COMPLETED
    assert house.stripe.reports["pi_1"].intent_status == "requires_capture"


def test_every_side_effect_is_among_the_points():
    house = House()
    house.stripe.pay(CHECKOUT)
    house.crashes_in(house.event, house.stream, house.cancel, house.swept)
    paid = house.plan["seen"]
    house = House()
    house.crashes_in(house.event, house.cancel, house.stream, house.swept)

    assert min(paid, house.plan["seen"]) >= 3
    assert max(paid, house.plan["seen"]) <= POINTS[-1][0]
