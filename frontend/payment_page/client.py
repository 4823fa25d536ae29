"""The chat API as the page uses it: two calls, retried with the same message id, signed when deployed."""

import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import Session as AwsSession

log = logging.getLogger("payment_page")

PATIENCE = 29.0
"""Seconds for one turn, retries included: the longest that the gateway itself waits."""
PAUSE = 0.4
"""Seconds before the one quiet retry."""


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


class Signer(Protocol):
    def __call__(self, method: str, url: str, headers: dict[str, str], body: bytes, /) -> dict[str, str]: ...


class SigV4:
    """Signs as the page's own role; the credentials renew themselves."""

    def __init__(self, region: str, aws: AwsSession | None = None) -> None:
        credentials = (aws or AwsSession()).get_credentials()
        if credentials is None:
            raise LookupError("CHAT_API_SIGNED=true needs AWS credentials, and none were found")
        self._region = region
        self._credentials = credentials

    def __call__(self, method: str, url: str, headers: dict[str, str], body: bytes) -> dict[str, str]:
        request = AWSRequest(method=method, url=url, headers=headers, data=body)
        SigV4Auth(self._credentials, "execute-api", self._region).add_auth(request)
        return dict(request.headers.items())


def unsigned(_method: str, _url: str, headers: dict[str, str], _body: bytes) -> dict[str, str]:
    return headers


class ChatApi:
    """One for the whole server: keeps its connections open between turns."""

    def __init__(self, url: str, sign: Signer = unsigned, http: httpx.Client | None = None) -> None:
        self._url = url.rstrip("/")
        self._sign = sign
        self._http = http or httpx.Client(timeout=httpx.Timeout(PATIENCE, connect=3.0), trust_env=False)

    def send(self, message: Message, key: Key, payer: Payer) -> Reply:
        body: dict[str, str] = {"message": message.text, "sessionId": key.session_id, "messageId": message.id}
        if message.step:
            body["expectedStep"] = message.step
        return self._call("POST", "/chat", key, payer, body=body)

    def look_up(self, key: Key, payer: Payer, patience: float = PATIENCE) -> Reply:
        """`patience` in seconds."""
        return self._call("GET", f"/sessions/{key.session_id}", key, payer, patience=patience)

    def _call(
        self,
        method: str,
        path: str,
        key: Key,
        payer: Payer,
        *,
        body: dict[str, str] | None = None,
        patience: float = PATIENCE,
    ) -> Reply:
        request = self._http.build_request(method, self._url + path, json=body) if body else None
        content = request.content if request else b""
        headers = _headers(key, payer, has_body=body is not None)
        started = time.monotonic()
        for final in (False, True):
            left = patience - (time.monotonic() - started)
            try:
                response = self._http.request(
                    method,
                    self._url + path,
                    content=content,
                    headers=self._sign(method, self._url + path, headers, content),
                    timeout=httpx.Timeout(left, connect=min(3.0, left)),
                )
            except httpx.HTTPError as error:
                if not final and time.monotonic() - started + PAUSE < patience / 2:
                    time.sleep(PAUSE)
                    continue
                log.warning("api %s unreachable: %s", method, type(error).__name__)
                raise UnreachableError from None  # the cause may quote the request
            if response.status_code in {502, 504} and not final:
                time.sleep(PAUSE)
                continue
            break
        log.info("api %s %s in %d ms", method, response.status_code, (time.monotonic() - started) * 1000)
        return _read(response)


def _headers(key: Key, payer: Payer, *, has_body: bool) -> dict[str, str]:
    wanted = {
        "Content-Type": "application/json" if has_body else None,
        "X-Session-Token": key.token,
        "X-Payer-Address": payer.address,
        "Accept-Language": payer.languages,
    }
    return {name: value for name, value in wanted.items() if value}


def _read(response: httpx.Response) -> Reply:
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


def from_environment() -> ChatApi:
    """CHAT_API_URL, CHAT_API_SIGNED=true for SigV4 with AWS_REGION."""
    url = os.environ["CHAT_API_URL"]
    if os.environ.get("CHAT_API_SIGNED", "false") == "true":
        return ChatApi(url, SigV4(os.environ["AWS_REGION"]))
    return ChatApi(url)
