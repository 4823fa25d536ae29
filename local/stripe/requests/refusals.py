"""What Stripe answers instead of doing what it was asked, as one exception with the parts of its error object."""

from typing import Any


class Refusal(Exception):
    """`saved`: a repeat with the same idempotency key gets this answer again, because the endpoint had begun."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        saved: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.saved = status, saved
        named = {"type": kind, "code": code, "param": param, "message": message, **more}
        if code:
            named["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        self.error: dict[str, Any] = {name: value for name, value in named.items() if value is not None}


def invalid(param: str | None, message: str, code: str | None = None) -> Refusal:
    """A parameter that Stripe refuses before it begins. The message names the parameter and never quotes a value."""
    return Refusal(400, message, code=code, param=param, saved=False)


def missing(kind: str, param: str = "id", status: int = 404) -> Refusal:
    """No such object. Stripe would quote its id; a mistaken caller may have put anything there."""
    return Refusal(status, f"No such {kind}", code="resource_missing", param=param)


def card_refused(code: str, message: str, **more: Any) -> Refusal:
    return Refusal(402, message, kind="card_error", code=code, **more)
