"""Stand-ins for the ports of a turn: small, in memory, as strict as the real ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING

from chat.adapters import items
from chat.turns.ports import Conflict, LimitReached, Limits, NoWording, Ports, Receipt, Record, SealBroken
from chat.turns.turn import Message, turn
from chat.values.brands import ACCEPTED
from chat.values.session import Decline, PaymentToken, Policy, Sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chat.turns.ports import Payment, WordingRequest
    from chat.turns.results import TurnResult

NOON = 1_795_262_400  # 2026-11-21T12:00:00Z


class MemorySessions:
    """Keeps items as DynamoDB would, so that what is stored goes through the real serialization."""

    def __init__(self) -> None:
        self.items: dict[str, items.Item] = {}
        self.receipts: dict[str, Receipt] = {}
        self.counters: dict[str, int] = {}
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
        self.items[record.session.id] = items.of_record(record)

    def delete(self, record: Record) -> None:
        self.calls.append("delete")
        self._unchanged(record)
        del self.items[record.session.id]

    def claim(self, record: Record, over: Record, counters: Mapping[str, int], counters_ttl: int) -> None:
        self.calls.append("claim")
        self._unchanged(over)
        for name, limit in counters.items():
            if self.counters.get(name, 0) >= limit:
                raise LimitReached(name)
        for name in counters:
            self.counters[name] = self.counters.get(name, 0) + 1
            self.counted_until.add(counters_ttl)
        self.items[record.session.id] = items.of_record(record)

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
        self.briefs: list[WordingRequest] = []

    def word(self, brief: WordingRequest) -> str:
        self.briefs.append(brief)
        if self.answer is None:
            raise NoWording(self.cause)
        return self.answer


class FakeTokens:
    """Answers from a script, then with a token an attempt; what was decided is the same for the same attempt."""

    def __init__(self) -> None:
        self.script: list[Decline | Exception] = []
        self.payments: list[Payment] = []
        self.accepted: list[Payment] = []
        self.decided: dict[str, Decline] = {}
        self.test_numbers_only = False
        self.meanwhile: Callable[[], None] = lambda: None

    def test_only(self) -> bool:
        return self.test_numbers_only

    def ready(self) -> None:
        """The key is at hand."""

    def create(self, payment: Payment) -> PaymentToken | Decline:
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


class FakeWatch:
    def __init__(self) -> None:
        self.counts: list[tuple[str, dict[str, str]]] = []

    def follow(self, session_id: str, step: str) -> None:
        """What it is about shows in the real log alone."""

    def count(self, metric: str, **dimensions: str) -> None:
        self.counts.append((metric, dimensions))

    def declined(self, code: str, detail: str) -> None:
        self.counts.append(("Declined", {"class": code, "detail": detail}))

    def unusable_key(self, secret: str, reason: str) -> None:
        self.counts.append(("unusable_key", {"secret": secret, "reason": reason}))


@dataclass
class World:
    """Every port in memory, and a clock that only moves when it is told to (or slept on)."""

    sessions: MemorySessions = field(default_factory=MemorySessions)
    vault: FakeVault = field(default_factory=FakeVault)
    wording: FakeWording = field(default_factory=FakeWording)
    tokens: FakeTokens = field(default_factory=FakeTokens)
    watch: FakeWatch = field(default_factory=FakeWatch)
    limits: Limits = field(default_factory=lambda: Limits(per_address=1000, per_card=1000))
    policy: Policy = field(default_factory=lambda: Policy(ACCEPTED, "help@example.com"))
    time: float = NOON
    ids: count[int] = field(default_factory=count)

    def ports(self) -> Ports:
        return Ports(
            sessions=self.sessions,
            vault=self.vault,
            wording=self.wording,
            tokens=self.tokens,
            watch=self.watch,
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

    def says(self, text: str, *, message_id: str | None = None, expected_step: str | None = None) -> TurnResult:
        ports = self.world.ports()
        message = Message(
            text=text,
            id=message_id or ports.new_id(),
            address=self.address,
            session_id=self.session_id,
            token=self.token or None,
            expected_step=expected_step,
            accept_language=self.language,
        )
        answer = turn(message, ports)
        self.token = answer.session_token or self.token
        return answer

    def reaches_review(self) -> TurnResult:
        for text in ("payment", "John", "4242 4242 4242 4242", "12/30"):
            self.says(text)
        return self.says("123")
