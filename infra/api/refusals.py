"""How the gateway and the firewall answer what they refuse, in the same form as the function's errors."""

import json

from infra.config import Stage

# What the gateway says by itself. Fixed text: its own validation messages quote the request.
MESSAGES = {
    "invalid_request": "The request is not valid.",
    "forbidden": "This is not allowed.",
    "not_found": "There is nothing here.",
    "too_large": "The request is too large.",
    "unsupported_media_type": "The content type must be application/json.",
    "too_many_requests": "Too many requests. Wait a moment, then try again.",
    "temporarily_unavailable": "The service is not available for the moment. Try again.",
}

REFUSAL_HEADERS = {"Cache-Control": "'no-store'"}
WAIT = {"Retry-After": "'2'"}


def refusal_body(code: str) -> str:
    return json.dumps({"error": {"code": code, "message": MESSAGES[code]}})


def refusals(stage: Stage) -> dict[str, tuple[int, str]]:
    """Gateway response type → status and code. The gateway cannot tell an unknown path from an unsigned call."""
    unsigned = (403, "forbidden") if stage.signed else (404, "not_found")
    return {
        "BAD_REQUEST_BODY": (400, "invalid_request"),
        "BAD_REQUEST_PARAMETERS": (400, "invalid_request"),
        "DEFAULT_4XX": (400, "invalid_request"),
        "MISSING_AUTHENTICATION_TOKEN": unsigned,
        "ACCESS_DENIED": (403, "forbidden"),
        "UNAUTHORIZED": (403, "forbidden"),
        "INVALID_SIGNATURE": (403, "forbidden"),
        "INVALID_API_KEY": (403, "forbidden"),
        "EXPIRED_TOKEN": (403, "forbidden"),
        "WAF_FILTERED": (403, "forbidden"),
        "RESOURCE_NOT_FOUND": (404, "not_found"),
        "REQUEST_TOO_LARGE": (413, "too_large"),
        "UNSUPPORTED_MEDIA_TYPE": (415, "unsupported_media_type"),
        "THROTTLED": (429, "too_many_requests"),
        "QUOTA_EXCEEDED": (429, "too_many_requests"),
        "DEFAULT_5XX": (503, "temporarily_unavailable"),
    }
