"""What a turn results in: where the conversation stands and what is said."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chat.dialogue import replies
from chat.values.session import Outcome, Session, Step

if TYPE_CHECKING:
    from chat.dialogue.transition import Transition
    from chat.turns.stored import Receipt, Record
    from chat.values.order_view import Action, OrderShown
    from chat.values.session import PaymentToken


@dataclass(frozen=True)
class TurnResult:
    """`expires`: seconds since the epoch. `session_token` is set in the reply that creates or recovers a session."""

    session: Session
    response: str
    expires: int | None = None
    payment: PaymentToken | None = None
    order: OrderShown | None = None
    action: Action | None = None
    session_token: str | None = field(default=None, repr=False)


def result_of_record(record: Record) -> TurnResult:
    """The latest turn's result, rebuilt from what is stored."""
    return TurnResult(record.session, record.session.history[-1].content, record.ttl)


def result_of_end(transition: Transition) -> TurnResult:
    """Cancelled or failed: nothing is kept, so nothing is shown as collected."""
    last = transition.session
    session = Session(id=last.id, language=last.language, step=Step.DONE, outcome=last.outcome, order=last.order)
    return TurnResult(replace(session, error=last.error), transition.reply)


def result_of_receipt(receipt: Receipt) -> TurnResult:
    session = Session(id=receipt.session_id, language=receipt.language, step=Step.DONE, outcome=Outcome.COMPLETED)
    return TurnResult(session, replies.completed(receipt.language, **vars(receipt.payment)), payment=receipt.payment)
