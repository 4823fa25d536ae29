"""The answers that a plan can make the stand-in give, in Stripe's own words."""

from collections.abc import Mapping

from local.stand_in.plan import Step
from local.stand_in.service import Answer
from local.stripe.objects.issuers import DECLINES
from local.stripe.requests.idempotency import IN_PROGRESS

RAW_CARD_DATA = (
    "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that "
    "map to the test card you are using, see https://stripe.com/docs/testing. To enable raw card data APIs in test "
    "mode, see https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis."
)
# By behaviour, the decline that it stands for.
PLANNED_DECLINES = {
    "card_declined": "generic_decline",
    "expired_card": "expired_card",
    "incorrect_cvc": "incorrect_cvc",
    "processing_error": "processing_error",
}


def card_error(behaviour: str, **more: str) -> tuple[int, dict[str, str]]:
    decline = DECLINES[PLANNED_DECLINES[behaviour]]
    return 402, {"type": "card_error", "code": decline.code, "message": decline.message, **more}


# What a plan can ask for: HTTP status and error object. A step may override `status`, `headers` and parts of `error`.
BEHAVIOURS: Mapping[str, tuple[int, Mapping[str, str]]] = {
    "raw_card_data": (402, {"type": "invalid_request_error", "message": RAW_CARD_DATA}),
    "card_declined": card_error("card_declined", decline_code="generic_decline"),
    "expired_card": card_error("expired_card", param="exp_month"),
    "incorrect_cvc": card_error("incorrect_cvc", param="cvc"),
    "processing_error": card_error("processing_error"),
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
    "slow": (200, {}),  # waits `seconds`, then gives the ordinary answer; with `"after": true` it acts, then waits
    "reset": (200, {}),  # drops the connection; with `"after": true` only after it has done what was asked
}
# Stripe saves an answer, even a 500, once the endpoint has begun to execute. These answers come before that.
BEFORE_EXECUTION = frozenset({"unauthorized", "forbidden", "conflict", "rate_limit", "unavailable"})
# Tells the client library not to retry a 5xx, because it would only get the saved answer again.
NO_RETRY = {"Stripe-Should-Retry": "false"}


def planned_answer(step: Step, note: dict[str, str]) -> Answer:
    status, error = BEHAVIOURS[step["behaviour"]]
    headers = NO_RETRY if step["behaviour"] == "api_error" else {}
    return Answer(
        int(step.get("status", status)),
        {"error": {**error, **step.get("error", {})}},
        headers={**headers, **step.get("headers", {})},
        note=note,
    )
