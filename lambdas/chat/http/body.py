"""The JSON body of a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payments.amount_text import amount_text
from runtime.timestamps import to_iso

if TYPE_CHECKING:
    from chat.turns.results import TurnResult
    from chat.values.order_view import Action, OrderShown


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
        "order": result.order and _order(result.order, session.language),
        "action": result.action and _action(result.action),
        "expiresAt": result.expires and to_iso(result.expires),
    }
    if result.session_token:
        shown["sessionToken"] = result.session_token
    if with_history:
        shown["conversationHistory"] = [vars(line) for line in session.history]
    return shown


def _collected(result: TurnResult) -> dict[str, Any]:
    session, card = result.session, result.payment or result.session.shown_card
    return {
        "name": session.name,
        "brand": card and str(card.brand),
        "last4": card and card.last4,
        "expiry": session.shown_expiry and str(session.shown_expiry),
        "cvv": session.cvv is not None or session.method is not None,
    }


def closed_order_body(order: OrderShown) -> dict[str, Any]:
    """Beside the error of an order for which nothing can be paid any more."""
    return {"status": order.status.value, "merchant": order.merchant, "returnUrl": order.terms.return_url}


def _order(order: OrderShown, language: str) -> dict[str, Any]:
    terms = order.terms
    text = None
    if terms.amount is not None and terms.currency is not None:
        text = amount_text(terms.amount, terms.currency, language)
    return {
        "reference": terms.reference,
        "purpose": terms.purpose.value,
        "amount": terms.amount,
        "currency": terms.currency,
        "amountText": text,
        "description": terms.description,
        "merchant": order.merchant,
        "capture": terms.capture.value,
        "status": order.status.value,
        "returnUrl": terms.return_url,
    }


def _action(action: Action) -> dict[str, Any]:
    return {"type": action.type, "url": action.url, "expiresAt": action.expires and to_iso(action.expires)}
