"""Requests that meet: two confirmations, a confirmation and whatever ends or changes what it confirms, two answers."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chat.adapters import items
from chat.turns.errors import Busy, SessionExpired, SessionTokenRequired
from chat.turns.message import Message
from chat.turns.results import TurnResult
from chat.turns.stored import Record
from chat.values.payment import Payment
from tests.evidence.interleave import Race
from tests.fakes import MemorySessions, Payer, World, no_terms

REFUSED = (Busy, SessionExpired, SessionTokenRequired)


class JudgedSessions(MemorySessions):
    """Remembers every version that was stored, and on which review each claim was made."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[tuple[str, str], list[int]] = {}
        self.claimed: dict[str, tuple[Any, ...]] = {}

    def save(self, record: Record, over: Record | None, now: int) -> None:
        super().save(record, over, now)
        self._note(record)

    def claim(self, record: Record, over: Record, counters: Any) -> None:
        stored = self._stored(over.session.id)
        super().claim(record, over, counters)
        self._note(record)
        if stored:
            self.claimed[record.attempt or ""] = _review(stored)

    def _note(self, record: Record) -> None:
        self.versions.setdefault((record.session.id, record.token_hash), []).append(record.version)


def _review(record: Record) -> tuple[Any, ...]:
    session = record.session
    return session.name, session.card.last4 if session.card else None, str(session.expiry)


def _paid(payment: Payment) -> tuple[Any, ...]:
    return payment.name, payment.card.last4, str(payment.expiry)


@dataclass
class Verdict:
    races: int = 0
    wrong: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    def note(self, race: Race) -> None:
        self.races += 1
        for name, answer in race.answers.items():
            kind = type(answer).__name__ if isinstance(answer, Exception) else answer.session.status
            self.answers[f"{name}: {kind}"] += 1


MakeWorld = Callable[[], World]


def judged_world() -> World:
    return World(sessions=JudgedSessions())


def double_confirms(races: int, at_once: int, make: MakeWorld = judged_world, first_seed: int = 0) -> Verdict:
    verdict = Verdict()
    for seed in range(first_seed, first_seed + races):
        world, payer = _reviewing(make)
        race = Race(world, Random(seed))
        race.run({f"confirm {n}": _message(payer, "confirm", f"c{n}") for n in range(at_once)})
        verdict.note(race)
        tokens = _delivered(race)
        if len(set(tokens)) != 1:
            verdict.wrong.append(f"{seed}: {len(set(tokens))} tokens delivered")
        if len({payment.attempt for payment in world.processor.accepted}) != 1:
            verdict.wrong.append(f"{seed}: {len(world.processor.accepted)} PaymentMethods")
        verdict.wrong += [f"{seed}: {what}" for what in _unexpected(race, (Busy,))]
    return verdict


def confirms_against(rival: str, races: int, make: MakeWorld = judged_world, first_seed: int = 0) -> Verdict:
    """`rival`: edit, cancel, expiry or re-created."""
    verdict = Verdict()
    for seed in range(first_seed, first_seed + races):
        world, payer = _reviewing(make)
        race = Race(world, Random(seed))
        race.run({"confirm": _message(payer, "confirm", "c1"), "rival": RIVALS[rival](world, payer)})
        verdict.note(race)
        verdict.wrong += [f"{rival} {seed}: {what}" for what in _judge(rival, race, world, payer)]
    return verdict


def lost_updates(races: int, make: MakeWorld = judged_world, first_seed: int = 0) -> Verdict:
    """Two answers to different questions at once: both are taken, or one is refused; none is overwritten."""
    verdict = Verdict()
    for seed in range(first_seed, first_seed + races):
        world = make()
        payer = Payer(world)
        for text in ("payment", "John"):
            payer.says(text)
        race = Race(world, Random(seed))
        race.run({
            "card": _message(payer, "4242 4242 4242 4242", "a"), "expiry": _message(payer, "expires 12/30", "b"),
        })  # fmt: skip
        verdict.note(race)
        stored = items.to_record(world.sessions.items[payer.session_id], no_terms).session
        for name, value in (("card", stored.card), ("expiry", stored.expiry)):
            if isinstance(race.answers[name], TurnResult) and value is None:
                verdict.wrong.append(f"{seed}: the {name} was taken and is lost")
        verdict.wrong += [f"{seed}: {what}" for what in (*_unexpected(race, (Busy,)), *_torn(world))]
    return verdict


def _reviewing(make: MakeWorld) -> tuple[World, Payer]:
    world = make()
    payer = Payer(world)
    payer.reaches_review()
    return world, payer


def _message(payer: Payer, text: str, message_id: str) -> Message:
    return Message(text, message_id, payer.address, payer.session_id, payer.token)


def _recreate(world: World, payer: Payer) -> Callable[[], None]:
    def recreate() -> None:
        world.time += 3700
        other = Payer(world, payer.session_id)
        for text in ("payment", "Eve", "5555 5555 5555 4444", "01/31", "999"):
            other.says(text)

    return recreate


def _expire(world: World, _: Payer) -> Callable[[], None]:
    def expire() -> None:
        world.time += 3700

    return expire


RIVALS: dict[str, Callable[[World, Payer], Message | Callable[[], None]]] = {
    "edit": lambda _, payer: _message(payer, "my name is Jane", "e1"),
    "cancel": lambda _, payer: _message(payer, "cancel", "e1"),
    "expiry": _expire,
    "re-created": _recreate,
}


def _judge(rival: str, race: Race, world: World, payer: Payer) -> Iterator[str]:
    sessions: Any = world.sessions
    yield from _unexpected(race, REFUSED)
    delivered = _delivered(race)
    if len(set(delivered)) > 1:
        yield f"{len(set(delivered))} tokens"
    for payment in world.processor.payments:
        if sessions.claimed.get(payment.attempt) != _paid(payment):
            yield "Stripe was asked for something else than was claimed"
    answer = race.answers.get("rival")
    if delivered and isinstance(answer, TurnResult) and answer.payment is None:
        if rival == "cancel":
            yield "a token after a cancel that was answered"
        elif world.processor.accepted[-1].name != answer.session.name:
            yield "a token for data that an answered edit had changed"
    if rival == "re-created":
        stored = world.sessions.items.get(payer.session_id)
        if stored is None or stored["collectionData"]["M"]["name"]["S"] != "Eve":
            yield "another payer's session was touched"
    yield from _torn(world)


def _torn(world: World) -> Iterator[str]:
    sessions: Any = world.sessions
    for versions in sessions.versions.values():
        if versions != list(range(versions[0], versions[0] + len(versions))):
            yield f"versions {versions}"


def _delivered(race: Race) -> list[str]:
    found = [answer.payment for answer in race.answers.values() if isinstance(answer, TurnResult)]
    return [payment.token for payment in found if payment]


def _unexpected(race: Race, allowed: tuple[type[Exception], ...]) -> Iterator[str]:
    for name, answer in race.answers.items():
        if isinstance(answer, Exception) and not isinstance(answer, allowed):
            yield f"{name}: {type(answer).__name__}"
