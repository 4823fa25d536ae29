"""HTTP event in, HTTP reply out. One table maps errors to statuses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from chat.http.body import closed_order_body, reply_body
from chat.http.events import BadRequest, read_message, read_session_key
from chat.turns.errors import (
    Busy,
    OrderClosed,
    OrderRequired,
    SessionExpired,
    SessionTokenRequired,
    StepChanged,
    TooManyRequests,
)
from chat.turns.seals import SealBroken
from runtime.aws import DENIED, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chat.turns.results import TurnResult
    from chat.turns.telemetry import Telemetry
    from chat.turns.turn import Turns

SESSION_OVER = (
    "this session is over, cancelled or has expired, and nothing of it is kept; start a new one, with the order's "
    "orderToken if it was about an order"
)
STATUSES: dict[type[Exception], tuple[int, str, str]] = {
    SessionTokenRequired: (401, "session_token_required", "this session needs its X-Session-Token"),
    SessionExpired: (410, "session_expired", SESSION_OVER),
    SealBroken: (410, "session_expired", SESSION_OVER),
    StepChanged: (409, "step_changed", "the conversation has moved on; read where it stands"),
    Busy: (409, "busy", "this session is busy with another request; repeat the message"),
    OrderRequired: (409, "order_required", "a conversation here begins with an order's orderToken"),
    OrderClosed: (410, "order_closed", "nothing can be paid with this link any more; ask the merchant for a new one"),
    TooManyRequests: (429, "too_many_requests", "too many attempts; try again later"),
    Unavailable: (503, "temporarily_unavailable", "this is temporarily unavailable; repeat the message"),
}
RETRY_AFTER_SECONDS = 2  # told with a 503


@dataclass(frozen=True)
class Api:
    """`monotonic`: seconds of a clock that only measures durations. `return_url`: the local stage's, from Stripe."""

    turns: Turns
    telemetry: Telemetry
    new_id: Callable[[], str]
    monotonic: Callable[[], float]
    return_url: str | None = None

    def respond(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to an API Gateway REST proxy event. Raises nothing: an exception's text never leaves."""
        try:
            return self._answer(event)
        except BadRequest as error:
            return self._refuse(error, error.status, error.code, error.message)
        except tuple(STATUSES) as error:
            if isinstance(error, Unavailable):
                self.telemetry.dependency_failed(error.service, error.code, denied=error.code in DENIED)
            return self._refuse(error, *STATUSES[type(error)])
        except Exception as error:  # noqa: BLE001  (the last resort: the error's text may quote what a payer typed)
            self.telemetry.crashed(error)
            return self._refuse(error, 500, "internal_error", "something went wrong on our side")
        finally:
            self.telemetry.flush()

    def _answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        started = self.monotonic()
        match event.get("httpMethod"), event.get("resource"):
            case "POST", "/chat":
                message = read_message(event, self.new_id, self.return_url)
                self.telemetry.identify(message.session_id)
                result = self.turns.play(message)
                self.telemetry.turn_answered(result, (self.monotonic() - started) * 1000)
                return _reply(200, reply_body(result), _result_headers(result))
            case "GET", "/sessions/{sessionId}":
                session_id, token = read_session_key(event)
                self.telemetry.identify(session_id)
                result = self.turns.read(session_id, token)
                self.telemetry.session_read(result)
                return _reply(200, reply_body(result, with_history=True), _result_headers(result))
            case "POST", "/sessions/{sessionId}/refresh":
                session_id, token = read_session_key(event)
                self.telemetry.identify(session_id)
                result = self.turns.refresh(session_id, token)
                self.telemetry.session_read(result)
                return _reply(200, reply_body(result, with_history=True), _result_headers(result))
        raise BadRequest(404, "not_found", "there is nothing at this path")

    def _refuse(self, error: Exception, status: int, code: str, message: str) -> dict[str, Any]:
        self.telemetry.request_refused(status, code)
        retry_after = _retry_after(error)
        content: dict[str, Any] = {"error": {"code": code, "message": message}}
        if isinstance(error, OrderClosed) and error.order:
            content["order"] = closed_order_body(error.order)
        return _reply(status, content, {"Retry-After": str(retry_after)} if retry_after else {})


def _result_headers(result: TurnResult) -> dict[str, str]:
    """The reply's language, so that a client's own texts can follow it; the time of a payment, for its receipt."""
    completed = result.order and result.order.completed
    paid = {"Last-Modified": formatdate(completed, usegmt=True)} if completed else {}
    return {"Content-Language": result.session.language, **paid}


def _retry_after(error: Exception) -> int | None:
    if isinstance(error, TooManyRequests):
        return error.retry_after
    return RETRY_AFTER_SECONDS if isinstance(error, Unavailable) else None


def _reply(status: int, content: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", **headers},
        "body": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        "isBase64Encoded": False,
    }
