"""What a payer is shown of an order: how it stands, what came of it, where to act at Stripe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat.dialogue import order_replies
from chat.turns.results import TurnResult
from chat.values.order_view import Action, OrderShown
from chat.values.session import OrderVisit, Outcome, PaymentToken, Session, Step
from payments.order import Status, StripeKind

if TYPE_CHECKING:
    from chat.values.session import Policy
    from payments.at_stripe import Report
    from payments.order import Order


def visit_of(order: Order) -> OrderVisit:
    return OrderVisit(order.id, order.terms, order.livemode)


def shown(order: Order, policy: Policy) -> OrderShown:
    completed = order.changes[-1].at if order.status is Status.COMPLETED else None
    return OrderShown(order.terms, order.status, policy.merchant, completed)


def result_of_completed(order: Order, session_id: str, language: str, policy: Policy) -> TurnResult:
    """The completed reply, from the order alone."""
    if order.result is None:
        raise ValueError("only a completed order has a result")
    card = order.result.card
    session = Session(session_id, language, Step.DONE, Outcome.COMPLETED, order=visit_of(order))
    return TurnResult(
        session,
        order_replies.completed(order.terms, policy, language, card),
        payment=PaymentToken(None, card.brand, card.last4),
        order=shown(order, policy),
    )


def action_of(order: Order, report: Report | None) -> Action | None:
    """Where the payer can act now. The address of a Checkout is stored, that of 3-D Secure is in the report alone."""
    at = order.at_stripe
    if at is None:
        return None
    if at.kind is StripeKind.CHECKOUT:
        return Action("checkout", at.url, at.expires)
    return Action("authenticate", report.url if report else None)


def is_payer_at_stripe(order: Order, report: Report | None) -> bool:
    """Whether the payer has begun to act there, or Stripe is still deciding."""
    if order.at_stripe is None or report is None:
        return False
    return order.at_stripe.kind is StripeKind.CHECKOUT or report.intent_status in ("requires_action", "processing")
