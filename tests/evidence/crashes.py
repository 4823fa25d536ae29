"""The process dies before, or after, any one side effect; the payer says the same again.

Side effects of a turn: load, live session deleted on sight, seal, save, delete (cancel, failure), receipt read. Of a
confirmation: open (three), key fetched, fingerprint (four), claim with its counters, Stripe's PaymentMethod, finish,
save or delete after a refusal. The list is not kept by hand: every call that a conversation makes of a port is one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from chat.turns.claims import CLAIM_SECONDS
from chat.turns.errors import Busy, SessionExpired
from chat.turns.message import Message
from chat.turns.results import TurnResult
from chat.values.session import Decline
from tests.fakes import World

CARD, CVV = "4242 4242 4242 4242", "123"
EFFECTS = ("sessions", "vault", "wording", "processor")
SCRIPTS: dict[str, tuple[str, ...]] = {
    "the six steps": ("payment", "John", CARD, "12/30", CVV, "confirm"),
    "one message": (f"I'm John, {CARD}, exp 12/30, cvv {CVV}", "confirm"),
    "a number in two messages": ("payment", "John", "4242 4242", "4242 4242", "12/30", CVV, "yes"),
    "an edit at the review": ("payment", "John", CARD, "12/30", CVV, "change the name", "Jane", "confirm"),
    "a declined card": ("payment", "John", CARD, "12/30", CVV, "confirm", CARD, "12/30", CVV, "confirm"),
    "a wrong code": ("payment", "John", CARD, "12/30", CVV, "confirm", "321", "confirm"),
    "a busy processor": ("payment", "John", CARD, "12/30", CVV, "confirm", "confirm"),
    "our own failure": ("payment", "John", CARD, "12/30", CVV, "confirm"),
    "cancelled": ("payment", "John", CARD, "cancel"),
    "out of patience": ("payment", "John", *["4242 4242 4242 4241"] * 5),
}
STRIPE_SAYS: dict[str, list[Decline | Exception]] = {
    "a declined card": [Decline("card_declined")],
    "a wrong code": [Decline("cvv_incorrect")],
    "a busy processor": [Decline("processor_busy", definite=False)],
    "our own failure": [Decline("processor_unavailable")],
}


class Crashed(BaseException):
    """Nothing catches it: the process is gone."""


@dataclass
class Crash:
    """Counts the side effects of a conversation, and dies at one of them."""

    at: int | None = None
    after: bool = False
    effects: list[str] = field(default_factory=list)

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def effect(*args: Any, **kwargs: Any) -> Any:
            mine = len(self.effects) == self.at
            self.effects.append(name)
            if mine and not self.after:
                raise Crashed
            result = call(*args, **kwargs)
            if mine:
                raise Crashed
            return result

        return effect


class Crashing:
    def __init__(self, name: str, port: Any, crash: Crash) -> None:
        self._name, self._port, self._crash = name, port, crash

    def __getattr__(self, call: str) -> Any:
        value = getattr(self._port, call)
        return self._crash.around(f"{self._name}.{call}", value) if callable(value) else value


@dataclass
class Outcome:
    """Of one conversation with one crash."""

    script: str
    effect: str
    after: bool
    status: str
    delivered: frozenset[str]  # every token that any reply carried
    made: int  # PaymentMethods, by attempt
    left: bool  # a session item
    receipts: int


def all_of_them(make: Callable[[], World] = World) -> Iterator[Outcome]:
    for script in SCRIPTS:
        effects = _play(script, Crash(), make)[1]
        for at, effect in enumerate(effects):
            for after in (False, True):
                yield replace(_play(script, Crash(at, after), make)[0], effect=effect, after=after)


def _play(script: str, crash: Crash, make: Callable[[], World]) -> tuple[Outcome, list[str]]:
    world = make()
    world.processor.script = list(STRIPE_SAYS.get(script, []))
    payer = Survivor(world, crash)
    for number, text in enumerate(SCRIPTS[script]):
        if not payer.says(text, f"m{number}"):
            break
    made = {payment.attempt for payment in world.processor.accepted}
    outcome = Outcome(
        script,
        "",
        crash.after,
        payer.status,
        frozenset(payer.delivered),
        len(made),
        bool(world.sessions.items),
        len(world.sessions.receipts),
    )
    return outcome, crash.effects


@dataclass
class Survivor:
    """A payer's client: repeats a message until it is answered, as the page does."""

    world: World
    crash: Crash
    token: str | None = None
    status: str = ""
    delivered: set[str] = field(default_factory=set)

    def says(self, text: str, message_id: str, pause: float = 0) -> bool:
        """Whether the conversation goes on. `pause`: seconds before a message without a reply is repeated."""
        for _ in range(20):
            try:
                answer = self._send(text, message_id)
            except Crashed:
                self.world.time += pause
                continue
            except Busy:
                self.world.time += CLAIM_SECONDS / 4
                continue
            except SessionExpired:
                self.status = self.status if self.status in ("completed", "cancelled", "failed") else "gone"
                return False
            return self._heard(answer)
        raise AssertionError(f"{text[:8]} was never answered")

    def _send(self, text: str, message_id: str) -> TurnResult:
        ports = self.world.ports()
        shaken = {name: Crashing(name, getattr(ports, name), self.crash) for name in EFFECTS}
        message = Message(text, message_id, "203.0.113.7", "abc-123", self.token)
        return replace(ports, **shaken).turns().play(message)

    def _heard(self, answer: TurnResult) -> bool:
        self.token = answer.session_token or self.token
        self.status = answer.session.status
        if answer.payment:
            self.delivered.add(answer.payment.token)
        return answer.session.outcome is None


def broken(outcomes: Iterator[Outcome]) -> tuple[int, list[str]]:
    """How many crashes were played, and what was wrong after any of them."""
    played, wrong = 0, []
    for outcome in outcomes:
        played += 1
        wrong += [f"{outcome.script}: {'after' if outcome.after else 'before'} {outcome.effect}: {what}"
                  for what in _wrong(outcome)]  # fmt: skip
    return played, wrong


def _wrong(outcome: Outcome) -> Iterator[str]:
    ends = {"cancelled": "cancelled", "out of patience": "failed", "our own failure": "failed"}
    expected = ends.get(outcome.script, "completed")
    # The reply of an ended conversation can be lost with the process; then the repeat finds no session, rightly.
    if outcome.status != expected and not (expected != "completed" and outcome.status == "gone"):
        yield f"ended {outcome.status}"
    if expected == "completed" and len(outcome.delivered) != 1:
        yield f"{len(outcome.delivered)} tokens delivered"
    if outcome.made > (expected == "completed"):
        yield f"{outcome.made} PaymentMethods"
    if outcome.left:
        yield "a session is left"
    if outcome.receipts != len(outcome.delivered):
        yield f"{outcome.receipts} receipts"
