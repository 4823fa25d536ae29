"""What the store of sessions must do for an order: change session and order together, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chat.turns.stored import AttemptCounters, Receipt, Record
    from payments.order import Order


@dataclass(frozen=True)
class OrderChange:
    """`order` in place of exactly `over`; its version is the next one."""

    order: Order
    over: Order


@dataclass(frozen=True)
class EarlierSession:
    """The session that an order had until now."""

    session_id: str
    token_hash: str


class VisitStore(Protocol):
    """Every method is one transaction. All raise Conflict (of the session), payments' OrderConflict, Unavailable."""

    def open(self, record: Record, order: OrderChange, earlier: EarlierSession | None, now: int) -> None:
        """A new session, where no live one is stored; the order's earlier one is deleted."""

    def claim(self, record: Record, over: Record, order: OrderChange, counters: AttemptCounters | None) -> None:
        """The claim of both, and the attempt counted where every counter is below its limit. Raises LimitReached."""

    def save(self, record: Record, over: Record, order: OrderChange) -> None: ...

    def delete(self, record: Record, order: OrderChange | None = None, receipt: Receipt | None = None) -> None:
        """Delete exactly this version of the session; a receipt may take its place."""
