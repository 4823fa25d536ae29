"""One turn: load, understand, advance, seal, word, save. A confirmation goes on in `confirm`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from chat.dialogue.replies import choose_language
from chat.dialogue.state_machine import advance
from chat.turns import records
from chat.turns.confirm import confirm
from chat.turns.funnel import funnel
from chat.turns.ports import (
    Busy,
    Conflict,
    NoWording,
    Receipt,
    Record,
    SealBroken,
    SessionExpired,
    SessionTokenRequired,
    StepChanged,
    WordingRequest,
)
from chat.turns.results import TurnResult, completed, ended, standing
from chat.turns.seals import opened, part_opened, sealed
from chat.understanding.interpret import understand
from chat.values.card import CardNumber
from chat.values.session import Session

if TYPE_CHECKING:
    from chat.dialogue.state_machine import Transition
    from chat.turns.ports import Ports
    from chat.understanding.interpret import Interpretation

RACES = 5  # how often a turn that lost a race is played again before it is refused as busy
LAST_TIME_ZONE = 12 * 3600  # seconds behind UTC: a card is good while it is its last day anywhere on earth


@dataclass(frozen=True)
class Message:
    """One request for a turn, already checked for form."""

    text: str = field(repr=False)
    id: str
    address: str
    session_id: str | None = None
    token: str | None = field(default=None, repr=False)
    expected_step: str | None = None
    accept_language: str | None = None


def turn(message: Message, ports: Ports) -> TurnResult:
    """Raises SessionTokenRequired, SessionExpired, StepChanged, Busy, TooManyRequests, Unavailable."""
    return _open(message, ports) if message.token is None else _go_on(message, message.token, ports)


def where(session_id: str, token: str, ports: Ports) -> TurnResult:
    """Where the conversation stands; changes nothing. Raises SessionExpired, Unavailable."""
    found = records.find(session_id, token, ports)
    return completed(found) if isinstance(found, Receipt) else standing(found)


def _open(message: Message, ports: Ports) -> TurnResult:
    stored = records.live(message.session_id, ports) if message.session_id else None
    session = Session(id=message.session_id or ports.new_id(), language=choose_language(message.accept_language))
    if stored is None:
        token = ports.new_token()
        try:
            answer = _play(Record(session, records.hash_of(token)), message, ports, first=True)
            return answer if answer.session.outcome else replace(answer, session_token=token)
        except Conflict as conflict:
            stored = conflict.stored
    if stored is None:
        raise Busy
    return _heal(stored, message, ports)


def _heal(record: Record, message: Message, ports: Ports) -> TurnResult:
    """The first reply was lost on its way: the same again, under a fresh token."""
    if record.version != 1 or record.message_id != message.id:
        raise SessionTokenRequired
    token = ports.new_token()
    session = opened(record.session, record.token_hash, ports.vault)
    healed = replace(
        record,
        token_hash=records.hash_of(token),
        session=sealed(session, records.hash_of(token), ports.vault),
    )
    try:
        ports.sessions.save(healed, record, ports.now())
    except Conflict:
        raise Busy from None
    return replace(standing(healed), session_token=token)


def _go_on(message: Message, token: str, ports: Ports) -> TurnResult:
    found = records.find(message.session_id, token, ports)
    for race in range(RACES):
        if isinstance(found, Receipt):
            return completed(found)
        try:
            return _play(found, message, ports, first=race == 0)
        except Conflict as conflict:
            found = records.now_standing(conflict, found, ports)
        except SealBroken:
            ports.watch.count("GuardRefused", guard="seal")
            records.forget(found, ports)
            raise SessionExpired from None
    raise Busy


def _play(record: Record, message: Message, ports: Ports, *, first: bool) -> TurnResult:
    """`first`: not played again after a lost race. What was said to an older state confirms nothing of a newer one."""
    ports.watch.follow(record.session.id, record.session.step.value)
    if record.message_id == message.id:
        return standing(record)
    if message.expected_step not in (None, record.session.step):
        raise StepChanged
    session = part_opened(record.session, record.token_hash, ports.vault)
    heard = _hear(message.text, session, ports)
    move = advance(session, heard, ports.policy)
    if move.confirmed and not first:
        raise Busy
    if move.confirmed:
        return confirm(record, message.id, heard.masked, message.address, ports)
    if record.claimed(ports.now()):
        raise Busy
    if move.session.outcome:
        return _end(record, move, ports)
    reply = _worded(move, ports) if move.reword and first else move.reply
    session = sealed(move.session, record.token_hash, ports.vault)
    after = records.following(record, session, (heard.masked, reply), message.id, ports)
    ports.sessions.save(after, record if record.version else None, after.updated)
    funnel(record.session, after.session, ports.watch)
    return standing(after)


def _hear(text: str, session: Session, ports: Ports) -> Interpretation:
    today = _today(ports.now())
    heard = understand(text, session, today, ports.policy)
    if isinstance(heard.card, CardNumber) and ports.tokens.test_only():
        return understand(text, session, today, replace(ports.policy, test_cards_only=True))
    return heard


def _today(now: int) -> date:
    return datetime.fromtimestamp(now - LAST_TIME_ZONE, UTC).date()


def _end(record: Record, move: Transition, ports: Ports) -> TurnResult:
    """Cancelled or given up: the session goes, unless a payment was finished meanwhile."""
    if record.version:
        try:
            ports.sessions.delete(record)
        except Conflict as conflict:
            if not records.is_gone(conflict, record, ports):
                raise
    funnel(record.session, move.session, ports.watch)
    return ended(move)


def _worded(move: Transition, ports: Ports) -> str:
    try:
        reply = ports.wording.word(WordingRequest(move.session, move.reply))
    except NoWording as fallback:
        if fallback.asked:
            ports.watch.count("ModelFallback", cause=fallback.cause)
        return move.reply
    ports.watch.count("ModelWorded")
    return reply
