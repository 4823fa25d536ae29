"""Stand-ins for the ports of a turn: small, in memory, as strict as the real ones."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count
from math import inf
from threading import RLock
from types import SimpleNamespace
from typing import TYPE_CHECKING

from chat.adapters import items
from chat.http.api import Api
from chat.turns.attempts import Limits
from chat.turns.composing import Composer, Unanswered, Worded
from chat.turns.confirm import Confirmation
from chat.turns.errors import SessionExpired
from chat.turns.message import Message
from chat.turns.records import Records
from chat.turns.seals import SealBroken
from chat.turns.stored import Conflict, LimitReached, Receipt, Record
from chat.turns.turn import Turns
from chat.values.brands import ACCEPTED
from chat.values.session import Decline, PaymentToken, Policy, Sealed
from chat.visits.chat_payment import ChatPayment
from chat.visits.claiming import Claiming
from chat.visits.handover import Handover
from chat.visits.issuer import Issuer
from chat.visits.ledger import Ledger
from chat.visits.opening import Opening
from chat.visits.openings import OrderOpenings
from chat.visits.visits import Visits
from chat.visits.waiting import Waiting
from chat.wiring import terms_of
from payments.adapters.order_items import from_order, to_order
from payments.at_stripe import Report
from payments.link import order_id, token_hash
from payments.order import AtStripe, Capture, Order, Purpose, SavedCard, StripeKind, Terms
from payments.settlement import Settlement
from payments.stored import OrderConflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from chat.adapters.item_size import Item
    from chat.turns.composing import Pointing, Wording, WordingRequest
    from chat.turns.confirm import PaymentProcessor
    from chat.turns.results import TurnResult
    from chat.turns.seals import Vault
    from chat.turns.stored import AttemptCounters, SessionStore
    from chat.turns.telemetry import Telemetry
    from chat.understanding.pointing.by_model import OpenMessage, Pointed
    from chat.values.card import Field
    from chat.values.payment import Payment
    from chat.values.session import Session
    from chat.visits.stored import EarlierSession, OrderChange, VisitStore
    from payments.order import Change, Status
    from payments.stored import OrderStore

ORDER_TOKEN = "A" * 43
NOON = 1_795_262_400  # 2026-11-21T12:00:00Z
LAMBDA_CONTEXT = SimpleNamespace(
    function_name="chat",
    function_version="1",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:chat",
    aws_request_id="request-1",
    get_remaining_time_in_millis=lambda: 25_000,
)


def no_terms(order_id: str) -> Terms:
    """Of a store whose sessions have no order."""
    raise SessionExpired


class MemorySessions:
    """Keeps items as DynamoDB would, so that what is stored goes through the real serialization."""

    def __init__(self, orders: MemoryOrders | None = None) -> None:
        self.orders = orders or MemoryOrders()
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
        return items.to_record(item, terms_of(self.orders)) if item else None

    def _unchanged(self, over: Record) -> None:
        stored = self._stored(over.session.id)
        if not _same(stored, over):
            raise Conflict(stored)


def _same(stored: Record | None, over: Record) -> bool:
    return stored is not None and (stored.version, stored.token_hash) == (over.version, over.token_hash)


class MemoryVisits:
    """Sessions and orders changed together or not at all; one at a time, as DynamoDB's transactions are."""

    def __init__(self, sessions: MemorySessions) -> None:
        self.sessions, self.orders = sessions, sessions.orders
        self.lock = RLock()

    def open(self, record: Record, order: OrderChange, earlier: EarlierSession | None, now: int) -> None:
        with self._transaction("open", order):
            stored = self.sessions._stored(record.session.id)
            if stored is not None and now < stored.ttl:
                raise Conflict(stored)
            if earlier:
                left = self.sessions._stored(earlier.session_id)
                if left is not None and left.token_hash == earlier.token_hash:
                    del self.sessions.items[earlier.session_id]
            self.sessions.items[record.session.id] = items.from_record(record)

    def claim(self, record: Record, over: Record, order: OrderChange, counters: AttemptCounters | None) -> None:
        with self._transaction("claim", order):
            self.sessions.claim(record, over, counters)

    def save(self, record: Record, over: Record, order: OrderChange) -> None:
        with self._transaction("save", order):
            self.sessions._unchanged(over)
            self.sessions.items[record.session.id] = items.from_record(record)

    def delete(self, record: Record, order: OrderChange | None = None, receipt: Receipt | None = None) -> None:
        with self._transaction("delete", order):
            self.sessions._unchanged(record)
            del self.sessions.items[record.session.id]
            if receipt:
                self.sessions.receipts[receipt.token_hash] = receipt

    @contextmanager
    def _transaction(self, name: str, order: OrderChange | None) -> Iterator[None]:
        with self.lock:
            self.sessions.calls.append(name)
            kept = dict(self.sessions.items), dict(self.sessions.receipts)
            yield  # the session's conditions come first
            if order:
                try:
                    MemoryOrders.replace(self.orders, order.order, order.over)  # part of this one effect
                except OrderConflict:
                    self.sessions.items, self.sessions.receipts = kept
                    raise


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

    def fingerprint(self, value: str, hour: int) -> str:
        return sha256(b"key of %d" % hour + value.encode()).hexdigest()


