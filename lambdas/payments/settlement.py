"""Settling: Stripe is asked how an order's intent or Checkout stands, and the order says so afterwards.

Whatever calls this (an event, the payer's return, the sweep, a cancel), however often and in whatever order: the
outcome is the same, and it is written once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from payments import outcomes
from payments.outcomes import Closed, Complete, Mismatch, Pending
from payments.stored import OrderConflict
from runtime.aws import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.at_stripe import Report, StripeReports
    from payments.order import Order, Status
    from payments.stored import OrderStore

MAX_TRIES = 8  # writes that another write forestalled


class OrderBusy(Exception):
    """A confirmation is running, or Stripe is still deciding: the order cannot be ended now."""


class Telemetry(Protocol):
    def count(self, metric: str, **dimensions: str) -> None: ...


@dataclass(frozen=True)
class Settled:
    """`report`: None when there was nothing to ask Stripe."""

    order: Order
    report: Report | None


@dataclass(frozen=True)
class Settlement:
    """`now`: seconds since the epoch. Every method raises Unavailable when Stripe or the store cannot be asked now."""

    orders: OrderStore
    stripe: StripeReports
    telemetry: Telemetry
    now: Callable[[], int]

    def settle(self, order: Order) -> Settled:
        if order.status.is_final or order.mismatched or order.at_stripe is None:
            return Settled(order, None)
        report = self.stripe.retrieve(order.at_stripe)
        return Settled(self.record(order, report), report)

    def record(self, order: Order, report: Report) -> Order:
        """Writes what a report means. A report about something that no longer stands for the order means nothing."""
        for _ in range(MAX_TRIES):
            changed = self._after(order, report)
            if changed is order:
                return order
            written = self._write(changed, order)
            if written is changed and changed.mismatched:
                self.telemetry.count("OrderMismatch")
            if written is changed:
                return changed
            order = written
        raise Unavailable("orders", "OrderConflict")

    def close(self, order: Order, into: Status) -> Order:
        """Ends the order, unless it was paid: Stripe is asked to close first. Returns it as it stands then.

        An order that is final already stays as it is, and one that does not match what was paid stays open.
        Raises OrderBusy.
        """
        for _ in range(MAX_TRIES):
            if order.status.is_final:
                return order
            if order.is_claimed(self.now()):
                raise OrderBusy
            if order.at_stripe is not None:
                report = self.stripe.close(order.at_stripe)
                verdict = outcomes.judge(order, report)
                if isinstance(verdict, Pending):
                    raise OrderBusy
                if not isinstance(verdict, Closed):
                    return self.record(order, report)
            ended = outcomes.ended(order, into, self.now())
            written = self._write(replace(ended, version=order.version + 1), order)
            if written.status is into:
                return written
            order = written
        raise Unavailable("orders", "OrderConflict")

    def _after(self, order: Order, report: Report) -> Order:
        """The same object when nothing is to be written. While a claim runs, its owner alone drops what is closed."""
        at = order.at_stripe
        if order.status.is_final or at is None or at.id != report.at.id:
            return order
        match outcomes.judge(order, report):
            case Complete(result):
                changed = outcomes.completed(replace(order, mismatched=False), result, self.now())
            case Mismatch() if not order.mismatched:
                changed = replace(order, mismatched=True)
            case Closed() if not order.is_claimed(self.now()):
                changed = outcomes.without_handover(order)
            case _:
                return order
        return replace(changed, version=order.version + 1)

    def _write(self, changed: Order, over: Order) -> Order:
        """What was written; what is stored instead when another write came first."""
        try:
            self.orders.replace(changed, over)
        except OrderConflict as conflict:
            if conflict.stored is None:
                raise Unavailable("orders", "OrderGone") from None
            return conflict.stored
        return changed
