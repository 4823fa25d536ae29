"""API Gateway events as checked requests. A refusal names the field, never its value."""

from __future__ import annotations

import base64
import binascii
import json
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from chat.turns.errors import SessionTokenRequired
from chat.turns.message import Message
from chat.values.card import Field
from chat.values.session import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_BODY_BYTES = 4096
MAX_MESSAGE_CHARS = 1000
FIELDS = frozenset({"message", "sessionId", "messageId", "expectedStep", "field", "orderToken"})
ORDER_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
UUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
LIKE_A_CARD_NUMBER = re.compile(r"[0-9]{12}")
NAMED_FIELDS = frozenset(field.value for field in Field)
STEPS = frozenset(step.value for step in Step)


class BadRequest(Exception):
    """A request in the wrong form. `message` names the field and never quotes its value."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, code)
        self.status, self.code, self.message = status, code, message


def parse_id(value: object, field: str) -> str:
    """An id that may be logged: a UUID, or a name in which no card number can hide. Raises BadRequest."""
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise _invalid(f"{field} must be 1 to 64 letters, digits, _ or -")
    if not UUID.fullmatch(value) and LIKE_A_CARD_NUMBER.search(value.replace("-", "").replace("_", "")):
        raise _invalid(f"{field} must be a UUID or have no 12 digits in a row")
    return value


def read_message(event: Mapping[str, Any], new_id: Callable[[], str], return_url: str | None = None) -> Message:
    """The request of `POST /chat`. `return_url`: see return_address. Raises BadRequest."""
    headers = _headers(event)
    fields = _fields(event, headers)
    if unknown := fields.keys() - FIELDS:
        raise _invalid(f"the body has {len(unknown)} unknown field(s); known are {', '.join(sorted(FIELDS))}")
    token = headers.get("x-session-token") or None
    return Message(
        text=_text(fields.get("message")),
        id=parse_id(fields["messageId"], "messageId") if "messageId" in fields else new_id(),
        address=_payer_address(event, headers),
        session_id=parse_id(fields["sessionId"], "sessionId") if "sessionId" in fields else None,
        token=token,
        expected_step=_step(fields["expectedStep"]) if "expectedStep" in fields else None,
        accept_language=headers.get("accept-language"),
        named_field=_named_field(fields["field"]) if "field" in fields else None,
        order_token=_order_token(fields["orderToken"], token) if "orderToken" in fields else None,
        return_url=return_address(event, return_url),
    )


def read_session_key(event: Mapping[str, Any]) -> tuple[str, str]:
    """Session id and session token of `GET /sessions/{sessionId}`. Raises BadRequest, SessionTokenRequired."""
    session_id = parse_id((event.get("pathParameters") or {}).get("sessionId"), "sessionId")
    token = _headers(event).get("x-session-token")
    if not token:
        raise SessionTokenRequired
    return session_id, token


def return_address(event: Mapping[str, Any], template: str | None) -> str:
    """Where Stripe sends the payer back to: this API's own path for it, which leads on to the page.

    `template`: the local stage's address, with `{api}` for the id of the API; None on AWS.
    """
    context = event.get("requestContext") or {}
    if template:
        return template.replace("{api}", str(context.get("apiId", "")))
    base = str(context.get("path", "")).removesuffix(str(event.get("path") or event.get("resource") or ""))
    return f"https://{context.get('domainName', '')}{base}/returns"


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in (event.get("headers") or {}).items() if isinstance(value, str)}


def _payer_address(event: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """The payer's network address. The header is believed on a signed request only: the page's server sends it."""
    identity = (event.get("requestContext") or {}).get("identity") or {}
    claimed = headers.get("x-payer-address", "")
    is_believed = bool(identity.get("userArn")) and _is_address(claimed)
    return claimed if is_believed else identity.get("sourceIp") or "unknown"


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


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
    if len(raw) > MAX_BODY_BYTES:
        raise BadRequest(413, "too_large", f"the body must not be larger than {MAX_BODY_BYTES} bytes")
    return bytes(raw)


def _text(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not 1 <= len(text) <= MAX_MESSAGE_CHARS:
        raise _invalid(f"message must be 1 to {MAX_MESSAGE_CHARS} characters")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise _invalid("message must be well-formed Unicode")
    return text


def _step(value: object) -> str:
    if not isinstance(value, str) or value not in STEPS:
        raise _invalid(f"expectedStep must be one of {', '.join(sorted(STEPS))}")
    return value


def _named_field(value: object) -> Field:
    if not isinstance(value, str) or value not in NAMED_FIELDS:
        raise _invalid(f"field must be one of {', '.join(sorted(NAMED_FIELDS))}")
    return Field(value)


def _order_token(value: object, session_token: str | None) -> str:
    if session_token:
        raise _invalid("orderToken belongs to the opening turn, which has no X-Session-Token")
    if not isinstance(value, str) or not ORDER_TOKEN.fullmatch(value):
        raise _invalid("orderToken must be 1 to 200 letters, digits, _ or -")
    return value


def _invalid(message: str) -> BadRequest:
    return BadRequest(400, "invalid_request", message)