class FakeWording:
    def __init__(self, answer: str | None = None) -> None:
        self.answer, self.cause = answer, "off"
        self.requests: list[WordingRequest] = []

    def word(self, request: WordingRequest) -> Worded:
        self.requests.append(request)
        if self.answer is None:
            raise Unanswered(self.cause)
        return Worded(self.answer)


class FakePointing:
    """A model that chooses the same for every message, or is off."""

    def __init__(self, choice: Pointed | None = None, cause: str = "off") -> None:
        self.choice, self.cause = choice, cause
        self.asked: list[OpenMessage] = []

    def point(self, said: OpenMessage, session: Session) -> Pointed:
        self.asked.append(said)
        if self.choice is None:
            raise Unanswered(self.cause)
        return self.choice


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

    def identify(self, name: str | None, step: str = "") -> None: ...

    def amount(self, metric: str, value: int) -> None:
        self.counts.append((metric, {"value": str(value)}))

    def duration(self, metric: str, seconds: float) -> None: ...

    def info(self, message: str, **fields: object) -> None: ...

    def unavailable(self, error: Exception) -> None: ...

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
    pointing: Pointing
    processor: PaymentProcessor
    telemetry: Telemetry
    policy: Policy
    limits: Limits
    now: Callable[[], int]
    new_id: Callable[[], str]
    new_token: Callable[[], str]
    sleep: Callable[[float], None]
    orders: OrderStore
    visits: VisitStore
    stripe: FakeStripe
    seconds_left: Callable[[], float] = lambda: inf
    seconds_needed: float = 20
    seconds_to_go_on: float = 16

    def turns(self) -> Turns:
        records = Records(self.sessions, self.now, self.new_id)
        settlement = Settlement(self.orders, self.stripe, self.telemetry, self.now)
        ledger = Ledger(records, self.visits, self.orders, settlement, self.policy, self.telemetry, has_page=True)
        claiming = Claiming(
            ledger, self.limits, self.sleep, self.seconds_left, self.seconds_needed, self.seconds_to_go_on
        )
        handover = Handover(ledger, claiming, self.stripe)
        issuer = Issuer(ledger, claiming, self.stripe)
        opening, waiting = Opening(ledger, self.vault), Waiting(ledger, claiming, handover)
        payment = ChatPayment(ledger, claiming, self.vault, self.processor, issuer)
        composer = Composer(self.vault, self.wording, self.pointing, self.telemetry, self.policy, self.now)
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
        return Turns(
            records,
            self.vault,
            composer,
            confirmation,
            Visits(ledger, opening, payment, handover, waiting),
            OrderOpenings(ledger, opening, waiting, composer, self.new_token),
            self.telemetry,
            self.policy,
            self.new_token,
        )

    def api(self) -> Api:
        return Api(self.turns(), self.telemetry, self.new_id, time.monotonic)


