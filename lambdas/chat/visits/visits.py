"""A conversation about an order, as the turns see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chat.values.session import Step

if TYPE_CHECKING:
    from chat.dialogue.transition import Transition
    from chat.turns.message import Said
    from chat.turns.results import TurnResult
    from chat.turns.stored import Receipt, Record
    from chat.visits.chat_payment import ChatPayment
    from chat.visits.handover import Handover
    from chat.visits.ledger import Ledger
    from chat.visits.opening import Opening
    from chat.visits.waiting import Waiting


@dataclass(frozen=True)
class Visits:
    ledger: Ledger
    opening: Opening
    payment: ChatPayment
    handover: Handover
    waiting: Waiting

    def confirm(self, record: Record, said: Said) -> TurnResult:
        """A clear yes. Raises Busy, TooManyRequests, SessionExpired, OrderClosed, SealBroken, Unavailable."""
        if record.session.step is Step.ACTION:
            return self.waiting.agree(record, said)
        if record.session.is_hosted:
            return self.handover.confirm(record, said)
        return self.payment.confirm(record, said)

    def intercept(self, record: Record, transition: Transition, said: Said) -> TurnResult | None:
        """The result where a message is more than a turn of the conversation; None where it is just that."""
        is_at_stripe = record.session.step is Step.ACTION
        if is_at_stripe and transition.session.step is Step.ACTION:
            return self.waiting.talk(record, transition, said)
        if is_at_stripe or transition.session.outcome:
            return self.waiting.leave(record)
        return None

    def result_of_receipt(self, receipt: Receipt) -> TurnResult:
        return self.ledger.result_of_receipt(receipt)
