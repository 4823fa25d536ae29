"""What is stored of a session, and what its store must do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chat.turns.errors import SessionExpired

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chat.values.session import PaymentToken, Session


@dataclass(frozen=True)
class Record:
    """A session as it is stored, with what concurrency, repeats and the payment attempt need.

    Points in time are seconds since the epoch. `version` is 0 until the opening turn stores 1. `card_deadline`: when
    card data must be gone, whatever happens. `attempt`: Stripe's idempotency key while the session is at the review.
    `counted`: the limit on confirmations has counted this attempt. `claim_until`: a confirmation runs until then.
    `asked_stripe`: when a refresh asked Stripe last how the order stands.
    """

    session: Session
    token_hash: str
    version: int = 0
    message_id: str = ""
    updated: int = 0
    ttl: int = 0
    card_deadline: int | None = None
    attempt: str | None = None
    counted: bool = False
    claim_until: int | None = None
    asked_stripe: int | None = None

    def is_claimed(self, now: int) -> bool:
        return self.claim_until is not None and now < self.claim_until

    def require_unexpired(self, now: int) -> None:
        """Raises SessionExpired. Checked before a write too: time passes between reading and writing."""
        if self.version and now >= self.ttl:
            raise SessionExpired


@dataclass(frozen=True)
class Receipt:
    """A finished payment, without card data. It outlives its session by 24 hours.

    `order_id`: where it was paid for an order, which then holds the result; `payment` has no token.
    """

    session_id: str
    token_hash: str
    payment: PaymentToken
    language: str
    created: int  # seconds since the epoch
    order_id: str | None = None


@dataclass(frozen=True)
class AttemptCounters:
    """What one attempt is counted in. `limits`: by counter name. `windows`: their first seconds, the oldest first."""

    limits: Mapping[str, int]
    windows: tuple[int, ...]
    ttl: int


class Conflict(Exception):
    """Another write came first. `stored` is what is stored now; None for nothing."""

    def __init__(self, stored: Record | None = None) -> None:
        super().__init__()
        self.stored = stored


class LimitReached(Exception):
    """A counter is at its limit. `counter`: its name; `counts`: its attempts by window."""

    def __init__(self, counter: str, counts: Mapping[int, int]) -> None:
        super().__init__(counter)
        self.counter, self.counts = counter, counts


class SessionStore(Protocol):
    def load(self, session_id: str) -> Record | None: ...

    def save(self, record: Record, over: Record | None, now: int) -> None:
        """Replace exactly `over` by `record`; with None, write where no live session is stored. Raises Conflict."""

    def delete(self, record: Record) -> None:
        """Delete exactly this version. Raises Conflict."""

    def claim(self, record: Record, over: Record, counters: AttemptCounters | None) -> None:
        """Store the claim, and count the attempt where every counter is below its limit: all of it, or nothing.

        Raises Conflict, LimitReached.
        """

    def finish(self, record: Record, receipt: Receipt) -> None:
        """Delete the session if it still holds the same attempt, and put the receipt. Raises Conflict."""

    def receipt(self, token_hash: str, now: int) -> Receipt | None: ...