@dataclass
class World:
    """Every port in memory, and a clock that only moves when it is told to (or slept on)."""

    orders: MemoryOrders = field(default_factory=lambda: MemoryOrders())  # noqa: PLW0108
    sessions: MemorySessions | None = None
    stripe: FakeStripe = field(default_factory=lambda: FakeStripe())  # noqa: PLW0108
    vault: FakeVault = field(default_factory=FakeVault)
    wording: FakeWording = field(default_factory=FakeWording)
    pointing: FakePointing = field(default_factory=FakePointing)
    processor: FakeProcessor = field(default_factory=FakeProcessor)
    telemetry: FakeTelemetry = field(default_factory=FakeTelemetry)
    limits: Limits = field(default_factory=lambda: Limits(per_address=1000, per_card=1000))
    policy: Policy = field(default_factory=lambda: Policy(ACCEPTED, "help@example.com", merchant="ACME"))
    time: float = NOON
    ids: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.sessions = self.sessions or MemorySessions(self.orders)
        self.visits = MemoryVisits(self.sessions)
        self.orders.now = lambda: int(self.time)

    def ports(self) -> Ports:
        return Ports(
            sessions=self.sessions,
            vault=self.vault,
            wording=self.wording,
            pointing=self.pointing,
            processor=self.processor,
            telemetry=self.telemetry,
            policy=self.policy,
            limits=self.limits,
            now=lambda: int(self.time),
            new_id=lambda: f"id-{next(self.ids)}",
            new_token=lambda: f"token-{next(self.ids)}",
            sleep=self.sleep,
            orders=self.orders,
            visits=self.visits,
            stripe=self.stripe,
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
            named_field=field,
            order_token=order_token,
            return_url="https://api.example/returns",
        )
        answer = ports.turns().play(message)
        self.token = answer.session_token or self.token
        return answer

    def opens(self, order_token: str = ORDER_TOKEN, **more: str) -> TurnResult:
        """A new conversation about the order."""
        self.token = ""
        return self.says("payment", order_token=order_token, **more)

    def reads(self) -> TurnResult:
        return self.world.ports().turns().read(self.session_id, self.token)

    def refreshes(self) -> TurnResult:
        return self.world.ports().turns().refresh(self.session_id, self.token)

    def reaches_order_review(self) -> TurnResult:
        self.opens()
        for text in ("John", "4242 4242 4242 4242", "12/30"):
            self.says(text)
        return self.says("123")

    def reaches_review(self) -> TurnResult:
        for text in ("payment", "John", "4242 4242 4242 4242", "12/30"):
            self.says(text)
        return self.says("123")


VISA_AT_STRIPE = SavedCard("pm_1", "visa", "4242", 12, 2030)


def an_order(token: str = ORDER_TOKEN, **changed: object) -> Order:
    """A charge of 49.90 €, open for a day. `changed`: fields of the order or of its terms."""
    terms = Terms("INV-1042", Purpose.CHARGE, "Two tickets, 12 December", Capture.CHAT, 4990, "eur")
    of_terms = {name: changed.pop(name) for name in list(changed) if name in Terms.__dataclass_fields__}
    hashed = token_hash(token)
    order = Order(order_id(hashed), replace(terms, **of_terms), hashed, NOON, NOON + 24 * 3600, livemode=False)
    return replace(order, **changed)


class MemoryOrders:
    """Keeps items as DynamoDB would. `interfere`: called before every write, so that another one can come first."""

    def __init__(self, *orders: Order, now: Callable[[], int] = lambda: NOON) -> None:
        self.now, self.items, self.writes = now, {}, 0
        self.interfere: Callable[[], None] = lambda: None
        for order in orders:
            self.create(order)

    def load(self, order_id: str) -> Order | None:
        item = self.items.get(order_id)
        return to_order(item) if item else None

    def create(self, order: Order) -> None:
        self.interfere()
        if order.id in self.items:
            raise OrderConflict(self.load(order.id))
        self._put(order)

    def replace(self, order: Order, over: Order) -> None:
        assert order.version == over.version + 1
        self.interfere()
        stored = self.load(order.id)
        if stored is None or stored.version != over.version:
            raise OrderConflict(stored)
        self._put(order)

    def add_announced(self, order: Order, statuses: Iterable[Status]) -> None:
        stored = self.load(order.id)
        self._put(replace(stored, announced=stored.announced | set(statuses)))

    def postpone(self, order: Order) -> None:
        self._put(self.load(order.id))

    def due(self, now: int) -> list[str]:
        return [id_ for id_, item in self.items.items() if int(item.get("sweepAt", {}).get("N", now + 1)) <= now]

    def find_by_stripe_id(self, stripe_id: str) -> str | None:
        return next((id_ for id_, item in self.items.items() if item.get("stripeId") == {"S": stripe_id}), None)

    def _put(self, order: Order) -> None:
        self.writes += 1
        self.items[order.id] = from_order(order, self.now())


