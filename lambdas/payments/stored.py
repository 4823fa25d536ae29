"""What the store of orders must do, and how it says that another write came first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from payments.order import Order


class OrderConflict(Exception):
    """Another write came first. `stored` is what is stored now; None for nothing."""

    def __init__(self, stored: Order | None = None) -> None:
        super().__init__()
        self.stored = stored


class OrderStore(Protocol):
    """Every read is consistent, every write conditional on the version that was read. All raise Unavailable."""

    def load(self, order_id: str) -> Order | None: ...

    def create(self, order: Order) -> None:
        """Raises OrderConflict when an order of this id is stored."""

    def replace(self, order: Order, over: Order) -> None:
        """Raises OrderConflict unless exactly `over` is stored. A write of ours that the SDK repeated succeeds."""
