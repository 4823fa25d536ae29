"""HTTP event in, HTTP reply out. The only reader of clock, environment and randomness."""

from __future__ import annotations

import json
import os
import secrets
import time
import uuid
from functools import cache
from typing import TYPE_CHECKING, Any

from chat import events, settings
from chat.answers import body
from chat.aws import DENIED, client
from chat.dialogue import Policy
from chat.ports import (
    Busy,
    Limits,
    Ports,
    SealBroken,
    SessionExpired,
    SessionTokenRequired,
    StepChanged,
    TooManyRequests,
    Unavailable,
)
from chat.sessions import DynamoSessions
from chat.tokens import StripeKey, StripeTokens
from chat.turn import turn, where
from chat.vault import KmsVault
from chat.watch import LambdaWatch
from chat.wording import BedrockWording

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def handle(event: Mapping[str, Any], context: object = None) -> dict[str, Any]:  # noqa: ARG001
    """An API Gateway REST proxy event to its reply. Raises nothing: an exception's text never leaves."""
    try:
        return _answer(event)
    except events.BadRequest as refused:
        return _refuse(refused.status, refused.code, refused.message)
    except tuple(REFUSALS) as refused:
        if isinstance(refused, Unavailable):
            watch().unavailable(refused.service, refused.code, denied=refused.code in DENIED)
        return _refuse(*REFUSALS[type(refused)], retry_after=_retry_after(refused))
    except Exception as error:  # noqa: BLE001  (the last net: its text may quote what a payer typed)
        watch().unforeseen(error)
        return _refuse(500, "internal_error", "something went wrong on our side")
    finally:
        watch().flush()


def _answer(event: Mapping[str, Any]) -> dict[str, Any]:
    started = time.monotonic()
    ports = wired()
    match event.get("httpMethod"), event.get("resource"):
        case "POST", "/chat":
            answer = turn(events.message_of(event, ports.new_id), ports)
            watch().answered(answer, (time.monotonic() - started) * 1000)
            return _reply(200, body(answer))
        case "GET", "/sessions/{sessionId}":
            return _reply(200, body(where(*events.session_of(event), ports), history=True))
    raise events.BadRequest(404, "not_found", "there is nothing at this path")


def _retry_after(refused: Exception) -> int | None:
    if isinstance(refused, TooManyRequests):
        return refused.retry_after
    return RETRY_AFTER if isinstance(refused, Unavailable) else None


def _refuse(status: int, code: str, message: str, *, retry_after: int | None = None) -> dict[str, Any]:
    watch().refused(status, code)
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return _reply(status, {"error": {"code": code, "message": message}}, headers)


def _reply(status: int, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", **(headers or {})},
        "body": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        "isBase64Encoded": False,
    }


@cache
def watch() -> LambdaWatch:
    return LambdaWatch()


@cache
def wired() -> Ports:
    """Every port, once a process. Raises settings.BadSetting, which names the variable."""
    chosen = settings.read(os.environ)

    def now() -> int:
        return int(time.time())

    key = StripeKey(client("secretsmanager"), chosen.stripe_secret, now)
    return Ports(
        sessions=DynamoSessions(
            client("dynamodb"), chosen.sessions_table, chosen.receipts_table, chosen.attempts_table
        ),
        vault=KmsVault(client("kms"), chosen.sealing_key, chosen.counting_key),
        wording=BedrockWording(
            client("bedrock-runtime", connect=0.5, read=2, tries=1, url=chosen.model_url), chosen.model_id, watch()
        ),
        tokens=StripeTokens(
            key,
            watch(),
            secret=chosen.stripe_secret,
            stage=chosen.stage,
            test_tokens=chosen.test_tokens,
            url=chosen.stripe_url,
        ),
        watch=watch(),
        policy=Policy(chosen.brands, chosen.contact),
        limits=Limits(chosen.attempts_per_address, chosen.attempts_per_card),
        now=now,
        new_id=lambda: events.id_from(lambda: str(uuid.uuid4())),
        new_token=lambda: secrets.token_urlsafe(32),
        sleep=time.sleep,
    )


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    wired()  # a wrong setting fails the start; with SnapStart the clients are in the snapshot
