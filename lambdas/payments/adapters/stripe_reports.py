"""Stripe: how a Checkout or an intent stands. https://docs.stripe.com/api/checkout/sessions/object"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from payments.adapters.stripe_errors import decline_code
from payments.at_stripe import NotAtStripe, Report, StripeRefused
from payments.order import AtStripe, SavedCard, StripeKind
from runtime.aws import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from stripe import StripeClient

    from payments.adapters.stripe_client import StripeAccount

    Value = TypeVar("Value")

# What a report needs, in one request.
INTENT_PARTS = {
    StripeKind.PAYMENT_INTENT: ["payment_method", "latest_charge"],
    StripeKind.SETUP_INTENT: ["payment_method"],
}
CHECKOUT_PARTS = [
    "payment_intent.payment_method",
    "payment_intent.latest_charge",
    "setup_intent.payment_method",
]
PAYER_CAN_ACT = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})


class StripeReader:
    """Retrieves and closes what stands for an order."""

    def __init__(self, account: StripeAccount) -> None:
        self._account = account

    def retrieve(self, at: AtStripe) -> Report:
        try:
            return self._report(at, _retrieve(at))
        except StripeRefused as refused:
            raise NotAtStripe("stripe", refused.code) from None

    def close(self, at: AtStripe) -> Report:
        """An intent is looked at first: cancelling one that holds money would give the money back."""
        if at.kind is not StripeKind.CHECKOUT:
            report = self.retrieve(at)
            if not report.is_open:
                return report
        try:
            return self._report(at, _close(at))
        except StripeRefused:  # it is over already, or was paid meanwhile
            return self.retrieve(at)

    def _report(self, at: AtStripe, request: Callable[[StripeClient], Any]) -> Report:
        try:
            return to_report(at, self._account.ask(request))
        except (AttributeError, TypeError, ValueError):
            raise Unavailable("stripe", "NotStripe") from None  # an answer in another shape


def to_report(at: AtStripe, found: Any) -> Report:
    """`found`: the Checkout or intent as the SDK hands it out, with its parts expanded."""
    return _of_checkout(at, found) if at.kind is StripeKind.CHECKOUT else _of_intent(at, found)


def _retrieve(at: AtStripe) -> Callable[[StripeClient], Any]:
    match at.kind:
        case StripeKind.CHECKOUT:
            return lambda stripe: stripe.v1.checkout.sessions.retrieve(at.id, {"expand": CHECKOUT_PARTS})
        case StripeKind.PAYMENT_INTENT:
            return lambda stripe: stripe.v1.payment_intents.retrieve(at.id, {"expand": INTENT_PARTS[at.kind]})
        case StripeKind.SETUP_INTENT:
            return lambda stripe: stripe.v1.setup_intents.retrieve(at.id, {"expand": INTENT_PARTS[at.kind]})


def _close(at: AtStripe) -> Callable[[StripeClient], Any]:
    match at.kind:
        case StripeKind.CHECKOUT:
            return lambda stripe: stripe.v1.checkout.sessions.expire(at.id, {"expand": CHECKOUT_PARTS})
        case StripeKind.PAYMENT_INTENT:
            return lambda stripe: stripe.v1.payment_intents.cancel(at.id, {"expand": INTENT_PARTS[at.kind]})
        case StripeKind.SETUP_INTENT:
            return lambda stripe: stripe.v1.setup_intents.cancel(at.id, {"expand": INTENT_PARTS[at.kind]})


def _of_checkout(at: AtStripe, found: Any) -> Report:
    intent = _part(found, "payment_intent") or _part(found, "setup_intent")
    is_open = found.status == "open"
    order_id = _order_id(found)
    return Report(
        at=at,
        order_id=_agreed(order_id, _order_id(intent)) if intent else order_id,
        reference=found.client_reference_id or "",
        livemode=bool(found.livemode),
        amount=_agreed(found.amount_total, _value(intent, "amount")),
        currency=_agreed(found.currency, _value(intent, "currency")) if found.mode == "payment" else None,
        is_open=is_open,
        url=found.url if is_open else None,
        customer=_id(found.customer) or _id(_value(intent, "customer")),
        **_of_any_intent(intent),
    )


def _of_intent(at: AtStripe, found: Any) -> Report:
    status = str(found.status)
    action = _value(found, "next_action")
    redirect = _value(action, "redirect_to_url")
    return Report(
        at=at,
        order_id=_order_id(found),
        livemode=bool(found.livemode),
        amount=_value(found, "amount"),
        currency=_value(found, "currency"),
        is_open=status in PAYER_CAN_ACT,
        url=_value(redirect, "url") if status == "requires_action" else None,
        customer=_id(found.customer),
        **_of_any_intent(found),
    )


def _of_any_intent(intent: Any) -> dict[str, Any]:
    """What is told of an intent, be it a Checkout's or one of ours; nothing of a Checkout without one."""
    if intent is None:
        return {}
    error = _value(intent, "last_payment_error") or _value(intent, "last_setup_error")
    declined = error is not None and intent.status == "requires_payment_method"
    code = _value(error, "code")
    return {
        "intent_id": str(intent.id),
        "intent_status": str(intent.status),
        "card": _card(_part(intent, "payment_method")),
        "capture_before": _capture_before(intent),
        "decline_code": decline_code(code) if declined else None,
        "decline_detail": str(_value(error, "decline_code") or code or "") if declined else "",
    }


def _card(method: Any) -> SavedCard | None:
    card = _value(method, "card")
    if card is None:
        return None
    return SavedCard(str(method.id), str(card.brand), str(card.last4), int(card.exp_month), int(card.exp_year))


def _capture_before(intent: Any) -> int | None:
    """Until when an authorization holds; only a charge knows."""
    if intent.status != "requires_capture":
        return None
    details = _value(_part(intent, "latest_charge"), "payment_method_details")
    before = _value(_value(details, "card"), "capture_before")
    return None if before is None else int(before)


def _order_id(found: Any) -> str | None:
    """Which order it says it was made for."""
    order_id: str | None = _value(_value(found, "metadata"), "order")
    return order_id


def _value(found: Any, name: str) -> Any:
    return None if found is None else getattr(found, name, None)


def _part(found: Any, name: str) -> Any:
    """An expanded part; None when it is absent or was left as an id."""
    part = _value(found, name)
    return None if isinstance(part, str) else part


def _id(part: Any) -> str | None:
    """Of a part, be it expanded or not."""
    return part if part is None or isinstance(part, str) else str(part.id)


def _agreed(first: Value | None, second: Value | None) -> Value | None:
    """What a Checkout and its intent both say; None when they differ."""
    if first is None or second is None:
        return second if first is None else first
    return first if first == second else None
