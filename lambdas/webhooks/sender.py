"""One event to the merchant's server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Any

import urllib3

from payments.order_body import event_id
from webhooks.schedule import retry_after_seconds
from webhooks.signing import signed_headers, signing_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.json_secret import JsonSecret

MAX_SECONDS = 15
USER_AGENT = "payment-chat-webhooks/1"


@dataclass(frozen=True)
class Answer:
    """`status`: None without an answer. `retry_after`: seconds."""

    status: int | None
    retry_after: int | None = None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_refused_for_good(self) -> bool:
        return self.status == 410


@dataclass(frozen=True)
class Sender:
    """Sends to the stage's own address alone; what the address answers is not read, and no redirect is followed."""

    url: str
    secret: JsonSecret
    http: urllib3.PoolManager
    now: Callable[[], int]
    max_seconds: float = MAX_SECONDS

    def send(self, event: Mapping[str, Any]) -> Answer:
        """`event`: {"type", "timestamp", "data": the order}. Raises Unavailable without a secret to sign it with."""
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        keys = signing_keys(self.secret.fetch())
        headers = signed_headers(webhook_id(event), self.now(), body, keys)
        headers |= {"Content-Type": "application/json", "User-Agent": USER_AGENT}
        return _within(self.max_seconds, lambda: self._post(body, headers)) or Answer(None)

    def _post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            answer = self.http.request(
                "POST",
                self.url,
                body=body,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=urllib3.Timeout(total=self.max_seconds),
            )
        except (urllib3.exceptions.HTTPError, OSError):
            return Answer(None)
        answer.close()  # nothing more is read of it
        return Answer(answer.status, retry_after_seconds(answer.headers.get("Retry-After"), self.now()))


def _within(seconds: float, call: Callable[[], Answer]) -> Answer | None:
    """None when it takes longer: a socket's own time limit begins anew with every byte that comes."""
    answers: list[Answer] = []
    thread = Thread(target=lambda: answers.append(call()), daemon=True)
    thread.start()
    thread.join(seconds)
    return answers[0] if answers else None


def webhook_id(event: Mapping[str, Any]) -> str:
    """Follows from the event: the same for the same change, however often it is sent."""
    return event_id(event["data"]["orderId"], event["type"])
