"""One run over the orders that are due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from payments.at_stripe import NotAtStripe
from payments.next_look import AT_STRIPE_SECONDS
from payments.order import MAX_DECLINES, Status, StripeKind
from payments.settlement import OrderBusy
from runtime.aws import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from payments.announcing import Announcing
    from payments.order import Order
    from payments.settlement import Settlement

MAX_OUTAGES = 5  # in a row: then nothing more is asked in this run
STUCK_SECONDS = 2 * AT_STRIPE_SECONDS + 60  # after its end: two runs have not ended it
LOOK_SECONDS = 30  # one order, with Stripe and the store at their slowest


class Orders(Protocol):
    def due(self, now: int) -> Iterable[str]: ...
    def load(self, order_id: str) -> Order | None: ...
    def postpone(self, order: Order) -> None: ...


class Telemetry(Protocol):
    def identify(self, order_id: str | None) -> None: ...
    def info(self, message: str, **fields: Any) -> None: ...
    def amount(self, metric: str, value: int) -> None: ...
    def unavailable(self, error: Unavailable) -> None: ...


@dataclass
class Swept:
    """`stuck`: orders whose end is long over and that could not be ended."""

    looked: int = 0
    ended: int = 0
    announced: int = 0
    failed: int = 0
    stuck: int = 0


@dataclass(frozen=True)
class OrderSweep:
    """`now`: seconds since the epoch. `seconds_left`: of the invocation."""

    orders: Orders
    settlement: Settlement
    announcing: Announcing
    telemetry: Telemetry
    now: Callable[[], int]
    seconds_left: Callable[[], float]

    def run(self) -> Swept:
        """What fails is looked at again. Raises Unavailable when the due orders cannot be read."""
        swept, outages = Swept(), 0
        for id_ in self.orders.due(self.now()):
            if self.seconds_left() < LOOK_SECONDS or outages >= MAX_OUTAGES:
                break
            self.telemetry.identify(id_)
            try:
                self._look(id_, swept)
                outages = 0
            except Unavailable as error:
                self.telemetry.unavailable(error)
                outages += not isinstance(error, NotAtStripe)
                swept.failed += 1
        self.telemetry.identify(None)
        return swept

    def _look(self, id_: str, swept: Swept) -> None:
        order = self.orders.load(id_)
        if order is None:
            return
        swept.looked += 1
        announced = self.announcing.announce(order)
        swept.announced += len(announced.announced) - len(order.announced)
        order = announced
        if order.status.is_final or order.mismatched:
            self._after(order, order, swept)
            return
        if _end_of(order) + STUCK_SECONDS <= self.now():
            swept.stuck += 1
            self.telemetry.info("stuck", status=order.status.value)
        try:
            settled = self._settled(order)
        except Unavailable:
            self.orders.postpone(order)  # behind the others, so that it keeps none of them waiting
            raise
        self._after(order, settled, swept)

    def _settled(self, order: Order) -> Order:
        settled = self.settlement.settle(order).order
        into = self._end(settled)
        if into is None:
            return settled
        try:
            return self.settlement.close(settled, into)
        except OrderBusy:
            self.telemetry.info("busy")
            return settled

    def _after(self, before: Order, order: Order, swept: Swept) -> None:
        """A change is announced by the stream, and by the next run if that failed; what was left alone is postponed."""
        if order.status.is_final and not before.status.is_final:
            swept.ended += 1
            self.telemetry.info("ended", status=order.status.value)
        if order.version == before.version:
            self.orders.postpone(order)

    def _end(self, order: Order) -> Status | None:
        """How the order has to end now. A Checkout lives until its own end: its payer was there in time."""
        if order.status.is_final or order.mismatched:
            return None
        if order.declines >= MAX_DECLINES:
            return Status.FAILED
        return Status.EXPIRED if _end_of(order) <= self.now() else None


def _end_of(order: Order) -> int:
    """Seconds since the epoch: until then the payer may still act."""
    at = order.at_stripe
    if at is None or at.kind is not StripeKind.CHECKOUT or at.expires is None:
        return order.expires
    return max(order.expires, at.expires)
