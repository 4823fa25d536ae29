"""The JSON body of a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.timestamps import to_iso

if TYPE_CHECKING:
    from chat.turns.results import TurnResult


def reply_body(result: TurnResult, *, with_history: bool = False) -> dict[str, Any]:
    """Masked forms only: of the digits that were typed, it holds the card's last four and the expiry."""
    session = result.session
    shown: dict[str, Any] = {
        "sessionId": session.id,
        "response": result.response,
        "currentStep": session.step.value,
        "status": session.status,
        "collected": _collected(result),
        "missing": [] if session.outcome else [field.value for field in session.missing],
        "error": session.error and {"code": session.error.code, "field": session.error.field},
        "payment": result.payment and vars(result.payment),
        "expiresAt": result.expires and to_iso(result.expires),
    }
    if result.session_token:
        shown["sessionToken"] = result.session_token
    if with_history:
        shown["conversationHistory"] = [vars(line) for line in session.history]
    return shown


def _collected(result: TurnResult) -> dict[str, Any]:
    session, card = result.session, result.payment or result.session.card
    return {
        "name": session.name,
        "brand": card and str(card.brand),
        "last4": card and card.last4,
        "expiry": session.expiry and str(session.expiry),
        "cvv": session.cvv is not None,
    }
