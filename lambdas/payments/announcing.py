"""Telling the merchant what changed, from the order itself: what was not announced yet is announced, then noted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from payments.order import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from payments.order import Change, Order


class EventBus(Protocol):
    def publish(self, order: Order, changes: Sequence[Change]) -> None:
        """Raises Unavailable."""


class Announced(Protocol):
    def add_announced(self, order: Order, statuses: Iterable[Status]) -> None:
        """Raises Unavailable."""


class Telemetry(Protocol):
    def count(self, metric: str, **dimensions: str) -> None: ...
    def duration(self, metric: str, seconds: float) -> None: ...


@dataclass(frozen=True)
class Announcing:
    orders: Announced
    bus: EventBus
    telemetry: Telemetry

    def announce(self, order: Order) -> Order:
        """The order with all of it noted. After a failure it is told again, with the same ids. Raises Unavailable."""
        changes = [change for change in order.changes if change.status not in order.announced]
        if not changes:
            return order
        self.bus.publish(order, changes)
        self.orders.add_announced(order, [change.status for change in changes])
        for change in changes:
            self.telemetry.count("OrdersByStatus", status=change.status.value)
        if changes[-1].status is Status.COMPLETED:
            self.telemetry.duration("OrderTime", changes[-1].at - order.changes[0].at)
        return replace(order, announced=order.announced | {change.status for change in changes})
