"""Stripe: a PaymentMethod from the reviewed values, and its refusals in our words.

Codes: https://docs.stripe.com/error-codes (creating a PaymentMethod does not ask the issuer).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat.values.card import is_public_test_number
from chat.values.session import Decline, PaymentToken
from payments.adapters.stripe_client import STRIPE_SECONDS, stripe_client
from payments.adapters.stripe_errors import BACK_TO_CARD, BACK_TO_CVV, BACK_TO_EXPIRY, BUSY_STATUSES
from payments.adapters.stripe_key import is_live_key, is_test_key
from runtime.aws import Unavailable
from runtime.deadline import DeadlineExceeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from stripe import StripeClient, StripeError
    from stripe.params import PaymentMethodCreateParams, PaymentMethodCreateParamsCard

    from chat.turns.telemetry import Telemetry
    from chat.values.payment import Payment
    from payments.adapters.stripe_key import StripeKey
    from runtime.deadline import Deadline


class StripePaymentMethods:
    def __init__(
        self,
        key: StripeKey,
        telemetry: Telemetry,
        deadline: Deadline,
        *,
        stage: str,
        test_tokens: bool,
        url: str | None,
        connect: Callable[[str, str | None], StripeClient] = stripe_client,
    ) -> None:
        self._key, self._telemetry, self._deadline, self._stage = key, telemetry, deadline, stage
        self._test_tokens, self._url, self._connect = test_tokens, url, connect
        self._client: tuple[str, StripeClient] | None = None

    def prepare(self) -> None:
        self._key.fetch()

    def create_payment_method(self, payment: Payment) -> PaymentToken | Decline:
        try:
            key = self._key.fetch()
            result = self._ask(key, payment)
            if result is None and (rotated := self._key.fetch(fresh=True)) != key:
                result = self._ask(rotated, payment)
        except Unavailable as unavailable:
            return Decline("processor_busy", unavailable.code, definite=False)
        except DeadlineExceeded:
            return Decline("processor_busy", "deadline_exceeded", definite=False)
        return result or self._reject_key("refused")

    def _ask(self, key: str, payment: Payment) -> PaymentToken | Decline | None:
        """None when Stripe does not accept the key. Raises DeadlineExceeded."""
        if not self._is_usable(key):
            return self._reject_key("live key outside prod" if is_live_key(key) else "not a secret Stripe key")
        if self._stage == "prod" and is_test_key(key) and not is_public_test_number(payment.card):
            return Decline("card_declined", "live card with a test key")
        import stripe  # noqa: PLC0415  (80 ms that only a confirmation pays)

        self._deadline.require(STRIPE_SECONDS)
        try:
            made = self._stripe(key).v1.payment_methods.create(
                self._params(payment, live=is_live_key(key)), {"idempotency_key": payment.attempt}
            )
        except stripe.AuthenticationError:
            return None
        except stripe.StripeError as error:
            return self._decline(error)
        token = getattr(made, "id", None)
        if not isinstance(token, str):
            return Decline("processor_busy", "not_stripe", definite=False)
        return PaymentToken(token, payment.card.brand, payment.card.last4)

    def _is_usable(self, key: str) -> bool:
        """A placeholder is no key, and a live key belongs on prod alone."""
        return is_test_key(key) or (is_live_key(key) and self._stage == "prod")

    def _stripe(self, key: str) -> StripeClient:
        if self._client is None or self._client[0] != key:
            self._client = (key, self._connect(key, self._url))
        return self._client[1]

    def _params(self, payment: Payment, *, live: bool) -> PaymentMethodCreateParams:
        card: PaymentMethodCreateParamsCard = {
            "number": payment.card.digits,
            "exp_month": payment.expiry.month,
            "exp_year": payment.expiry.year,
            "cvc": payment.cvv.digits,
        }
        if self._test_tokens and not live:
            card = {"token": TEST_TOKENS.get(payment.card.digits, f"tok_{payment.card.brand}")}
        return {
            "type": "card",
            "card": card,
            "billing_details": {"name": payment.name},
            "metadata": {"session": payment.session_id},
        }

    def _decline(self, error: StripeError) -> Decline:
        """By status, type and code. The error's text may quote card data: it is neither read nor passed on."""
        status, kind = error.http_status or 0, getattr(error.error, "type", None)
        code = getattr(error.error, "code", None) or getattr(error, "code", None)
        detail = getattr(error.error, "decline_code", None) or code or type(error).__name__
        replayed = str((error.headers or {}).get("idempotent-replayed", "")).lower() == "true"
        if status < 400 or status in BUSY_STATUSES:  # no answer, or one that is not Stripe's, decides nothing
            return Decline("processor_busy", detail, definite=False)
        if status >= 500:
            return Decline("processor_busy", detail, definite=replayed)
        if code in BACK_TO_EXPIRY:
            return Decline("card_expired", detail)
        if code in BACK_TO_CVV:
            return Decline("cvv_incorrect", detail)
        if code == "processing_error" or kind == "idempotency_error":
            return Decline("processor_busy", detail)
        if code in BACK_TO_CARD or kind == "card_error":
            return Decline("card_declined", detail)
        if status == 402:
            self._telemetry.count("RawCardRefused")
        return self._unavailable(detail)

    def _reject_key(self, reason: str) -> Decline:
        self._telemetry.stripe_key_rejected(self._key.secret_id, reason)
        return Decline("processor_unavailable", reason)

    def _unavailable(self, detail: str) -> Decline:
        self._telemetry.count("ProcessorFailed")
        return Decline("processor_unavailable", detail)


# Public test numbers whose test token is not simply that of their brand: https://docs.stripe.com/testing
TEST_TOKENS = {
    "4000056655665556": "tok_visa_debit",
    "5200828282828210": "tok_mastercard_debit",
    "5105105105105100": "tok_mastercard_prepaid",
    "4000000000000002": "tok_visa_chargeDeclined",
    "4000000000009995": "tok_visa_chargeDeclinedInsufficientFunds",
    "4000000000000127": "tok_visa_chargeDeclinedIncorrectCvc",
    "4000000000000069": "tok_visa_chargeDeclinedExpiredCard",
    "4000000000000119": "tok_visa_chargeDeclinedProcessingError",
    "4000002760003184": "tok_threeDSecure2Required",
    "4000000000003220": "tok_threeDSecure2Required",
}
