"""One turn of the conversation: load, understand, advance, seal, word, save.

`confirm` takes over at the clear yes; with an order, `visits` does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chat.dialogue.replies import choose_language
from chat.turns.errors import Busy, OrderRequired, SessionExpired, SessionTokenRequired, StepChanged
from chat.turns.records import hash_token
from chat.turns.results import TurnResult, result_of_end, result_of_receipt, result_of_record
from chat.turns.seals import SealBroken, open_session, seal_session
from chat.turns.stored import Conflict, Receipt, Record
from chat.turns.telemetry import count_progress
from chat.values.order_view import OrderShown
from chat.values.session import Session, Step
from payments.order import Capture, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from chat.dialogue.transition import Transition
    from chat.turns.composing import Composer
    from chat.turns.confirm import Confirmation
    from chat.turns.message import Message
    from chat.turns.records import Records
    from chat.turns.seals import Vault
    from chat.turns.telemetry import Telemetry
    from chat.values.session import Policy
    from chat.visits.openings import OrderOpenings
    from chat.visits.visits import Visits

MAX_REPLAYS = 5  # of a turn that lost a race; then it is refused as busy


@dataclass(frozen=True)
class Turns:
    """Plays turns. `new_token` makes a session's key: 256 bits, base64url."""

    records: Records
    vault: Vault
    composer: Composer
    confirmation: Confirmation
    visits: Visits
    openings: OrderOpenings
    telemetry: Telemetry
    policy: Policy
    new_token: Callable[[], str]

    def play(self, message: Message) -> TurnResult:
        """Raises every error of turns.errors, SealBroken and Unavailable."""
        if message.token is not None:
            return self._with_order(self._continue(message, message.token))
        if message.order_token is not None:
            return self._with_order(self.openings.open(message, message.order_token))
        return self._open(message)

    def read(self, session_id: str, token: str) -> TurnResult:
        """Where the conversation stands, without effect. Raises SessionExpired, OrderClosed, Unavailable."""
        found = self.records.open_with_token(session_id, token)
        if isinstance(found, Receipt):
            return self._result_of_receipt(found)
        if found.session.order is None:
            return result_of_record(found)
        return self._with_order(self.visits.waiting.view(found))

    def refresh(self, session_id: str, token: str) -> TurnResult:
        """The same, once Stripe was asked how the order stands. Raises Busy too."""
        found = self.records.open_with_token(session_id, token)
        if isinstance(found, Receipt) or found.session.order is None:
            return self.read(session_id, token)
        try:
            return self._with_order(self.visits.waiting.refresh(found))
        except Conflict:  # a turn was faster
            return self.read(session_id, token)

    def _open(self, message: Message) -> TurnResult:
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
        if record.version != 1 or record.message_id != message.id or record.session.order is not None:
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
                result = self._result_of_receipt(found)
                return self.composer.answer_afterwards(result, message) if replay == 0 else result
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
            return self._repeat(record)
        if message.expected_step not in (None, record.session.step):
            raise StepChanged
        masked, transition = self.composer.hear(record, message, may_ask=first)
        if transition.confirmed:
            if not first:
                raise Busy
            if record.session.order:
                return self.visits.confirm(record, message.said(masked))
            return self.confirmation.confirm(record, message.id, masked, message.address)
        if record.is_claimed(self.records.now()):
            raise Busy
        if record.session.order:
            intercepted = self.visits.intercept(record, transition, message.said(masked))
            if intercepted is not None:
                return intercepted
        if transition.session.outcome:
            return self._end(record, transition)
        reply = self.composer.word(transition, message.id) if first else transition.reply
        session = seal_session(transition.session, record.token_hash, self.vault)
        after = self.records.next_version(record, session, (masked, reply), message.id)
        self.records.store.save(after, record if record.version else None, after.updated)
        count_progress(record.session, after.session, self.telemetry)
        return result_of_record(after)

    def _repeat(self, record: Record) -> TurnResult:
        """The same answer. Where it leads to Stripe, the address comes from the order."""
        is_at_stripe = record.session.step is Step.ACTION
        return self.visits.waiting.view(record) if is_at_stripe else result_of_record(record)

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

    def _result_of_receipt(self, receipt: Receipt) -> TurnResult:
        return self.visits.result_of_receipt(receipt) if receipt.order_id else result_of_receipt(receipt)

    def _with_order(self, result: TurnResult) -> TurnResult:
        """A conversation that goes on is about an order that is in progress."""
        visit = result.session.order
        if visit is None or result.order is not None:
            return result
        return replace(result, order=OrderShown(visit.terms, Status.IN_PROGRESS, self.policy.merchant))
