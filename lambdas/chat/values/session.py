"""What a conversation is made of: plain values. What is secret in them does not print itself."""

from dataclasses import dataclass, field
from enum import StrEnum

from chat.values.brands import Brand
from chat.values.card import FIELDS, CardNumber, Cvv, Expiry, Field, Refusal
from payments.order import Capture, SavedCard, Terms


class Step(StrEnum):
    NONE = "none"
    NAME = "name"
    CARD = "card"
    EXPIRY = "expiry"
    CVV = "cvv"
    CONFIRM = "confirm"
    ACTION = "action"  # with an order: the payer is at Stripe
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
    """What a stage allows. `test_cards_only`: numbers become Stripe's test tokens: only its public ones do.

    `merchant`: its name as payers know it. `wallets`: Stripe's page offers card wallets.
    """

    brands: frozenset[Brand]
    contact: str
    test_cards_only: bool = False
    merchant: str = ""
    captures: frozenset[Capture] = frozenset(Capture)
    wallets: bool = False


@dataclass(frozen=True)
class OrderVisit:
    """The order that a session is about: all that the conversation may know of it."""

    order_id: str
    terms: Terms
    livemode: bool

    @property
    def is_hosted(self) -> bool:
        return self.terms.capture is Capture.HOSTED


@dataclass(frozen=True)
class Session:
    """`step` and `outcome` are the state. `history` is the caller's to write: `advance` leaves it alone.

    `changing`: the field whose new value is asked for at `step`; the old one is kept until then.
    `choosing`: the payer wants to change something and was asked what; a bare yes does not confirm then.
    `unsure_name`: may be the name; the payer was asked whether it is. `ending`: they were asked whether to stop.
    `order`: None in a conversation that ends with a payment token. `method`: the PaymentMethod that was made of the
    card for an order; card, expiry and security code are gone then.
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
    unsure_name: str | None = None
    ending: bool = False
    order: OrderVisit | None = None
    method: SavedCard | None = None

    @property
    def status(self) -> str:
        if self.outcome:
            return self.outcome.value
        if self.step is Step.ACTION:
            return "requires_action"
        return "awaiting_confirmation" if self.step is Step.CONFIRM else "collecting"

    @property
    def is_hosted(self) -> bool:
        """Whether the card is entered on Stripe's page, and none here."""
        return self.order is not None and self.order.is_hosted

    @property
    def missing(self) -> tuple[Field, ...]:
        if self.is_hosted:
            return ()
        wanted = (Field.NAME,) if self.method else FIELDS
        return tuple(each for each in wanted if getattr(self, each) is None)

    @property
    def shown_card(self) -> KeptCard | SavedCard | None:
        """Brand and last four digits of the reviewed card."""
        return self.method or self.card

    @property
    def shown_expiry(self) -> Expiry | None:
        return Expiry(self.method.exp_month, self.method.exp_year) if self.method else self.expiry


@dataclass(frozen=True)
class PaymentToken:
    """What the merchant is given: Stripe's id of the PaymentMethod, and what may be shown of the card.

    `token` is None for an order: the merchant finds it in the order's result.
    """

    token: str | None
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
