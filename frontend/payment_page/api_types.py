"""What the page sends to the chat API, and what it gets back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx


@dataclass(frozen=True)
class Key:
    """What opens a conversation: its name, and the secret handed out by its first reply."""

    session_id: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Payer:
    """What the page passes on about the person: the network address and the browser's languages."""

    address: str | None = None
    languages: str | None = None


@dataclass(frozen=True)
class Message:
    """What a person sent. `id` stays the same however often it is sent again.

    `by_field`: a value from the field of `step`, whose form the page knows; else a button's text or free text.
    """

    id: str
    text: str = field(repr=False)
    step: str | None = None
    by_field: bool = False


@dataclass(frozen=True)
class Reply:
    """A 200 of the API; `history` only when it was looked up, `language` when the API names it (Content-Language)."""

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


class RefusedError(Exception):
    """The API answered with something else than 200; `retry_after` in seconds when it named a time."""

    def __init__(self, status: int, code: str, retry_after: int | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.retry_after = retry_after


class UnreachableError(Exception):
    """No answer in time, or none at all."""


def read_reply(response: httpx.Response) -> Reply:
    """Raises RefusedError: for any status but 200, and for a body that is not the API's."""
    try:
        body = response.json()
        if response.status_code != httpx.codes.OK:
            wait = _seconds(response.headers.get("Retry-After"))
            raise RefusedError(response.status_code, body["error"]["code"], wait)
        return Reply(
            session_id=body["sessionId"],
            token=body.get("sessionToken"),
            text=body["response"],
            step=body["currentStep"],
            status=body["status"],
            collected=body["collected"],
            error=body["error"],
            payment=body["payment"],
            expires_at=_time(body["expiresAt"]),
            history=tuple(body.get("conversationHistory") or ()),
            language=response.headers.get("Content-Language"),
        )
    except (ValueError, KeyError, TypeError):
        raise RefusedError(response.status_code, "unreadable") from None


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value).astimezone(UTC) if value else None


def _seconds(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() else None
