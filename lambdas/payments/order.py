"""An order: what a merchant asks a payer for, and what has come of it. Plain values, no card data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MAX_DECLINES = 10  # over all sessions of an order; the last one fails the order


class Purpose(StrEnum):
    CHARGE = "charge"  # take the money now
    AUTHORIZE = "authorize"  # hold it; the merchant captures it at Stripe
    SAVE = "save"  # charge nothing now; set the card up for later


class Capture(StrEnum):
    """Where the card is typed."""

    HOSTED = "hosted"  # on Stripe's own page
    CHAT = "chat"  # in the conversation


class Status(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"  # from the first successful opening
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        return self not in (Status.OPEN, Status.IN_PROGRESS)


class StripeKind(StrEnum):
    """What can stand at Stripe for an order, one at a time."""

    CHECKOUT = "checkout"
    PAYMENT_INTENT = "payment_intent"
    SETUP_INTENT = "setup_intent"


@dataclass(frozen=True)
class Terms:
    """What the payer is asked for. Immutable, and all that a conversation may know of the merchant's request.

    `amount`: in the currency's smallest unit as Stripe counts it; like `currency` None for `save`.
    """

    reference: str
    purpose: Purpose
    description: str
    capture: Capture
    amount: int | None = None
    currency: str | None = None
    return_url: str | None = None


@dataclass(frozen=True)
class AtStripe:
    """The intent or Checkout that stands for the order. `expires`: of a Checkout, seconds since the epoch."""

    kind: StripeKind
    id: str
    expires: int | None = None
    url: str | None = field(default=None, repr=False)  # of a Checkout only: 3-D Secure addresses are never stored


@dataclass(frozen=True)
class SavedCard:
    """A Stripe PaymentMethod, with what may be shown of its card."""

    id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True)
class Result:
    """What a completed order has brought. `capture_before`: seconds since the epoch, of an authorization."""

    card: SavedCard
    customer: str | None
    intent_id: str
    intent_status: str  # succeeded or requires_capture
    capture_before: int | None = None


@dataclass(frozen=True)
class Change:
    """A change of the status, which the merchant is told. `at`: seconds since the epoch."""

    status: Status
    at: int

    @property
    def event_type(self) -> str:
        return "order.started" if self.status is Status.IN_PROGRESS else f"order.{self.status}"


@dataclass(frozen=True)
class Order:
    """Points in time are seconds since the epoch. `version` grows by one with every write but the announcing ones.

    `token_hash`: of the payer's key to the order. `session_id` and `session_hash`: the newest session, and the hash of
    its token. `generation`: of the intent or Checkout; a new one begins only after Stripe has reported the end of the
    last one. `handover_expires`: the expiry of the Checkout that is being made, stored before Stripe is asked, so that
    a repeat is the same request. `claim_until`: a confirmation runs until then. `declines`: in chat, over all sessions.
    `mismatched`: Stripe reported another amount, currency, reference or mode; nothing happens by itself any more.
    `changes`: of the status, each announced once; `announced`: the status values that were.
    """

    id: str
    terms: Terms
    token_hash: str = field(repr=False)
    created: int
    expires: int
    livemode: bool
    customer: str | None = None
    email: str | None = field(default=None, repr=False)
    locale: str | None = None
    status: Status = Status.OPEN
    version: int = 1
    session_id: str | None = None
    session_hash: str | None = field(default=None, repr=False)
    generation: int = 1
    handover_expires: int | None = None
    at_stripe: AtStripe | None = None
    claim_until: int | None = None
    declines: int = 0
    mismatched: bool = False
    result: Result | None = None
    changes: tuple[Change, ...] = ()
    announced: frozenset[Status] = frozenset()

    def is_claimed(self, now: int) -> bool:
        return self.claim_until is not None and now < self.claim_until

    def may_start(self, now: int) -> bool:
        """Whether a conversation may still begin a payment."""
        return not self.status.is_final and now < self.expires and not self.mismatched
