"""What can go wrong with a call of the API, one class for each of its error codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class PaymentChatError(Exception):
    """Any failure of this package. The message holds no card data and no order token."""


class StageNotFound(PaymentChatError):
    """The stage is not running, not deployed, or not visible with these credentials."""


class Unreachable(PaymentChatError):
    """No answer arrived. The order may exist nevertheless: repeat the call, which is safe with the same reference."""


class UnexpectedAnswer(PaymentChatError):
    """An answer that the API's contract does not know."""


class InvalidWebhook(PaymentChatError):
    """A webhook that the stage did not send, or sent too long ago: answer 400 and do nothing."""


class Refused(PaymentChatError):
    """The API answered with an error.

    `status` is the HTTP status, `message` says what is wrong in English, and `retry_after_seconds` is how long to
    wait before the next try, or None.
    """

    code: ClassVar[str] = ""

    def __init__(self, status: int, message: str, retry_after_seconds: int | None = None) -> None:
        super().__init__(f"{self.code}: {message}")
        self.status, self.message, self.retry_after_seconds = status, message, retry_after_seconds


class InvalidRequest(Refused):
    """A field is missing, malformed or unknown; the message names it."""

    code = "invalid_request"


class Forbidden(Refused):
    """The credentials may not do this: attach the stack output MerchantPolicy to their role."""

    code = "forbidden"


class NotFound(Refused):
    code = "not_found"


class OrderConflict(Refused):
    """Another order has this reference already."""

    code = "order_conflict"


class OrderFinal(Refused):
    """The order is completed, failed, cancelled or expired, and does not change any more."""

    code = "order_final"


class Busy(Refused):
    """The payer is confirming at this moment: try again in a few seconds."""

    code = "busy"


class TooLarge(Refused):
    code = "too_large"


class UnsupportedMediaType(Refused):
    code = "unsupported_media_type"


class TooManyRequests(Refused):
    code = "too_many_requests"


class InternalError(Refused):
    code = "internal_error"


class TemporarilyUnavailable(Refused):
    code = "temporarily_unavailable"


BY_CODE: Mapping[str, type[Refused]] = {
    kind.code: kind
    for kind in (
        InvalidRequest,
        Forbidden,
        NotFound,
        OrderConflict,
        OrderFinal,
        Busy,
        TooLarge,
        UnsupportedMediaType,
        TooManyRequests,
        InternalError,
        TemporarilyUnavailable,
    )
}


def error_from(status: int, body: Any, retry_after: str | None) -> PaymentChatError:
    """The error that this answer stands for. `retry_after` is the header of that name."""
    error = body.get("error") if isinstance(body, dict) else None
    kind = BY_CODE.get(str(error.get("code"))) if isinstance(error, dict) else None
    if kind is None or not isinstance(error, dict):
        return UnexpectedAnswer(f"the API answered {status}, which is none of its documented errors")
    seconds = int(retry_after) if retry_after and retry_after.isdecimal() else None
    return kind(status, str(error.get("message", "")), seconds)
