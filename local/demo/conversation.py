"""A conversation with the API over HTTP: what the demo and the integration tests speak through."""

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

Sign = Callable[[str, str, dict[str, str], bytes], Mapping[str, str]]
"""Method, URL, headers and body of a request → its headers, signed."""

SEED = ("payment", "John", "4242 4242 4242 4242", "12/30", "123", "confirm")
"""The six turns of an ordinary conversation."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: Any = field(repr=False)

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


def unsigned(_method: str, _url: str, headers: dict[str, str], _body: bytes) -> Mapping[str, str]:
    return headers


@dataclass
class Api:
    """The API at `url`; `sign` when it asks for signed calls."""

    url: str
    sign: Sign = unsigned

    def call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Reply:
        """Any answer, whatever its status; OSError when there is none."""
        url = self.url + path
        signed = self.sign(method, url, dict(headers or {}), body)
        request = urllib.request.Request(url, data=body or None, headers=dict(signed), method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return reply(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as answer:
            return reply(answer.code, answer.headers, answer.read())


def reply(status: int, headers: Message, payload: bytes) -> Reply:
    try:
        body = json.loads(payload)
    except ValueError:
        body = payload.decode(errors="replace")
    return Reply(status, {name.lower(): value for name, value in headers.items()}, body)


def new_id(name: str) -> str:
    """A session id that nobody else has; letters only, as an id must not look like a card number."""
    return f"{name}-" + "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(12))


@dataclass
class Conversation:
    """One session. Keeps the token that the first reply hands out."""

    api: Api
    id: str = field(default_factory=lambda: new_id("chat"))
    token: str | None = field(default=None, repr=False)

    def send(self, message: str, *, headers: Mapping[str, str] | None = None, **fields: str) -> Reply:
        """One turn. `fields` are added to the body (`messageId`, `expectedStep`)."""
        body = json.dumps({"message": message, "sessionId": self.id, **fields}).encode()
        reply = self.api.call(
            "POST",
            "/chat",
            headers={"Content-Type": "application/json", **self._key(), **(headers or {})},
            body=body,
        )
        if isinstance(reply.body, dict):
            self.token = reply.body.get("sessionToken") or self.token
        return reply

    def get(self, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Where the conversation stands."""
        return self.api.call("GET", f"/sessions/{self.id}", headers={**self._key(), **(headers or {})})

    def _key(self) -> dict[str, str]:
        return {"X-Session-Token": self.token} if self.token else {}
