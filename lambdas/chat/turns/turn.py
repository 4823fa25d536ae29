"""One turn of the conversation: load, understand, advance, seal, word, save. `confirm` takes over at the clear yes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from chat.dialogue.replies import choose_language
from chat.dialogue.state_machine import advance
from chat.turns.errors import Busy, OrderClosed, OrderRequired, SessionExpired, SessionTokenRequired, StepChanged
from chat.turns.records import hash_token
from chat.turns.results import TurnResult, result_of_end, result_of_receipt, result_of_record
from chat.turns.seals import SealBroken, open_partial_number, open_session, seal_session
from chat.turns.stored import Conflict, Receipt, Record
from chat.turns.telemetry import count_progress
from chat.turns.wording import NoWording, WordingRequest
from chat.understanding.interpret import interpret
from chat.understanding.typed_field import interpret_field
from chat.values.session import Session
from payments.order import Capture

if TYPE_CHECKING:
    from collections.abc import Callable

    from chat.dialogue.state_machine import Transition
    from chat.turns.confirm import Confirmation
    from chat.turns.records import Records
    from chat.turns.seals import Vault
    from chat.turns.telemetry import Telemetry
    from chat.turns.wording import Wording
    from chat.understanding.interpret import Interpretation
    from chat.values.card import Field
    from chat.values.session import Policy

MAX_REPLAYS = 5  # of a turn that lost a race; then it is refused as busy
WESTERNMOST_OFFSET_SECONDS = 12 * 3600  # UTC-12: a card is good until its last day has ended everywhere on earth


@dataclass(frozen=True)
class Message:
    """One request for a turn; its form has been checked. `token`: the session's key, None on an opening.

    `field`: the text was typed into a form's field of that name. `order_token`: binds an opening to an order.
    """

    text: str = dataclass_field(repr=False)
    id: str
    address: str
    session_id: str | None = None
    token: str | None = dataclass_field(default=None, repr=False)
    expected_step: str | None = None
    accept_language: str | None = None
    field: Field | None = None
    order_token: str | None = dataclass_field(default=None, repr=False)


@dataclass(frozen=True)
class Turns:
    """Plays turns. `new_token` makes a session's key: 256 bits, base64url."""

    records: Records
    vault: Vault
    wording: Wording
    confirmation: Confirmation
    telemetry: Telemetry
    policy: Policy
    new_token: Callable[[], str]

    def play(self, message: Message) -> TurnResult:
        """Raises every error of turns.errors, and Unavailable."""
        return self._open(message) if message.token is None else self._continue(message, message.token)

    def read(self, session_id: str, token: str) -> TurnResult:
        """Where the conversation stands. Raises SessionExpired, Unavailable."""
        found = self.records.open_with_token(session_id, token)
        return result_of_receipt(found) if isinstance(found, Receipt) else result_of_record(found)

    def _open(self, message: Message) -> TurnResult:
        if message.order_token is not None:
            raise OrderClosed
        if Capture.CHAT not in self.policy.captures:
            raise OrderRequired
        stored = self.records.load_or_delete_expired(message.session_id) if message.session_id else None
        session_id = message.session_id or self.records.new_id()
        session = Session(id=session_id, language=choose_language(message.accept_language))
        if stored is None:
            token = self.new_token()
            try:
                result = self._play(Record(session, hash_token(token)), message, first=True)
                return result if result.session.outcome else replace(result, session_token=token)
            except Conflict as conflict:
                stored = conflict.stored
        if stored is None:
            raise Busy
        return self._repeat_opening(stored, message)

    def _repeat_opening(self, record: Record, message: Message) -> TurnResult:
        """The first reply was lost on its way: the same reply again, with a fresh token in place of the lost one."""
        if record.version != 1 or record.message_id != message.id:
            raise SessionTokenRequired
        token = self.new_token()
        session = open_session(record.session, record.token_hash, self.vault)
        repeated = replace(
            record,
            token_hash=hash_token(token),
            session=seal_session(session, hash_token(token), self.vault),
        )
        try:
            self.records.store.save(repeated, record, self.records.now())
        except Conflict:
            raise Busy from None
        return replace(result_of_record(repeated), session_token=token)

    def _continue(self, message: Message, token: str) -> TurnResult:
        found = self.records.open_with_token(message.session_id, token)
        for replay in range(MAX_REPLAYS):
            if isinstance(found, Receipt):
                return result_of_receipt(found)
            try:
                return self._play(found, message, first=replay == 0)
            except Conflict as conflict:
                found = self.records.reload_after(conflict, found)
            except SealBroken:
                self.telemetry.count("GuardRefused", guard="seal")
                self.records.delete_if_unchanged(found)
                raise SessionExpired from None
        raise Busy

    def _play(self, record: Record, message: Message, *, first: bool) -> TurnResult:
        """`first` is False on a replay, which confirms nothing: its yes was given to an older state."""
        self.telemetry.identify(record.session.id, record.session.step.value)
        if record.message_id == message.id:
            return result_of_record(record)
        if message.expected_step not in (None, record.session.step):
            raise StepChanged
        session = open_partial_number(record.session, record.token_hash, self.vault)
        interpretation = self._understand(message, session)
        transition = advance(session, interpretation, self.policy)
        if transition.confirmed and not first:
            raise Busy
        if transition.confirmed:
            return self.confirmation.confirm(record, message.id, interpretation.masked, message.address)
        if record.is_claimed(self.records.now()):
            raise Busy
        if transition.session.outcome:
            return self._end(record, transition)
        reply = self._worded(transition) if transition.reword and first else transition.reply
        session = seal_session(transition.session, record.token_hash, self.vault)
        after = self.records.next_version(record, session, (interpretation.masked, reply), message.id)
        self.records.store.save(after, record if record.version else None, after.updated)
        count_progress(record.session, after.session, self.telemetry)
        return result_of_record(after)

    def _understand(self, message: Message, session: Session) -> Interpretation:
        today = _today(self.records.now())
        if message.field is not None:
            return interpret_field(message.text, message.field, session, today, self.policy)
        return interpret(message.text, session, today, self.policy)

    def _end(self, record: Record, transition: Transition) -> TurnResult:
        """Cancelled or given up: the session is deleted, unless a payment was completed meanwhile."""
        if record.version:
            try:
                self.records.store.delete(record)
            except Conflict as conflict:
                if not self.records.is_already_deleted(conflict, record):
                    raise
        count_progress(record.session, transition.session, self.telemetry)
        return result_of_end(transition)

    def _worded(self, transition: Transition) -> str:
        try:
            reply = self.wording.word(WordingRequest(transition.session, transition.reply))
        except NoWording as fallback:
            if fallback.was_asked:
                self.telemetry.count("ModelFallback", cause=fallback.cause)
            return transition.reply
        self.telemetry.count("ModelWorded")
        return reply


def _today(now: int) -> date:
    return datetime.fromtimestamp(now - WESTERNMOST_OFFSET_SECONDS, UTC).date()
