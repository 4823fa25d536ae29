"""What a report of Stripe means for an order. Pure: nothing here asks or writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from payments.order import Change, Purpose, Result, Status, StripeKind

if TYPE_CHECKING:
    from payments.at_stripe import Report
    from payments.order import Order

PAID = frozenset({"succeeded", "requires_capture"})


@dataclass(frozen=True)
class Complete:
    result: Result


@dataclass(frozen=True)
class Mismatch:
    """Stripe reports something else than the order asks for. `what`: amount, currency, livemode, …; may be logged."""

    what: str


@dataclass(frozen=True)
class Pending:
    """The payer may still act, or Stripe is still deciding."""


@dataclass(frozen=True)
class Closed:
    """The Checkout has expired or the intent was cancelled, and nothing was paid."""


Verdict = Complete | Mismatch | Pending | Closed


def judge(order: Order, report: Report) -> Verdict:
    """What is over without a payment needs no comparison: it completes nothing."""
    if _is_closed(report):
        return Closed()
    if differing := _difference(order, report):
        return Mismatch(differing)
    if report.intent_status not in PAID:
        return Pending()
    if report.card is None or report.intent_id is None:
        return Mismatch("payment method")
    if report.intent_status == "requires_capture" and order.terms.purpose is not Purpose.AUTHORIZE:
        return Mismatch("capture")
    result = Result(report.card, report.customer, report.intent_id, report.intent_status, report.capture_before)
    return Complete(result)


def _is_closed(report: Report) -> bool:
    if report.intent_status == "canceled":
        return not report.is_open
    over = report.at.kind is StripeKind.CHECKOUT and not report.is_open
    return over and report.intent_status not in {*PAID, "processing"}


def _difference(order: Order, report: Report) -> str:
    """The name of the first thing that is not as the order has it; empty when all agree."""
    terms = order.terms
    pairs = {
        "order": (report.order_id, order.id),
        "reference": (report.reference, terms.reference if report.reference is not None else None),
        "amount": (report.amount, terms.amount),
        "currency": (report.currency, terms.currency),
        "livemode": (report.livemode, order.livemode),
    }
    return next((name for name, (reported, asked) in pairs.items() if reported != asked), "")


def completed(order: Order, result: Result, now: int) -> Order:
    return replace(_changed(order, Status.COMPLETED, now), result=result)


def ended(order: Order, into: Status, now: int) -> Order:
    """Cancelled, expired or failed: once Stripe has reported that nothing can be paid any more."""
    return _changed(order, into, now)


def without_handover(order: Order) -> Order:
    """The Checkout or intent is over: the next one is another generation, with another idempotency key."""
    return replace(order, at_stripe=None, handover_expires=None, generation=order.generation + 1)


def _changed(order: Order, status: Status, now: int) -> Order:
    at_stripe = order.at_stripe and replace(order.at_stripe, url=None)
    changes = (*order.changes, Change(status, now))
    return replace(order, status=status, changes=changes, at_stripe=at_stripe, handover_expires=None, claim_until=None)
