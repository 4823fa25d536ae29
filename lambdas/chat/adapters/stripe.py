"""Stripe: a PaymentMethod from the reviewed values, and its refusals in our words.

Codes: https://docs.stripe.com/error-codes (creating a PaymentMethod does not ask the issuer).
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from chat.turns.ports import Unavailable
from chat.values.session import Decline, PaymentToken
from runtime.aws import translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from chat.turns.ports import Payment, Telemetry

TIMEOUT = (2, 5)  # seconds to connect, to read
KEY_AGE = 300  # seconds a fetched key is believed, so that a rotated one is picked up
BACK_TO_EXPIRY = frozenset({"expired_card", "invalid_expiry_month", "invalid_expiry_year"})
BACK_TO_CVV = frozenset({"incorrect_cvc", "invalid_cvc"})
BACK_TO_CARD = frozenset({"card_declined", "incorrect_number", "invalid_number", "card_not_supported"})
BUSY_STATUSES = frozenset({409, 429})


class StripeKey:
    """The secret's value, fetched when needed and again when it may be old."""

    def __init__(self, secrets: Any, secret_id: str, now: Callable[[], int]) -> None:
        self._secrets, self._secret_id, self._now = secrets, secret_id, now
        self._value, self._fetched = "", 0

    def __call__(self, *, fresh: bool = False) -> str:
        if fresh or not self._value or self._now() - self._fetched >= KEY_AGE:
            with translated("secretsmanager"):
                reply = self._secrets.get_secret_value(SecretId=self._secret_id)
            self._value, self._fetched = str(reply.get("SecretString", "")).strip(), self._now()
        return self._value


class StripePaymentMethods:
    def __init__(
        self, key: StripeKey, watch: Telemetry, *, secret: str, stage: str, test_tokens: bool, url: str | None
    ) -> None:
        self._key, self._watch, self._secret, self._stage = key, watch, secret, stage
        self._test_tokens, self._url = test_tokens, url
        self._client: tuple[str, Any] | None = None

    def test_only(self) -> bool:
        """Only prod may hold a live key, so only there does the key decide."""
        if self._stage == "prod":
            return _is_test(self._key())
        return self._stage != "local"

    def ready(self) -> None:
        self._key()

    def create(self, payment: Payment) -> PaymentToken | Decline:
        """Raises nothing of its own: from here on the attempt is claimed, and an answer tells what becomes of it."""
        try:
            key = self._key()
            result = self._ask(key, payment)
            if result is None and (rotated := self._key(fresh=True)) != key:
                result = self._ask(rotated, payment)
        except Unavailable as unavailable:
            return Decline("processor_busy", unavailable.code, definite=False)
        return result or self._unusable("refused")

    def _ask(self, key: str, payment: Payment) -> PaymentToken | Decline | None:
        """None when Stripe does not take the key."""
        if not self._usable(key):
            return self._unusable("live key outside prod" if _is_live(key) else "not a secret Stripe key")
        import stripe  # noqa: PLC0415  (80 ms that only a confirmation pays)

        try:
            made = self._stripe(key).v1.payment_methods.create(
                self._params(payment, live=_is_live(key)), {"idempotency_key": payment.attempt}
            )
        except stripe.AuthenticationError:
            return None
        except stripe.StripeError as error:
            return self._refusal(error)
        token = getattr(made, "id", None)
        if not isinstance(token, str):
            return Decline("processor_busy", "not_stripe", definite=False)
        return PaymentToken(token, payment.card.brand, payment.card.last4)

    def _usable(self, key: str) -> bool:
        """A placeholder is no key, and a live key belongs in prod alone."""
        return _is_test(key) or (_is_live(key) and self._stage == "prod")

    def _stripe(self, key: str) -> Any:
        if self._client is None or self._client[0] != key:
            self._client = (key, client(key, self._url))
        return self._client[1]

    def _params(self, payment: Payment, *, live: bool) -> dict[str, Any]:
        card: dict[str, Any] = {
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

    def _refusal(self, error: Any) -> Decline:
        """By status, type and code; a text decides nothing, and leaves this function in no form."""
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
            self._watch.count("RawCardRefused")
        return self._unavailable(detail)

    def _unusable(self, reason: str) -> Decline:
        self._watch.unusable_key(self._secret, reason)
        return Decline("processor_unavailable", reason)

    def _unavailable(self, detail: str) -> Decline:
        self._watch.count("ProcessorFailed")
        return Decline("processor_unavailable", detail)


def client(key: str, url: str | None = None) -> Any:
    """A Stripe client that is bounded in time, and silent: at DEBUG the SDK would log the number."""
    import stripe  # noqa: PLC0415

    logging.getLogger("stripe").setLevel(logging.WARNING)
    stripe.enable_telemetry = False
    return stripe.StripeClient(
        key,
        max_network_retries=1,
        base_addresses={"api": url} if url else {},
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
    )


def _is_test(key: str) -> bool:
    return re.fullmatch(r"[rs]k_test_\w+", key, re.ASCII) is not None


def _is_live(key: str) -> bool:
    return re.fullmatch(r"[rs]k_live_\w+", key, re.ASCII) is not None


# Public test numbers whose token is more than their brand's: https://docs.stripe.com/testing
TEST_TOKENS = {
    "4000056655665556": "tok_visa_debit",
    "5200828282828210": "tok_mastercard_debit",
    "5105105105105100": "tok_mastercard_prepaid",
    "4000000000000002": "tok_visa_chargeDeclined",
    "4000000000009995": "tok_visa_chargeDeclinedInsufficientFunds",
    "4000000000000127": "tok_visa_chargeDeclinedIncorrectCvc",
    "4000000000000069": "tok_visa_chargeDeclinedExpiredCard",
    "4000000000000119": "tok_visa_chargeDeclinedProcessingError",
}
