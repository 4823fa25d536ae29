"""What the page and the chat API tell each other: what is sent, what is answered, and what can go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class SessionKey:
    """Opens a session: its id, and the secret token that the API's first reply hands out."""

    session_id: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Payer:
    """What the page passes on about the payer: the network address and the browser's Accept-Language."""

    address: str | None = None
    languages: str | None = None


@dataclass(frozen=True)
class Message:
    """What the payer sent. `id` stays the same however often the message is sent again.

    `by_field`: the text was typed into the form field of `step`; otherwise it is a button's text or free text.
    `order_token`: of the link that the payer has opened; this message then opens a session for that order.
    """

    id: str
    text: str = field(repr=False)
    step: str | None = None
    by_field: bool = False
    order_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Action:
    """What the payer has to do at Stripe. `type`: checkout (the card is typed there) or authenticate (3-D Secure)."""

    type: str
    url: str | None = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True)
class Reply:
    """A 200 of the API. Only a lookup has a `history`; `language` is the reply's Content-Language.

    `order`: the order's fields as in the API, None without one.
    """

    session_id: str
    token: str | None = field(repr=False)
    text: str
    step: str
    status: str
    collected: Mapping[str, Any]
    error: Mapping[str, str] | None
    payment: Mapping[str, str] | None
    expires_at: datetime | None
    history: tuple[Mapping[str, str], ...] = ()
    language: str | None = None
    order: Mapping[str, Any] | None = None
    action: Action | None = None


class RefusedError(Exception):
    """The API answered with another status than 200, or with a body that is no reply (code `unreadable`).

    `retry_after`: the seconds after which the API wants to be asked again, if it said so.
    `order`: what a link that cannot be used any more was for (`status`, `merchant`, `returnUrl`), if the API knows it.
    """

    def __init__(
        self, status: int, code: str, retry_after: int | None = None, order: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.retry_after = retry_after
        self.order = order


class UnreachableError(Exception):
    """The API gave no answer, or none in time."""


def read_reply(response: httpx.Response) -> Reply:
    """The reply in a response of the API. Raises RefusedError."""
    try:
        body = response.json()
        if response.status_code != httpx.codes.OK:
            wait = _read_seconds(response.headers.get("Retry-After"))
            raise RefusedError(response.status_code, body["error"]["code"], wait, _read_order(body.get("order")))
        return Reply(
            session_id=body["sessionId"],
            token=body.get("sessionToken"),
            text=body["response"],
            step=body["currentStep"],
            status=body["status"],
            collected=body["collected"],
            error=body["error"],
            payment=body["payment"],
            expires_at=_read_time(body["expiresAt"]),
            history=tuple(body.get("conversationHistory") or ()),
            language=response.headers.get("Content-Language"),
            order=_read_order(body.get("order"), response.headers.get("Last-Modified")),
            action=_read_action(body.get("action")),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RefusedError(response.status_code, "unreadable") from None


def _read_order(order: Mapping[str, Any] | None, completed_at: str | None = None) -> Mapping[str, Any] | None:
    """With an address that is safe to show, and with the time at which a completed order was paid."""
    known = {"returnUrl": read_address(order.get("returnUrl")), "completedAt": completed_at} if order else {}
    return {**order, **known} if order else None


def _read_action(action: Mapping[str, Any] | None) -> Action | None:
    if not action:
        return None
    return Action(action["type"], read_address(action["url"]), _read_time(action["expiresAt"]))


def read_address(value: str | None) -> str | None:
    """An address that a link may lead to: https, or http on this machine. None for any other."""
    parts = urlsplit(value or "")
    is_web = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return value if is_web and parts.hostname else None


def _read_time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value).astimezone(UTC) if value else None


def _read_seconds(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() else None
