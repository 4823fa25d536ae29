"""The opening turn of a conversation about an order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chat.dialogue.replies import choose_language
from chat.dialogue.settling import resume_at_stripe
from chat.turns.errors import Busy, OrderClosed
from chat.turns.records import hash_token
from chat.turns.results import TurnResult, result_of_end, result_of_record
from chat.turns.seals import seal_session
from chat.turns.stored import Conflict, Record
from chat.turns.telemetry import count_progress
from chat.values.session import Session, Step
from chat.visits.outcome import shown, visit_of
from payments.stored import OrderConflict

if TYPE_CHECKING:
    from collections.abc import Callable

    from chat.turns.composing import Composer
    from chat.turns.message import Message
    from chat.visits.ledger import Ledger
    from chat.visits.opening import Openable, Opening
    from chat.visits.waiting import Waiting
    from payments.order import Order

MAX_TRIES = 5  # of an opening that another write of the order came before


@dataclass(frozen=True)
class OrderOpenings:
    ledger: Ledger
    opening: Opening
    waiting: Waiting
    composer: Composer
    new_token: Callable[[], str]

    def open(self, message: Message, order_token: str) -> TurnResult:
        """Raises SessionTokenRequired, OrderClosed, Busy, SealBroken, Unavailable."""
        order = self.opening.find(order_token)
        session_id = message.session_id or self.ledger.records.new_id()
        self.ledger.telemetry.identify(session_id)
        for _ in range(MAX_TRIES):
            try:
                return self._open(message, order, session_id)
            except OrderConflict as conflict:
                if conflict.stored is None:
                    raise OrderClosed from None
                order = conflict.stored
        raise Busy

    def _open(self, message: Message, order: Order, session_id: str) -> TurnResult:
        if order.session_id == session_id and not order.status.is_final:
            stored = self.ledger.records.load_or_delete_expired(session_id)
            if stored is not None:
                return self._repeat(stored, order, message)
        language = order.locale or choose_language(message.accept_language)
        found = self.opening.check(order, session_id, language)
        if isinstance(found, TurnResult):
            return found
        token = self.new_token()
        session = Session(session_id, language, order=visit_of(found.order))
        try:
            result = self._begin(Record(session, hash_token(token)), found, message)
        except Conflict as conflict:
            if conflict.stored is None:
                raise Busy from None
            return self._repeat(conflict.stored, found.order, message)
        return result if result.session.outcome else replace(result, session_token=token)

    def _begin(self, record: Record, found: Openable, message: Message) -> TurnResult:
        masked, transition = self.composer.hear(record, message)
        if transition.session.outcome:
            return replace(result_of_end(transition), order=shown(found.order, self.ledger.policy))
        if found.is_at_stripe:
            transition = resume_at_stripe(record.session, self.ledger.policy)
        session = seal_session(transition.session, record.token_hash, self.opening.vault)
        after = self.ledger.records.next_version(
            record, session, (masked, self.composer.word(transition, message.id)), message.id
        )
        self.opening.bind(after, found.order)
        count_progress(record.session, after.session, self.ledger.telemetry)
        if after.session.step is Step.ACTION:
            return self.waiting.standing(after, found.order)
        return result_of_record(after)

    def _repeat(self, stored: Record, order: Order, message: Message) -> TurnResult:
        token = self.new_token()
        repeated = self.opening.repeat(stored, order, message.id, token)
        return replace(self.waiting.standing(repeated, order), session_token=token)
