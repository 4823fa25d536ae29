"""What a turn needs from the outside, in its own words: the stored record, the ports, and what can go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chat.values.card import CardNumber, Cvv, Expiry
    from chat.values.session import Decline, PaymentToken, Policy, Sealed, Session


@dataclass(frozen=True)
class Record:
    """A session as it is stored, with what concurrency, repeats and the payment attempt need. Times: epoch seconds."""

    session: Session
    token_hash: str
    version: int = 0  # 0: not stored yet; the opening turn stores 1
    message_id: str = ""
    updated: int = 0
    ttl: int = 0
    card_deadline: int | None = None  # an hour after the first accepted digits, whatever follows
    attempt: str | None = None  # Stripe's idempotency key while at the review
    counted: bool = False  # the card testing guard has counted this attempt
    claim_until: int | None = None  # a confirmation is under way until then

    def claimed(self, now: int) -> bool:
        return self.claim_until is not None and now < self.claim_until


@dataclass(frozen=True)
class Receipt:
    """A finished payment: the one value that outlives its session (24 hours), without card data."""

    session_id: str
    token_hash: str
    payment: PaymentToken
    language: str
    created: int  # epoch seconds


@dataclass(frozen=True)
class Payment:
    """The reviewed values, opened: what Stripe is asked to turn into a token."""

    session_id: str
    attempt: str
    name: str
    card: CardNumber
    expiry: Expiry
    cvv: Cvv


@dataclass(frozen=True)
class WordingRequest:
    """What the language model's wording starts from and is checked against."""

    session: Session
    fixed: str


class Sessions(Protocol):
    def load(self, session_id: str) -> Record | None: ...

    def save(self, record: Record, over: Record | None, now: int) -> None:
        """Store `record` in place of exactly `over`, or, for None, where no live session stands. Raises Conflict."""

    def delete(self, record: Record) -> None:
        """Delete exactly this version. Raises Conflict."""

    def claim(self, record: Record, over: Record, counters: Mapping[str, int], counters_ttl: int) -> None:
        """Store the claim and count each counter up to its limit, or nothing. Raises Conflict, LimitReached."""

    def finish(self, record: Record, receipt: Receipt) -> None:
        """Delete the session if the attempt is still this one, and put the receipt. Raises Conflict."""

    def receipt(self, token_hash: str, now: int) -> Receipt | None: ...


class Vault(Protocol):
    def seal(self, value: str, token_hash: str, field: str) -> Sealed: ...

    def open(self, sealed: Sealed, token_hash: str, field: str) -> str:
        """Raises SealBroken when the blob is not of this session and field."""

    def fingerprint(self, value: str) -> str:
        """A keyed hash: equal for equal values, useless to whoever lacks the key."""


class Wording(Protocol):
    def word(self, brief: WordingRequest) -> str:
        """The model's wording of `brief.fixed`. Raises NoWording."""


class PaymentProcessor(Protocol):
    def test_only(self) -> bool:
        """Whether only Stripe's public test numbers may be taken here."""

    def ready(self) -> None:
        """Fetch what a payment needs, before anything is claimed for it. Raises Unavailable."""

    def create(self, payment: Payment) -> PaymentToken | Decline: ...


class Telemetry(Protocol):
    def follow(self, session_id: str, step: str) -> None:
        """Which session this is about, and where the payer is."""

    def count(self, metric: str, **dimensions: str) -> None: ...

    def declined(self, code: str, detail: str) -> None: ...

    def unusable_key(self, secret: str, reason: str) -> None: ...


@dataclass(frozen=True)
class Limits:
    """Confirmations an hour."""

    per_address: int
    per_card: int


@dataclass(frozen=True)
class Ports:
    """Everything that a turn needs from the outside."""

    sessions: Sessions
    vault: Vault
    wording: Wording
    tokens: PaymentProcessor
    watch: Telemetry
    policy: Policy
    limits: Limits
    now: Callable[[], int]  # epoch seconds
    new_id: Callable[[], str]
    new_token: Callable[[], str]  # 256 bits, base64url
    sleep: Callable[[float], None]  # seconds


class Conflict(Exception):
    """Another write came first; `stored` is what stands now, None for nothing."""

    def __init__(self, stored: Record | None = None) -> None:
        super().__init__()
        self.stored = stored


class LimitReached(Exception):
    """A counter stands at its limit; its name says which."""

    def __init__(self, counter: str) -> None:
        super().__init__(counter)
        self.counter = counter


class NoWording(Exception):
    """The model gave nothing usable; `cause` is one of off (it was not asked), slow, throttled, failed, unfit."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause

    @property
    def asked(self) -> bool:
        return self.cause != "off"


class SealBroken(Exception):
    """A sealed value does not belong where it was found."""


class SessionTokenRequired(Exception): ...


class SessionExpired(Exception): ...


class StepChanged(Exception): ...


class Busy(Exception): ...


class TooManyRequests(Exception):
    """The card testing guard's refusal; `retry_after` in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Unavailable(Exception):
    """A service this one stands on did not answer; `service` and `code` name it for the log."""

    def __init__(self, service: str, code: str) -> None:
        super().__init__(service, code)
        self.service = service
        self.code = code
