"""Stripe's errors in our words. By status, type and code: an error's text may quote card data and is never read.

Codes: https://docs.stripe.com/error-codes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.at_stripe import StripeRefused

if TYPE_CHECKING:
    from stripe import StripeError

BACK_TO_EXPIRY = frozenset({"expired_card", "invalid_expiry_month", "invalid_expiry_year"})
BACK_TO_CVV = frozenset({"incorrect_cvc", "invalid_cvc"})
BACK_TO_CARD = frozenset({"card_declined", "incorrect_number", "invalid_number", "card_not_supported"})
BUSY_STATUSES = frozenset({409, 429})


def decline_code(code: str | None) -> str:
    """Why the issuer refused a card, in the conversation's words. `code`: Stripe's, of an error or of an intent."""
    if code in BACK_TO_EXPIRY:
        return "card_expired"
    if code in BACK_TO_CVV:
        return "cvv_incorrect"
    return "processor_busy" if code == "processing_error" else "card_declined"


def is_undecided(error: StripeError) -> bool:
    """Whether the request may or may not have been carried out: no answer, or one that decides nothing."""
    status = error.http_status or 0
    return status < 400 or status in BUSY_STATUSES or status >= 500 or status == 403


def is_replayed_failure(error: StripeError) -> bool:
    """Whether Stripe has saved its own failure for the request's key: it will not be carried out under that key."""
    replayed = str((error.headers or {}).get("idempotent-replayed", "")).lower() == "true"
    return (error.http_status or 0) >= 500 and replayed


def refusal(error: StripeError) -> StripeRefused:
    """Of a request that Stripe has decided against."""
    return StripeRefused(code_of(error), getattr(error.error, "param", None) or "")


def code_of(error: StripeError) -> str:
    kind = getattr(error.error, "type", None)
    if kind == "idempotency_error":
        return "idempotency_error"
    return str(getattr(error.error, "code", None) or error.code or kind or type(error).__name__)
