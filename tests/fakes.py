"""Stand-ins for the ports of a turn: small, in memory, as strict as the real ones."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from math import inf
from types import SimpleNamespace
from typing import TYPE_CHECKING

from chat.adapters import items
from chat.http.api import Api
from chat.turns.attempts import Limits
from chat.turns.confirm import Confirmation
from chat.turns.records import Records
from chat.turns.seals import SealBroken
from chat.turns.stored import Conflict, LimitReached, Receipt, Record
from chat.turns.turn import Message, Turns
from chat.turns.wording import NoWording
from chat.values.brands import ACCEPTED
from chat.values.session import Decline, PaymentToken, Policy, Sealed

if TYPE_CHECKING:
    from collections.abc import Callable

    from chat.adapters.item_size import Item
    from chat.turns.confirm import PaymentProcessor
    from chat.turns.results import TurnResult
    from chat.turns.seals import Vault
    from chat.turns.stored import AttemptCounters, SessionStore
    from chat.turns.telemetry import Telemetry
    from chat.turns.wording import Wording, WordingRequest
    from chat.values.card import Field
    from chat.values.payment import Payment

NOON = 1_795_262_400  # 2026-11-21T12:00:00Z
LAMBDA_CONTEXT = SimpleNamespace(
    function_name="chat",
    function_version="1",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:chat",
    aws_request_id="request-1",
    get_remaining_time_in_millis=lambda: 25_000,
)


class MemorySessions:
    """Keeps items as DynamoDB would, so that what is stored goes through the real serialization."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.receipts: dict[str, Receipt] = {}
        self.counters: dict[str, Counter[int]] = defaultdict(Counter)
        self.counted_until: set[int] = set()
        self.calls: list[str] = []

    def load(self, session_id: str) -> Record | None:
        self.calls.append("load")
        return self._stored(session_id)

    def save(self, record: Record, over: Record | None, now: int) -> None:
        self.calls.append("save")
        stored = self._stored(record.session.id)
        free = stored is None or stored.ttl <= now if over is None else _same(stored, over)
        if not free:
            raise Conflict(stored)
        self.items[record.session.id] = items.from_record(record)

    def delete(self, record: Record) -> None:
        self.calls.append("delete")
        self._unchanged(record)
        del self.items[record.session.id]

    def claim(self, record: Record, over: Record, counters: AttemptCounters | None) -> None:
        self.calls.append("claim")
        self._unchanged(over)
        for name, limit in counters.limits.items() if counters else ():
            if self.counters[name][counters.windows[0]] >= limit:
                raise LimitReached(name, self.counters[name])
        for name in counters.limits if counters else ():
            self.counters[name].update(counters.windows)
            self.counted_until.add(counters.ttl)
        self.items[record.session.id] = items.from_record(record)

    def finish(self, record: Record, receipt: Receipt) -> None:
        self.calls.append("finish")
        stored = self._stored(record.session.id)
        if stored is None or (stored.attempt, stored.token_hash) != (record.attempt, record.token_hash):
            raise Conflict(stored)
        del self.items[record.session.id]
        self.receipts[receipt.token_hash] = receipt

    def receipt(self, token_hash: str, now: int) -> Receipt | None:
        self.calls.append("receipt")
        found = self.receipts.get(token_hash)
        return found if found and now < found.created + 24 * 3600 else None

    def _stored(self, session_id: str) -> Record | None:
        item = self.items.get(session_id)
        return items.to_record(item) if item else None

    def _unchanged(self, over: Record) -> None:
        stored = self._stored(over.session.id)
        if not _same(stored, over):
            raise Conflict(stored)


def _same(stored: Record | None, over: Record) -> bool:
    return stored is not None and (stored.version, stored.token_hash) == (over.version, over.token_hash)


class FakeVault:
    """Blobs say nothing of their value; only the session and field they were made for open them."""

    def __init__(self) -> None:
        self.values: dict[bytes, tuple[str, str, str]] = {}

    def seal(self, value: str, token_hash: str, field: str) -> Sealed:
        blob = b"sealed-%d" % len(self.values)
        self.values[blob] = (value, token_hash, field)
        return Sealed(blob)

    def open(self, sealed: Sealed, token_hash: str, field: str) -> str:
        value, *place = self.values.get(sealed.blob, ("", "", ""))
        if place != [token_hash, field]:
            raise SealBroken
        return value

    def fingerprint(self, value: str) -> str:
        return sha256(b"key" + value.encode()).hexdigest()


class FakeWording:
    def __init__(self, answer: str | None = None) -> None:
        self.answer, self.cause = answer, "off"
        self.requests: list[WordingRequest] = []

    def word(self, request: WordingRequest) -> str:
        self.requests.append(request)
        if self.answer is None:
            raise NoWording(self.cause)
        return self.answer


