"""What a conversation is made of: plain values. What is secret in them does not print itself."""

from dataclasses import dataclass, field
from enum import StrEnum

from chat.values.brands import Brand
from chat.values.card import FIELDS, CardNumber, Cvv, Expiry, Field, Refusal


class Step(StrEnum):
    NONE = "none"
    NAME = "name"
    CARD = "card"
    EXPIRY = "expiry"
    CVV = "cvv"
    CONFIRM = "confirm"
    DONE = "done"


class Outcome(StrEnum):
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Intent(StrEnum):
    """What a message asks of the conversation itself."""

    CONFIRM = "confirm"
    YES = "yes"
    NO = "no"
    KEEP = "keep"  # never mind, leave it as it is
    BACK = "back"  # to what was asked before
    CANCEL = "cancel"
    RESTART = "restart"


@dataclass(frozen=True)
class Sealed:
    """A card value that only the vault opens."""

    blob: bytes = field(repr=False)


@dataclass(frozen=True)
class PartialNumber:
    """The first part of a number that comes in two messages."""

    digits: str = field(repr=False)


@dataclass(frozen=True)
class KeptCard:
    """The card of a session: its number sealed, or open within the turn that takes or uses it."""

    brand: Brand
    last4: str
    number: CardNumber | Sealed = field(repr=False)


@dataclass(frozen=True)
class Line:
    """What one side said; `role` is user or assistant. The payer's lines are masked."""

    role: str
    content: str


@dataclass(frozen=True)
class Policy:
    """What a stage allows. `test_cards_only`: numbers become Stripe's test tokens: only its public ones do."""

    brands: frozenset[Brand]
    contact: str
    test_cards_only: bool = False


@dataclass(frozen=True)
class Session:
    """`step` and `outcome` are the state. `history` is the caller's to write: `advance` leaves it alone.

    `changing`: the field whose new value is asked for at `step`; the old one is kept until then.
    `choosing`: the payer wants to change something and was asked what; a bare yes does not confirm then.
    """

    id: str
    language: str = "en"
    step: Step = Step.NONE
    outcome: Outcome | None = None
    name: str | None = None
    card: KeptCard | None = None
    expiry: Expiry | None = None
    cvv: Cvv | Sealed | None = None
    partial_number: PartialNumber | Sealed | None = None
    history: tuple[Line, ...] = ()
    error: Refusal | None = None
    refused: Field | None = None
    refusals: int = 0
    declines: int = 0
    changing: Field | None = None
    choosing: bool = False

    @property
    def status(self) -> str:
        if self.outcome:
            return self.outcome.value
        return "awaiting_confirmation" if self.step is Step.CONFIRM else "collecting"

    @property
    def missing(self) -> tuple[Field, ...]:
        return tuple(each for each in FIELDS if getattr(self, each) is None)


@dataclass(frozen=True)
class PaymentToken:
    """What the merchant is given: Stripe's id of the PaymentMethod, and what may be shown of the card."""

    token: str
    brand: str
    last4: str


@dataclass(frozen=True)
class Decline:
    """`code`: card_declined, card_expired, cvv_incorrect, processor_busy or processor_unavailable.

    `detail`: the processor's own code, for the merchant's log. `definite`: the same attempt would be answered the same.
    """

    code: str
    detail: str = ""
    definite: bool = True
