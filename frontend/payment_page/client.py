"""The chat API as the page uses it: two calls, retried under the same message id, signed on a deployed stage."""

import logging
import os
import time

import boto3
import httpx

from payment_chat_client import SignedBy
from payment_page.api_types import Key, Message, Payer, Reply, UnreachableError, read_reply

log = logging.getLogger("payment_page")

MAX_TURN_SECONDS = 29.0  # for one turn, retry included: as long as the gateway itself waits for the function
CONNECT_SECONDS = 3.0
RETRY_PAUSE_SECONDS = 0.4


class ChatApi:
    """One for the whole server: its connections stay open between turns. `auth` signs the calls of a deployed stage."""

    def __init__(self, url: str, auth: httpx.Auth | None = None, http: httpx.Client | None = None) -> None:
        self._url, self._auth = url.rstrip("/"), auth
        self._http = http or httpx.Client(trust_env=False)

    def send(self, message: Message, key: Key, payer: Payer) -> Reply:
        """Raises RefusedError, UnreachableError."""
        body: dict[str, str] = {"message": message.text, "sessionId": key.session_id, "messageId": message.id}
        if message.step:
            body["expectedStep"] = message.step
        return self._call("POST", "/chat", _headers(key, payer), body, max_seconds=MAX_TURN_SECONDS)

    def look_up(self, key: Key, payer: Payer, max_seconds: float = MAX_TURN_SECONDS) -> Reply:
        """Raises RefusedError, UnreachableError."""
        return self._call("GET", f"/sessions/{key.session_id}", _headers(key, payer), max_seconds=max_seconds)

    def _call(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: dict[str, str] | None = None,
        *,
        max_seconds: float,
    ) -> Reply:
        """Retried once, after a gateway's 502 or 504 or a connection that failed early."""
        started = time.monotonic()
        left = max_seconds
        for is_last in (False, True):
            try:
                response = self._request(method, path, headers, body, left)
            except httpx.HTTPError as error:
                left = started + max_seconds - time.monotonic() - RETRY_PAUSE_SECONDS
                if is_last or left < max_seconds / 2:
                    log.warning("api %s unreachable: %s", method, type(error).__name__)
                    raise UnreachableError from None  # the cause may quote the request
            else:
                left = started + max_seconds - time.monotonic() - RETRY_PAUSE_SECONDS
                if is_last or left <= 0 or response.status_code not in {502, 504}:
                    log.info("api %s %s in %d ms", method, response.status_code, (time.monotonic() - started) * 1000)
                    return read_reply(response)
            time.sleep(RETRY_PAUSE_SECONDS)
        raise UnreachableError

    def _request(
        self, method: str, path: str, headers: dict[str, str], body: dict[str, str] | None, seconds: float
    ) -> httpx.Response:
        timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
        return self._http.request(
            method, self._url + path, json=body, headers=headers, timeout=timeout, auth=self._auth
        )


def _headers(key: Key, payer: Payer) -> dict[str, str]:
    wanted = {
        "X-Session-Token": key.token,
        "X-Payer-Address": payer.address,
        "Accept-Language": payer.languages,
    }
    return {name: value for name, value in wanted.items() if value}


def from_environment() -> ChatApi:
    """Reads CHAT_API_URL, and AWS_REGION where CHAT_API_SIGNED=true asks for signed calls.

    Raises KeyError, which names the variable, and LookupError without AWS credentials.
    """
    url = os.environ["CHAT_API_URL"]
    if os.environ.get("CHAT_API_SIGNED", "false") == "true":
        return ChatApi(url, SignedBy(boto3.Session(), os.environ["AWS_REGION"]))
    return ChatApi(url)
