"""Stripe: the Checkout of an order, Stripe's own page that takes the card.

https://docs.stripe.com/api/checkout/sessions/create
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.adapters.stripe_intents import described
from payments.order import AtStripe, Purpose, StripeKind

if TYPE_CHECKING:
    from stripe.params.checkout import (
        SessionCreateParams,
        SessionCreateParamsPaymentIntentData,
        SessionCreateParamsSetupIntentData,
    )

    from payments.adapters.stripe_client import StripeAccount
    from payments.order import Order

CHECKOUT_LANGUAGES = frozenset({"de", "en", "es", "fr", "it", "ja", "nl", "pt", "zh"})  # of ours; it has no ar, no sw


class OrderCheckouts:
    """`wallets`: whether Link is offered. Apple Pay and Google Pay have no parameter: the account's settings decide."""

    def __init__(self, account: StripeAccount, *, wallets: bool) -> None:
        self._account, self._wallets = account, wallets

    def create_checkout(self, order: Order, language: str, return_url: str, submit_text: str) -> AtStripe:
        if order.handover_expires is None:
            raise ValueError("the expiry of a Checkout is stored before it is made")
        params = self._params(order, order.handover_expires, language, return_url, submit_text)
        params |= _save(order) if order.terms.purpose is Purpose.SAVE else _pay(order)
        made = self._account.create(
            lambda stripe, key: stripe.v1.checkout.sessions.create(params, {"idempotency_key": key}),
            f"{order.id}:{order.generation}:{order.handover_expires}",
        )
        return AtStripe(StripeKind.CHECKOUT, made.id, expires=made.expires_at, url=made.url)

    def _params(
        self, order: Order, expires: int, language: str, return_url: str, submit_text: str
    ) -> SessionCreateParams:
        params: SessionCreateParams = {
            "allowed_payment_method_types": ["card"],
            "client_reference_id": order.terms.reference,
            "metadata": described(order),
            "success_url": return_url,
            "cancel_url": return_url,
            "expires_at": expires,
            "locale": language if language in CHECKOUT_LANGUAGES else "auto",
            "custom_text": {"submit": {"message": submit_text}},
        }
        if not self._wallets:
            params["wallet_options"] = {"link": {"display": "never"}}
        if order.customer:
            params["customer"] = order.customer
        elif order.email:
            params["customer_email"] = order.email
        return params


def _save(order: Order) -> SessionCreateParams:
    data: SessionCreateParamsSetupIntentData = {
        "description": order.terms.description,
        "metadata": described(order),
    }
    params: SessionCreateParams = {"mode": "setup", "setup_intent_data": data}
    if not order.customer:
        params["customer_creation"] = "always"
    return params


def _pay(order: Order) -> SessionCreateParams:
    """The amount that is shown is the order's: no other currency is offered."""
    if order.terms.amount is None or order.terms.currency is None:
        raise ValueError("a payment has an amount and a currency")
    data: SessionCreateParamsPaymentIntentData = {
        "description": order.terms.description,
        "metadata": described(order),
    }
    if order.terms.purpose is Purpose.AUTHORIZE:
        data["capture_method"] = "manual"
    if order.email:
        data["receipt_email"] = order.email
    return {
        "mode": "payment",
        "adaptive_pricing": {"enabled": False},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.terms.currency,
                    "unit_amount": order.terms.amount,
                    "product_data": {"name": order.terms.description},
                },
            }
        ],
        "payment_intent_data": data,
    }
