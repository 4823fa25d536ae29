"""A client of the API that plays conversations over HTTP, for the demo and the integration tests."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

# The six turns of an ordinary conversation.
SEED = ("payment", "John", "4242 4242 4242 4242", "12/30", "123", "confirm")


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: Any = field(repr=False)

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


class Api:
    """The API at `url`. `auth` signs the calls, which a deployed stage requires. `timeout`: seconds, of one call."""

    def __init__(self, url: str, auth: httpx.Auth | None = None, timeout: float = 30) -> None:
        self.url = url
        self._http = httpx.Client(auth=auth, timeout=timeout, trust_env=False)

    def call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Reply:
        """The reply, whatever its status. Raises httpx.TransportError when no reply comes."""
        reply = self._http.request(method, self.url + path, headers=headers, content=body)
        try:
            content = reply.json()
        except ValueError:
            content = reply.text
        return Reply(reply.status_code, {name.lower(): value for name, value in reply.headers.items()}, content)


def new_id(name: str) -> str:
    """A unique session id. The random part has letters only, because an id must not look like a card number."""
    return f"{name}-" + "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(12))


@dataclass
class Conversation:
    """One session. Remembers the token that the first reply contains."""

    api: Api
    id: str = field(default_factory=lambda: new_id("chat"))
    token: str | None = field(default=None, repr=False)

    def send(self, message: str, *, headers: Mapping[str, str] | None = None, **fields: str) -> Reply:
        """Send one message. `fields` are added to the body (`messageId`, `expectedStep`, `orderToken`)."""
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
        """Ask where the conversation stands."""
        return self.api.call("GET", f"/sessions/{self.id}", headers={**self._key(), **(headers or {})})

    def refresh(self) -> Reply:
        """Have Stripe asked where an order's payment stands."""
        headers = {"Content-Type": "application/json", **self._key()}
        return self.api.call("POST", f"/sessions/{self.id}/refresh", headers=headers)

    def _key(self) -> dict[str, str]:
        return {"X-Session-Token": self.token} if self.token else {}
