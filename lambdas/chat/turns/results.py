"""What a turn answers: one value, and its JSON body."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chat.adapters.items import iso
from chat.dialogue import replies
from chat.values.session import Outcome, Session, Step

if TYPE_CHECKING:
    from chat.dialogue.state_machine import Transition
    from chat.turns.ports import Receipt, Record
    from chat.values.session import PaymentToken


@dataclass(frozen=True)
class TurnResult:
    """One reply: where the conversation stands, and what is said."""

    session: Session
    response: str
    expires: int | None = None  # epoch seconds
    payment: PaymentToken | None = None
    session_token: str | None = field(default=None, repr=False)


def standing(record: Record) -> TurnResult:
    """The answer of the latest turn, rebuilt from what is stored."""
    return TurnResult(record.session, record.session.history[-1].content, record.ttl)


def ended(move: Transition) -> TurnResult:
    """Cancelled or failed: nothing is kept, so nothing is shown as collected."""
    gone = Session(id=move.session.id, language=move.session.language, step=Step.DONE, outcome=move.session.outcome)
    return TurnResult(replace(gone, error=move.session.error), move.reply)


def completed(receipt: Receipt) -> TurnResult:
    session = Session(id=receipt.session_id, language=receipt.language, step=Step.DONE, outcome=Outcome.COMPLETED)
    return TurnResult(session, replies.completed(receipt.language, **vars(receipt.payment)), payment=receipt.payment)


def body(answer: TurnResult, *, history: bool = False) -> dict[str, Any]:
    """The reply's JSON. Only masked forms: no value here has a digit that was typed, last four and expiry apart."""
    session = answer.session
    shown: dict[str, Any] = {
        "sessionId": session.id,
        "response": answer.response,
        "currentStep": session.step.value,
        "status": session.status,
        "collected": _collected(answer),
        "missing": [] if session.outcome else [field.value for field in session.missing],
        "error": session.error and {"code": session.error.code, "field": session.error.field},
        "payment": answer.payment and vars(answer.payment),
        "expiresAt": answer.expires and iso(answer.expires),
    }
    if answer.session_token:
        shown["sessionToken"] = answer.session_token
    if history:
        shown["conversationHistory"] = [vars(line) for line in session.history]
    return shown


def _collected(answer: TurnResult) -> dict[str, Any]:
    session, kept = answer.session, answer.payment or answer.session.card
    return {
        "name": session.name,
        "brand": kept and str(kept.brand),
        "last4": kept and kept.last4,
        "expiry": session.expiry and str(session.expiry),
        "cvv": session.cvv is not None,
    }