class FakeProcessor:
    """Answers from a script, then with a token an attempt; what was decided is the same for the same attempt."""

    def __init__(self) -> None:
        self.script: list[Decline | Exception] = []
        self.payments: list[Payment] = []
        self.accepted: list[Payment] = []
        self.decided: dict[str, Decline] = {}
        self.meanwhile: Callable[[], None] = lambda: None

    def prepare(self) -> None:
        """The key is at hand."""

    def create_payment_method(self, payment: Payment) -> PaymentToken | Decline:
        self.payments.append(payment)
        self.meanwhile()
        if payment.attempt in self.decided:
            return self.decided[payment.attempt]
        if self.script:
            answer = self.script.pop(0)
            if isinstance(answer, Exception):
                raise answer
            if answer.definite:
                self.decided[payment.attempt] = answer
            return answer
        self.accepted.append(payment)
        made = sha256(payment.attempt.encode()).hexdigest()[:24]
        return PaymentToken(f"pm_{made}", payment.card.brand, payment.card.last4)


class FakeTelemetry:
    """Keeps what was counted; what goes to the log alone is dropped."""

    def __init__(self) -> None:
        self.counts: list[tuple[str, dict[str, str]]] = []

    def count(self, metric: str, **dimensions: str) -> None:
        self.counts.append((metric, dimensions))

    def card_declined(self, code: str, detail: str) -> None:
        self.counts.append(("Declined", {"class": code, "detail": detail}))

    def stripe_key_rejected(self, secret: str, reason: str) -> None:
        self.counts.append(("StripeKeyRejected", {"secret": secret, "reason": reason}))

    def identify(self, session_id: str | None, step: str = "") -> None: ...

    def turn_answered(self, result: TurnResult, milliseconds: float) -> None: ...

    def session_read(self, result: TurnResult) -> None: ...

    def request_refused(self, status: int, code: str) -> None: ...

    def dependency_failed(self, service: str, code: str, *, denied: bool) -> None: ...

    def crashed(self, error: BaseException) -> None: ...

    def flush(self) -> None: ...


@dataclass(frozen=True)
class Ports:
    """What turns are wired from, as the handler does it; a test replaces the part that it is about."""

    sessions: SessionStore
    vault: Vault
    wording: Wording
    processor: PaymentProcessor
    telemetry: Telemetry
    policy: Policy
    limits: Limits
    now: Callable[[], int]
    new_id: Callable[[], str]
    new_token: Callable[[], str]
    sleep: Callable[[float], None]
    seconds_left: Callable[[], float] = lambda: inf
    seconds_needed: float = 20

    def turns(self) -> Turns:
        records = Records(self.sessions, self.now, self.new_id)
        confirmation = Confirmation(
            records,
            self.vault,
            self.processor,
            self.limits,
            self.telemetry,
            self.policy,
            self.sleep,
            self.seconds_left,
            self.seconds_needed,
        )
        return Turns(records, self.vault, self.wording, confirmation, self.telemetry, self.policy, self.new_token)

    def api(self) -> Api:
        return Api(self.turns(), self.telemetry, self.new_id, time.monotonic)


@dataclass
class World:
    """Every port in memory, and a clock that only moves when it is told to (or slept on)."""

    sessions: MemorySessions = field(default_factory=MemorySessions)
    vault: FakeVault = field(default_factory=FakeVault)
    wording: FakeWording = field(default_factory=FakeWording)
    processor: FakeProcessor = field(default_factory=FakeProcessor)
    telemetry: FakeTelemetry = field(default_factory=FakeTelemetry)
    limits: Limits = field(default_factory=lambda: Limits(per_address=1000, per_card=1000))
    policy: Policy = field(default_factory=lambda: Policy(ACCEPTED, "help@example.com"))
    time: float = NOON
    ids: count[int] = field(default_factory=count)

    def ports(self) -> Ports:
        return Ports(
            sessions=self.sessions,
            vault=self.vault,
            wording=self.wording,
            processor=self.processor,
            telemetry=self.telemetry,
            policy=self.policy,
            limits=self.limits,
            now=lambda: int(self.time),
            new_id=lambda: f"id-{next(self.ids)}",
            new_token=lambda: f"token-{next(self.ids)}",
            sleep=self.sleep,
        )

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class Payer:
    """Somebody with a chat window: keeps the session's name and key, sends text, remembers the last answer."""

    def __init__(self, world: World, session_id: str = "abc-123") -> None:
        self.world, self.session_id, self.token = world, session_id, ""
        self.address, self.language = "203.0.113.7", None

    def says(
        self,
        text: str,
        *,
        message_id: str | None = None,
        expected_step: str | None = None,
        field: Field | None = None,
        order_token: str | None = None,
    ) -> TurnResult:
        ports = self.world.ports()
        message = Message(
            text=text,
            id=message_id or ports.new_id(),
            address=self.address,
            session_id=self.session_id,
            token=self.token or None,
            expected_step=expected_step,
            accept_language=self.language,
            field=field,
            order_token=order_token,
        )
        answer = ports.turns().play(message)
        self.token = answer.session_token or self.token
        return answer

    def reaches_review(self) -> TurnResult:
        for text in ("payment", "John", "4242 4242 4242 4242", "12/30"):
            self.says(text)
        return self.says("123")
