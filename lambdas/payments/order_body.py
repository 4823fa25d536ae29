"""The JSON of an order, as the merchant reads it in replies and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.timestamps import to_iso

if TYPE_CHECKING:
    from payments.order import Change, Order, Result


def order_body(order: Order) -> dict[str, Any]:
    """As in GET: neither the payer's key nor the payer's e-mail address."""
    terms = order.terms
    return {
        "orderId": order.id,
        "reference": terms.reference,
        "status": order.status.value,
        "purpose": terms.purpose.value,
        "amount": terms.amount,
        "currency": terms.currency,
        "description": terms.description,
        "capture": terms.capture.value,
        "customer": order.customer,
        "locale": order.locale,
        "returnUrl": terms.return_url,
        "createdAt": to_iso(order.created),
        "expiresAt": to_iso(order.expires),
        "livemode": order.livemode,
        "result": order.result and _result(order.result),
    }


def event_body(order: Order, change: Change) -> dict[str, Any]:
    """What the merchant is told of a change, on the event bus and in a webhook."""
    return {"type": change.event_type, "timestamp": to_iso(change.at), "data": order_body(order)}


def event_id(order_id: str, event_type: str) -> str:
    """The same for the same change, however often it is sent."""
    return f"evt_{order_id.removeprefix('ord_')}_{event_type.removeprefix('order.')}"


def _result(result: Result) -> dict[str, Any]:
    card = result.card
    return {
        "paymentMethod": {
            "id": card.id,
            "brand": card.brand,
            "last4": card.last4,
            "expMonth": card.exp_month,
            "expYear": card.exp_year,
        },
        "customer": result.customer,
        "intent": {
            "id": result.intent_id,
            "status": result.intent_status,
            "captureBefore": result.capture_before and to_iso(result.capture_before),
        },
    }
