"""What the tools answer: an order in words that a model can pass on, with the schema that clients get."""

from __future__ import annotations

from pydantic import BaseModel, Field

from payment_chat_client.amounts import amount_text
from payment_chat_client.order import CreatedOrder, Order

NEXT = {
    "open": "The payer has not opened the link yet.",
    "in_progress": "The payer has opened the link. Look again later, or cancel it.",
    "completed": "It is done; nothing more is to be asked of the payer.",
    "failed": "The payment failed for good. Another request needs another reference.",
    "cancelled": "It was cancelled: the link does not work any more.",
    "expired": "The link has expired. Another request needs another reference.",
}


class PaymentRequest(BaseModel):
    order_id: str = Field(description="Names the request in the other tools.")
    reference: str
    status: str = Field(description="open, in_progress, completed, failed, cancelled or expired.")
    is_final: bool = Field(description="Whether the status will not change any more.")
    purpose: str
    amount_text: str | None = Field(description="The amount for people. Show it to them as it stands.")
    amount: int | None = Field(description="The same in the currency's smallest unit.")
    currency: str | None
    description: str
    expires_at: str
    paid_with: str | None = Field(description="Brand and last four digits, once completed.")
    link: str | None = Field(description="For the payer alone; only a new request has it.")
    next_step: str


def answer_from(order: Order) -> PaymentRequest:
    method = order.result.payment_method if order.result else None
    link = order.link if isinstance(order, CreatedOrder) else None
    return PaymentRequest(
        order_id=order.order_id,
        reference=order.reference,
        status=order.status,
        is_final=order.is_final,
        purpose=order.purpose,
        amount_text=amount_text(order.amount, order.currency),
        amount=order.amount,
        currency=order.currency,
        description=order.description,
        expires_at=f"{order.expires_at:%Y-%m-%d %H:%M} UTC",
        paid_with=f"{method.brand} •••• {method.last4}" if method else None,
        link=link,
        next_step="Give the link to the payer, and to nobody else."
        if link and not order.is_final
        else NEXT.get(order.status, "Look again later."),
    )
