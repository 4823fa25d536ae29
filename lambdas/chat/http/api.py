"""HTTP event in, HTTP reply out; one table from what went wrong to its status."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from chat.http import events
from chat.turns.ports import (
    Busy,
    SealBroken,
    SessionExpired,
    SessionTokenRequired,
    StepChanged,
    TooManyRequests,
    Unavailable,
)
from chat.turns.results import TurnResult, body
from chat.turns.turn import turn, where
from runtime.aws import DENIED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chat.adapters.telemetry import PowertoolsTelemetry
    from chat.turns.ports import Ports

REFUSALS: dict[type[Exception], tuple[int, str, str]] = {
    SessionTokenRequired: (401, "session_token_required", "this session needs its X-Session-Token"),
    SessionExpired: (410, "session_expired", "there is no such session any more; start a new one"),
    SealBroken: (410, "session_expired", "there is no such session any more; start a new one"),
    StepChanged: (409, "step_changed", "the conversation has moved on; read where it stands"),
    Busy: (409, "busy", "this session is busy with another request; repeat the message"),
    TooManyRequests: (429, "too_many_requests", "too many attempts; try again later"),
    Unavailable: (503, "temporarily_unavailable", "this is temporarily unavailable; repeat the message"),
}
RETRY_AFTER = 2  # seconds after a 503


def respond(event: Mapping[str, Any], ports: Ports, watch: PowertoolsTelemetry) -> dict[str, Any]:
    """An API Gateway REST proxy event to its reply. Raises nothing: an exception's text never leaves."""
    try:
        return _answer(event, ports, watch)
    except events.BadRequest as refused:
        return _refuse(watch, refused.status, refused.code, refused.message)
    except tuple(REFUSALS) as refused:
        if isinstance(refused, Unavailable):
            watch.unavailable(refused.service, refused.code, denied=refused.code in DENIED)
        return _refuse(watch, *REFUSALS[type(refused)], retry_after=_retry_after(refused))
    except Exception as error:  # noqa: BLE001  (the last net: its text may quote what a payer typed)
        watch.unforeseen(error)
        return _refuse(watch, 500, "internal_error", "something went wrong on our side")
    finally:
        watch.flush()


def _answer(event: Mapping[str, Any], ports: Ports, watch: PowertoolsTelemetry) -> dict[str, Any]:
    started = time.monotonic()
    match event.get("httpMethod"), event.get("resource"):
        case "POST", "/chat":
            message = events.message_of(event, ports.new_id)
            watch.follow(message.session_id)
            answer = turn(message, ports)
            watch.answered(answer, (time.monotonic() - started) * 1000)
            return _reply(200, body(answer), _language(answer))
        case "GET", "/sessions/{sessionId}":
            session_id, token = events.session_of(event)
            watch.follow(session_id)
            answer = where(session_id, token, ports)
            return _reply(200, body(answer, history=True), _language(answer))
    raise events.BadRequest(404, "not_found", "there is nothing at this path")


def _language(answer: TurnResult) -> dict[str, str]:
    """What the reply is written in: a client's own words can follow the conversation."""
    return {"Content-Language": answer.session.language}


def _retry_after(refused: Exception) -> int | None:
    if isinstance(refused, TooManyRequests):
        return refused.retry_after
    return RETRY_AFTER if isinstance(refused, Unavailable) else None


def _refuse(
    watch: PowertoolsTelemetry, status: int, code: str, message: str, *, retry_after: int | None = None
) -> dict[str, Any]:
    watch.refused(status, code)
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return _reply(status, {"error": {"code": code, "message": message}}, headers)


def _reply(status: int, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", **(headers or {})},
        "body": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        "isBase64Encoded": False,
    }
