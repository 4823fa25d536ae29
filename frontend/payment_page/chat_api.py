"""Calls the chat API: sends a message, looks a session up or refreshes it, and tries once more without an answer."""

import logging
import os
import time

import boto3
import httpx
from botocore.exceptions import BotoCoreError

from payment_chat_client import SigV4
from payment_page.api_types import Message, Payer, Reply, SessionKey, UnreachableError, read_reply

log = logging.getLogger("payment_page")

# For one call and its retry. The gateway waits 29 s for the function, which may run 25 s. The retry starts within the
# first sixth, so it has 30 s and outlasts them both. The browser gives up after 40 s.
PATIENCE_SECONDS = 36.0
RETRY_WINDOW = 1 / 6  # of the patience
RETRY_PAUSE_SECONDS = 0.4
CONNECT_SECONDS = 3.0
NOT_ANSWERED = frozenset({httpx.codes.BAD_GATEWAY, httpx.codes.GATEWAY_TIMEOUT})


class ChatApi:
    """The API at `url`; `auth` signs each request. One instance serves every payer and keeps its connections open."""

    def __init__(self, url: str, auth: httpx.Auth | None = None, http: httpx.Client | None = None) -> None:
        self._url = url.rstrip("/")
        self._auth = auth
        self._http = http or httpx.Client(trust_env=False)

    def send(self, message: Message, key: SessionKey, payer: Payer) -> Reply:
        """One turn of the conversation. Raises RefusedError and UnreachableError."""
        body = {"message": message.text, "sessionId": key.session_id, "messageId": message.id}
        if message.step:
            body["expectedStep"] = message.step
            if message.by_field:
                body["field"] = message.step
        if message.order_token:
            body["orderToken"] = message.order_token
        request = self._http.build_request("POST", f"{self._url}/chat", json=body, headers=_headers(key, payer))
        return self._call(request, PATIENCE_SECONDS)

    def look_up(self, key: SessionKey, payer: Payer, patience_seconds: float = PATIENCE_SECONDS) -> Reply:
        """Where the session stands; changes nothing. Raises RefusedError and UnreachableError."""
        url = f"{self._url}/sessions/{key.session_id}"
        return self._call(self._http.build_request("GET", url, headers=_headers(key, payer)), patience_seconds)

    def refresh(self, key: SessionKey, payer: Payer) -> Reply:
        """Where the session stands once Stripe has been asked. Raises RefusedError and UnreachableError."""
        url = f"{self._url}/sessions/{key.session_id}/refresh"
        return self._call(self._http.build_request("POST", url, headers=_headers(key, payer)), PATIENCE_SECONDS)

    def _call(self, request: httpx.Request, patience_seconds: float) -> Reply:
        started = time.monotonic()
        response = self._try(request, patience_seconds)
        pause_end = time.monotonic() - started + RETRY_PAUSE_SECONDS
        if (response is None or response.status_code in NOT_ANSWERED) and pause_end < patience_seconds * RETRY_WINDOW:
            time.sleep(RETRY_PAUSE_SECONDS)
            response = self._try(request, patience_seconds - pause_end)
        status = "without an answer" if response is None else response.status_code
        log.info("api %s %s in %d ms", request.method, status, (time.monotonic() - started) * 1000)
        if response is None:
            raise UnreachableError
        return read_reply(response)

    def _try(self, request: httpx.Request, seconds: float) -> httpx.Response | None:
        """None when there is no answer. The cause stays here, because its text may quote the request."""
        request.extensions["timeout"] = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)).as_dict()
        try:
            return self._http.send(request, auth=self._auth)
        except (httpx.HTTPError, BotoCoreError) as error:
            log.warning("api %s unreachable: %s", request.method, type(error).__name__)
            return None


def _headers(key: SessionKey, payer: Payer) -> dict[str, str]:
    values = {"X-Session-Token": key.token, "X-Payer-Address": payer.address, "Accept-Language": payer.languages}
    return {name: value for name, value in values.items() if value}


def from_environment() -> ChatApi:
    """The API at CHAT_API_URL; CHAT_API_SIGNED=true signs each call for the region in AWS_REGION.

    Raises KeyError when a variable is missing, LookupError when there are no AWS credentials to sign with.
    """
    url = os.environ["CHAT_API_URL"]
    if os.environ.get("CHAT_API_SIGNED", "false") == "true":
        return ChatApi(url, SigV4(boto3.Session(), os.environ["AWS_REGION"]))
    return ChatApi(url)