class FakeStripe:
    """Orders' intents and Checkouts at Stripe, by id; `trouble`: raised by the next request; `deleted`: customers."""

    def __init__(self) -> None:
        self.reports: dict[str, Report] = {}
        self.asked: list[str] = []
        self.trouble: list[Exception] = []
        self.issuer: list[dict[str, object]] = []
        self.confirmed: dict[str, Report] = {}
        self.deleted: set[str] = set()
        self.charges = 0

    def has(self, customer: str) -> bool:
        self._ask(f"retrieve {customer}")
        return customer not in self.deleted

    def retrieve(self, at: AtStripe) -> Report:
        self._ask(f"retrieve {at.id}")
        return self.reports[at.id]

    def close(self, at: AtStripe) -> Report:
        self._ask(f"close {at.id}")
        report = self.reports[at.id]
        if report.is_open:
            status = None if at.kind is StripeKind.CHECKOUT else "canceled"
            self.reports[at.id] = replace(report, is_open=False, intent_status=status, url=None)
        return self.reports[at.id]

    def create_customer(self, order: Order) -> str:
        self._ask("create customer")
        return f"cus_{order.id[4:]}"

    def create_intent(self, order: Order, customer: str | None) -> AtStripe:
        self._ask("create intent")
        is_save = order.terms.purpose is Purpose.SAVE
        kind = StripeKind.SETUP_INTENT if is_save else StripeKind.PAYMENT_INTENT
        made = AtStripe(kind, f"{'seti' if is_save else 'pi'}_{order.generation}")
        status = "requires_payment_method"
        return self._made(order, made, intent_id=made.id, intent_status=status, customer=customer)

    def confirm_intent(self, at: AtStripe, payment_method: str, attempt: str, return_url: str) -> Report:
        """Asks the issuer once for an attempt; `issuer`: what it answers, in turn, and yes when that is used up."""
        self._ask(f"confirm {at.id}")
        report = self.reports[at.id]
        if report.is_open and report.intent_status != "requires_action" and attempt not in self.confirmed:
            card = replace(VISA_AT_STRIPE, id=payment_method)
            self.pay(at, **{"card": card, **(self.issuer.pop(0) if self.issuer else {})})
            self.charges += self.reports[at.id].intent_status in ("succeeded", "requires_capture")
            self.confirmed[attempt] = self.reports[at.id]
        return self.confirmed.get(attempt, self.reports[at.id])

    def create_checkout(self, order: Order, language: str, return_url: str, submit_text: str) -> AtStripe:
        self._ask("create checkout")
        made_id = f"cs_test_{order.generation}"
        url = f"https://checkout.example/{made_id}"
        made = AtStripe(StripeKind.CHECKOUT, made_id, order.handover_expires, url)
        return self._made(order, made, url=url, customer=order.customer, reference=order.terms.reference)

    def pay(self, at: AtStripe, card: SavedCard = VISA_AT_STRIPE, status: str = "succeeded", **changed: object) -> None:
        """What the payer does at Stripe."""
        intent = "pi_of_checkout" if at.kind is StripeKind.CHECKOUT else at.id
        paid = {"is_open": False, "url": None, "intent_id": intent, "intent_status": status, "card": card}
        self.reports[at.id] = replace(self.reports[at.id], **{**paid, **changed})

    def stand(self, order: Order, at: AtStripe, **changed: object) -> Order:
        """The order with this open intent or Checkout at Stripe."""
        reference = order.terms.reference if at.kind is StripeKind.CHECKOUT else None
        self._made(order, at, **{"reference": reference, **changed})
        return replace(order, at_stripe=at)

    def _made(self, order: Order, at: AtStripe, **more: object) -> AtStripe:
        if at.id not in self.reports:
            terms = order.terms
            self.reports[at.id] = Report(at, order.id, order.livemode, terms.amount, terms.currency, True, **more)
        return at

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.trouble:
            raise self.trouble.pop(0)


DECLINED = {
    "status": "requires_payment_method",
    "is_open": True,
    "card": None,
    "decline_code": "card_declined",
    "decline_detail": "generic_decline",
}
ASKS_FOR_OWNER = {"status": "requires_action", "is_open": True, "url": "https://hooks.example/3ds"}
PROCESSING = {"status": "processing", "is_open": False}


class FakeBus:
    """`events`: what the merchant was told, as (order id, type)."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []
        self.trouble: list[Exception] = []

    def publish(self, order: Order, changes: Sequence[Change]) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
        self.events += [(order.id, change.event_type) for change in changes]
