"""Stripe: the intents of orders whose card is typed in the conversation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from payments.adapters.stripe_errors import code_of, decline_code
from payments.adapters.stripe_reports import INTENT_PARTS, StripeReader, to_report
from payments.at_stripe import StripeFailed, StripeRefused
from payments.order import AtStripe, Purpose, StripeKind
from runtime.aws import Unavailable

if TYPE_CHECKING:
    from stripe import CardError, StripeClient
    from stripe.params import (
        CustomerCreateParams,
        PaymentIntentCreateParams,
        SetupIntentCreateParams,
    )

    from payments.adapters.stripe_client import StripeAccount
    from payments.at_stripe import Report
    from payments.order import Order


class OrderIntents:
    def __init__(self, account: StripeAccount) -> None:
        self._account, self._reader = account, StripeReader(account)

    def create_customer(self, order: Order) -> str:
        params: CustomerCreateParams = {"metadata": {"order": order.id}}
        if order.email:
            params["email"] = order.email
        made = self._account.create(
            lambda stripe, key: stripe.v1.customers.create(params, {"idempotency_key": key}), f"{order.id}:customer"
        )
        return made.id

    def create_intent(self, order: Order, customer: str | None) -> AtStripe:
        key = f"{order.id}:{order.generation}"
        if order.terms.purpose is Purpose.SAVE:
            setup = _setup(order, customer)
            made: Any = self._account.create(
                lambda stripe, key: stripe.v1.setup_intents.create(setup, {"idempotency_key": key}), key
            )
            return AtStripe(StripeKind.SETUP_INTENT, made.id)
        payment = _payment(order, customer)
        made = self._account.create(
            lambda stripe, key: stripe.v1.payment_intents.create(payment, {"idempotency_key": key}), key
        )
        return AtStripe(StripeKind.PAYMENT_INTENT, made.id)

    def confirm_intent(self, at: AtStripe, payment_method: str, attempt: str, return_url: str) -> Report:
        import stripe  # noqa: PLC0415  (80 ms that only a request pays)

        def confirm(client: StripeClient) -> Any:
            is_payment = at.kind is StripeKind.PAYMENT_INTENT
            intents: Any = client.v1.payment_intents if is_payment else client.v1.setup_intents
            return intents.confirm(
                at.id,
                {"payment_method": payment_method, "return_url": return_url, "expand": INTENT_PARTS[at.kind]},
                {"idempotency_key": f"{attempt}:confirm"},
            )

        try:
            return to_report(at, self._account.ask(confirm))
        except stripe.CardError as declined:
            return self._declined(at, declined)
        except StripeFailed:
            report = self._reader.retrieve(at)
            if report.intent_status in ("requires_payment_method", "requires_confirmation"):
                raise
            return report
        except StripeRefused as refused:
            if refused.code.endswith("_intent_unexpected_state"):  # over, or confirmed already
                return self._reader.retrieve(at)
            raise
        except (AttributeError, TypeError, ValueError):
            raise Unavailable("stripe", "NotStripe") from None

    def _declined(self, at: AtStripe, error: CardError) -> Report:
        """The intent stands in the error. `processing_error` is no word about the card."""
        found = getattr(error.error, at.kind.value, None)
        report = to_report(at, found) if found is not None else self._reader.retrieve(at)
        code = code_of(error)
        detail = getattr(error.error, "decline_code", None) or code
        return replace(report, decline_code=decline_code(code), decline_detail=detail)


def described(order: Order) -> dict[str, str]:
    """What marks everything at Stripe that is made for an order. `order` is compared before an order is completed."""
    return {"order": order.id, "reference": order.terms.reference}


def _setup(order: Order, customer: str | None) -> SetupIntentCreateParams:
    params: SetupIntentCreateParams = {
        "usage": "off_session",
        "allowed_payment_method_types": ["card"],
        "description": order.terms.description,
        "metadata": described(order),
    }
    if customer:
        params["customer"] = customer
    return params


def _payment(order: Order, customer: str | None) -> PaymentIntentCreateParams:
    if order.terms.amount is None or order.terms.currency is None:
        raise ValueError("a payment has an amount and a currency")
    params: PaymentIntentCreateParams = {
        "amount": order.terms.amount,
        "currency": order.terms.currency,
        "allowed_payment_method_types": ["card"],
        "description": order.terms.description,
        "metadata": described(order),
    }
    if order.terms.purpose is Purpose.AUTHORIZE:
        params["capture_method"] = "manual"
    if customer:
        params["customer"] = customer
    if order.email:
        params["receipt_email"] = order.email
    return params
