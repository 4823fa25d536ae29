"""How the page calls the API: what it passes on, what it tries again, what it makes of a refusal."""

import json
from datetime import UTC, datetime

import httpx
import pytest
from botocore.credentials import Credentials

from payment_chat_client import SignedBy
from payment_page import client
from payment_page.api_types import Key, Message, Payer, RefusedError, UnreachableError
from payment_page.client import ChatApi

REPLY = {
    "sessionId": "abc",
    "response": "What is the card number?",
    "currentStep": "card",
    "status": "collecting",
    "collected": {"name": "John", "brand": None, "last4": None, "expiry": None, "cvv": False},
    "missing": ["card", "expiry", "cvv"],
    "error": None,
    "payment": None,
    "expiresAt": "2026-11-22T14:00:00Z",
}
MESSAGE = Message("m-a", "John", "name")
KEY = Key("abc", "token")


class Server:
    """Answers in turn; the last answer goes on."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def api(*answers, auth=None):
    server = Server(*answers)
    return ChatApi("http://api.test/local/", auth, httpx.Client(transport=httpx.MockTransport(server))), server


def refusal(status, code, *, wait=None):
    headers = {"Retry-After": wait} if wait else {}
    return httpx.Response(status, json={"error": {"code": code, "message": ""}}, headers=headers)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(client, "RETRY_PAUSE_SECONDS", 0)


def test_a_turn_carries_the_message_its_id_the_step_and_the_payer():
    chat, server = api(httpx.Response(200, json=REPLY, headers={"Content-Language": "en"}))

    reply = chat.send(MESSAGE, KEY, Payer("198.51.100.7", "de, en;q=0.5"))

    [request] = server.requests
    assert (request.method, str(request.url)) == ("POST", "http://api.test/local/chat")
    assert json.loads(request.content) == {
        "message": "John", "sessionId": "abc", "messageId": "m-a", "expectedStep": "name",
    }  # fmt: skip
    wanted = {
        "x-session-token": "token",
        "x-payer-address": "198.51.100.7",
        "accept-language": "de, en;q=0.5",
        "content-type": "application/json",
    }
    assert {name: request.headers[name] for name in wanted} == wanted
    assert (reply.step, reply.language) == ("card", "en")
    assert reply.expires_at == datetime(2026, 11, 22, 14, tzinfo=UTC)


def test_where_a_conversation_stands_is_read_with_its_history():
    history = [{"role": "assistant", "content": "Hello"}]
    chat, server = api(httpx.Response(200, json={**REPLY, "conversationHistory": history}))

    reply = chat.look_up(KEY, Payer())

    [request] = server.requests
    assert (request.method, request.url.path) == ("GET", "/local/sessions/abc")
    assert reply.history == tuple(history)
    assert "x-payer-address" not in request.headers


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(httpx.ConnectError("refused"), id="connection refused"),
        pytest.param(httpx.RemoteProtocolError("reset"), id="connection lost"),
        pytest.param(httpx.Response(502, text="Bad Gateway"), id="bad gateway"),
    ],
)
def test_a_message_that_got_no_answer_is_sent_once_more_under_the_same_id(trouble):
    chat, server = api(trouble, httpx.Response(200, json=REPLY))

    assert chat.send(MESSAGE, KEY, Payer()).step == "card"
    first, second = server.requests
    assert first.content == second.content


def test_an_api_that_does_not_answer_is_unreachable_and_the_error_quotes_nothing():
    chat, server = api(httpx.ConnectError("refused"))

    with pytest.raises(UnreachableError) as raised:
        chat.send(Message("m", "4242424242424242"), KEY, Payer())
    assert len(server.requests) == 2
    assert raised.value.__cause__ is None
    assert "4242" not in repr(raised.value)


@pytest.mark.parametrize(
    ("answer", "code", "retry_after"),
    [
        pytest.param(refusal(429, "too_many_requests", wait="7"), "too_many_requests", 7, id="throttled"),
        pytest.param(refusal(410, "session_expired"), "session_expired", None, id="gone"),
        pytest.param(httpx.Response(500, text="<html>"), "unreadable", None, id="no JSON"),
        pytest.param(httpx.Response(200, json={"sessionId": "abc"}), "unreadable", None, id="half a reply"),
        pytest.param(httpx.Response(200, json={**REPLY, "expiresAt": "soon"}), "unreadable", None, id="no time"),
    ],
)
def test_a_refusal_has_a_code_and_the_seconds_to_wait(answer, code, retry_after):
    chat, server = api(answer)

    with pytest.raises(RefusedError) as raised:
        chat.send(MESSAGE, KEY, Payer())
    assert (raised.value.code, raised.value.retry_after) == (code, retry_after)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_error_that_comes_at_the_last_moment_is_told_and_not_retried(status):
    chat, server = api(httpx.Response(status, json={"error": {"code": "temporarily_unavailable"}}))

    with pytest.raises(RefusedError) as raised:
        chat.look_up(KEY, Payer(), max_seconds=0)

    assert raised.value.status == status
    assert len(server.requests) == 1


def test_a_deployed_stage_is_called_with_a_signature_over_what_is_passed_on():
    class Aws:
        def get_credentials(self):
            return Credentials("AKIDEXAMPLE", "not-a-secret", "session")

    chat, server = api(httpx.Response(200, json=REPLY), auth=SignedBy(Aws(), "eu-central-1"))

    chat.send(MESSAGE, KEY, Payer("198.51.100.7"))

    authorization = server.requests[0].headers["authorization"]
    assert authorization.startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert "/eu-central-1/execute-api/aws4_request" in authorization
    assert "x-payer-address;x-session-token" in authorization.partition("SignedHeaders=")[2]


def test_without_credentials_a_signed_page_does_not_start():
    class Nobody:
        def get_credentials(self):
            return None

    with pytest.raises(LookupError, match="no AWS credentials"):
        SignedBy(Nobody(), "eu-central-1")
