"""An API Gateway event as a checked request. Every refusal names a field, never its value."""

from __future__ import annotations

import base64
import binascii
import json
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from chat.turns.ports import SessionTokenRequired
from chat.turns.turn import Message
from chat.values.session import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LARGEST = 4096  # bytes of a body
LONGEST = 1000  # characters of a message
FIELDS = frozenset({"message", "sessionId", "messageId", "expectedStep"})
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
TOO_MANY_DIGITS = re.compile(r"[0-9]{12}")  # a name that could be a card number is none
STEPS = frozenset(step.value for step in Step)


class BadRequest(Exception):
    """A request that is refused for its form; `status`, `code` and a text that names the field."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, code)
        self.status, self.code, self.message = status, code, message


def headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in (event.get("headers") or {}).items() if isinstance(value, str)}


def address_of(event: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """The payer's network address: the header of a signed request, whose connection is the page's server."""
    identity = (event.get("requestContext") or {}).get("identity") or {}
    told = headers.get("x-payer-address", "")
    believed = bool(identity.get("userArn")) and _is_address(told)
    return told if believed else identity.get("sourceIp") or "unknown"


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def name_of(value: object, field: str) -> str:
    """An id that may stand in a log. Raises BadRequest."""
    if not isinstance(value, str) or not NAME.fullmatch(value) or TOO_MANY_DIGITS.search(value):
        raise _invalid(f"{field} must be 1 to 64 letters, digits, _ or -, without 12 digits in a row")
    return value


def id_from(draw: Callable[[], str]) -> str:
    """An id that `name_of` takes back: one uuid4 in 280 ends in twelve digits, and is drawn again."""
    while TOO_MANY_DIGITS.search(drawn := draw()):
        pass
    return drawn


def message_of(event: Mapping[str, Any], new_id: Callable[[], str]) -> Message:
    """Raises BadRequest."""
    headers = headers_of(event)
    fields = _fields(event, headers)
    if unknown := fields.keys() - FIELDS:
        raise _invalid(f"the body has {len(unknown)} unknown field(s); known are {', '.join(sorted(FIELDS))}")
    return Message(
        text=_text(fields.get("message")),
        id=name_of(fields["messageId"], "messageId") if "messageId" in fields else new_id(),
        address=address_of(event, headers),
        session_id=name_of(fields["sessionId"], "sessionId") if "sessionId" in fields else None,
        token=headers.get("x-session-token") or None,
        expected_step=_step(fields["expectedStep"]) if "expectedStep" in fields else None,
        accept_language=headers.get("accept-language"),
    )


def session_of(event: Mapping[str, Any]) -> tuple[str, str]:
    """The session's name and key, of a request to read it. Raises BadRequest, SessionTokenRequired."""
    session_id = name_of((event.get("pathParameters") or {}).get("sessionId"), "sessionId")
    token = headers_of(event).get("x-session-token")
    if not token:
        raise SessionTokenRequired
    return session_id, token


def _fields(event: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    if headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise BadRequest(415, "unsupported_media_type", "Content-Type must be application/json")
    try:
        fields = json.loads(_body(event).decode())
    except (ValueError, RecursionError):
        raise _invalid("the body must be a JSON object") from None
    if not isinstance(fields, dict):
        raise _invalid("the body must be a JSON object")
    return fields


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    try:
        raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    except (binascii.Error, UnicodeEncodeError):
        raise _invalid("the body must be a JSON object") from None
    if len(raw) > LARGEST:
        raise BadRequest(413, "too_large", f"the body must not be larger than {LARGEST} bytes")
    return bytes(raw)


def _text(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not 1 <= len(text) <= LONGEST:
        raise _invalid(f"message must be 1 to {LONGEST} characters")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise _invalid("message must be well-formed Unicode")
    return text


def _step(value: object) -> str:
    if not isinstance(value, str) or value not in STEPS:
        raise _invalid(f"expectedStep must be one of {', '.join(sorted(STEPS))}")
    return value


def _invalid(message: str) -> BadRequest:
    return BadRequest(400, "invalid_request", message)
