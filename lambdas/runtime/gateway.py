"""API Gateway's REST proxy events and the replies to them. A refusal names a field, never its value."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class RequestRefused(Exception):
    """A request that gets an error for an answer. `message` never quotes a value."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, code)
        self.status, self.code, self.message = status, code, message


def invalid(message: str) -> RequestRefused:
    return RequestRefused(400, "invalid_request", message)


def headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    """By their names in lower case."""
    return {name.lower(): value for name, value in (event.get("headers") or {}).items() if isinstance(value, str)}


def raw_body(event: Mapping[str, Any], max_bytes: int) -> bytes:
    """Raises RequestRefused for a larger one."""
    body = event.get("body") or ""
    try:
        raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    except (binascii.Error, UnicodeEncodeError):
        raise invalid("the body cannot be read") from None
    if len(raw) > max_bytes:
        raise RequestRefused(413, "too_large", f"the body must not be larger than {max_bytes} bytes")
    return bytes(raw)


def json_object(event: Mapping[str, Any], max_bytes: int) -> dict[str, Any]:
    """Raises RequestRefused."""
    if headers_of(event).get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise RequestRefused(415, "unsupported_media_type", "Content-Type must be application/json")
    try:
        found = json.loads(raw_body(event, max_bytes).decode())
    except (ValueError, RecursionError):
        raise invalid("the body must be a JSON object") from None
    if not isinstance(found, dict):
        raise invalid("the body must be a JSON object")
    return found


def reply(status: int, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", **(headers or {})},
        "body": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        "isBase64Encoded": False,
    }


def refusal(status: int, code: str, message: str, *, retry_after: int | None = None) -> dict[str, Any]:
    """`retry_after`: seconds."""
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return reply(status, {"error": {"code": code, "message": message}}, headers)
