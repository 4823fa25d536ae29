"""Stripe's own texts: a PaymentMethod, and the answers that a plan can make the stand-in give."""

from collections.abc import Mapping
from typing import Any

from local.stand_in.plan import Step
from local.stand_in.service import Answer
from local.stripe.cards import Card


def card_error(code: str, message: str, **more: str) -> tuple[int, dict[str, str]]:
    return 402, {"type": "card_error", "code": code, "message": message, **more}


RAW_CARD_DATA = (
    "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that "
    "map to the test card you are using, see https://stripe.com/docs/testing. To enable raw card data APIs in test "
    "mode, see https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis."
)
IN_PROGRESS = (
    "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
    "twice, and the other request is still going through): {key}. Please try again later."
)
OTHER_PARAMETERS = (
    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a "
    "key other than '{key}' if you meant to execute a different request."
)

# What a plan can ask for: HTTP status and error object. A step may override `status`, `headers` and parts of `error`.
BEHAVIOURS: Mapping[str, tuple[int, Mapping[str, str]]] = {
    "raw_card_data": (402, {"type": "invalid_request_error", "message": RAW_CARD_DATA}),
    "card_declined": card_error("card_declined", "Your card was declined.", decline_code="generic_decline"),
    "expired_card": card_error("expired_card", "Your card has expired.", param="exp_month"),
    "incorrect_cvc": card_error("incorrect_cvc", "Your card's security code is incorrect.", param="cvc"),
    "processing_error": card_error(
        "processing_error", "An error occurred while processing your card. Try again in a little bit."
    ),
    "unauthorized": (401, {"type": "invalid_request_error", "message": "Invalid API Key provided: sk_test_****"}),
    "forbidden": (403, {"type": "invalid_request_error", "message": "The provided key does not have the permissions."}),
    "conflict": (
        409,
        {"type": "invalid_request_error", "code": "idempotency_key_in_use", "message": IN_PROGRESS.format(key="it")},
    ),
    "rate_limit": (
        429,
        {"type": "invalid_request_error", "code": "rate_limit", "message": "Request rate limit exceeded."},
    ),
    "api_error": (500, {"type": "api_error", "message": "An unknown error occurred"}),
    "unavailable": (503, {"type": "api_error", "message": "Stripe is temporarily unavailable."}),
    "slow": (200, {}),  # waits `seconds`, then gives the ordinary answer
    "reset": (200, {}),  # drops the connection; with `"after": true` only after the PaymentMethod has been created
}
# Stripe saves an answer, even a 500, once the endpoint has begun to execute. These answers come before that.
BEFORE_EXECUTION = frozenset({"unauthorized", "forbidden", "conflict", "rate_limit", "unavailable"})
# Tells the client library not to retry a 5xx, because it would only get the saved answer again.
NO_RETRY = {"Stripe-Should-Retry": "false"}


def payment_method(token: str, created: int, card: Card, params: Mapping[str, Any]) -> dict[str, object]:
    """The PaymentMethod object of Stripe's API."""
    blank: dict[str, object] = {"address": None, "email": None, "name": None, "phone": None}
    return {
        "id": token,
        "object": "payment_method",
        "billing_details": blank | params.get("billing_details", {}),
        "card": {
            "brand": card.brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": None},
            "country": "US",
            "display_brand": card.brand,
            "exp_month": card.exp_month,
            "exp_year": card.exp_year,
            "funding": "credit",
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": created,
        "customer": None,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "type": "card",
    }


def planned_answer(step: Step, note: dict[str, str]) -> Answer:
    status, error = BEHAVIOURS[step["behaviour"]]
    headers = NO_RETRY if step["behaviour"] == "api_error" else {}
    return Answer(
        int(step.get("status", status)),
        {"error": {**error, **step.get("error", {})}},
        headers={**headers, **step.get("headers", {})},
        note=note,
    )
