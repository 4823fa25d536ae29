"""How the page calls the API: what it passes on, what it tries again, and how it reads an answer."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import CredentialRetrievalError

from payment_chat_client import SigV4
from payment_page import chat_api, visit
from payment_page.api_types import Message, Payer, RefusedError, SessionKey, UnreachableError
from payment_page.chat_api import ChatApi, from_environment

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
KEY = SessionKey("abc", "token")


class Clock:
    """A clock that moves only when a test, or a pause of the client, moves it."""

    def __init__(self):
        self.seconds = 0.0

    def monotonic(self):
        return self.seconds

    def sleep(self, seconds):
        self.seconds += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(chat_api, "time", clock)
    return clock


class Server:
    """Gives its answers in turn, and the last one from then on. Each answer takes `seconds` of the clock."""

    def __init__(self, *answers, clock=None, seconds=0.0):
        self.answers = list(answers)
        self.requests = []
        self.timeouts = []
        self.clock = clock
        self.seconds = seconds

    def __call__(self, request):
        self.requests.append(request)
        self.timeouts.append(request.extensions["timeout"]["read"])
        if self.clock:
            self.clock.sleep(self.seconds)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def api_of(server, auth=None):
    return ChatApi("http://api.test/local/", auth, httpx.Client(transport=httpx.MockTransport(server)))


def api(*answers, auth=None):
    server = Server(*answers)
    return api_of(server, auth), server


def refusal(status, code, *, wait=None):
    headers = {"Retry-After": wait} if wait else {}
    return httpx.Response(status, json={"error": {"code": code, "message": ""}}, headers=headers)


def test_a_completed_orders_time_is_in_the_header_that_says_when_it_last_changed():
    paid = {**REPLY, "order": {"reference": "INV-1", "returnUrl": None}}
    chat, _ = api(httpx.Response(200, json=paid, headers={"Last-Modified": "Sun, 22 Nov 2026 13:00:00 GMT"}))

    assert chat.send(MESSAGE, KEY, Payer(None, None)).order["completedAt"] == "Sun, 22 Nov 2026 13:00:00 GMT"


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


LATE_ANSWERS = [
    pytest.param(httpx.Response(504, text="late"), RefusedError, id="gateway timeout"),
    pytest.param(httpx.Response(502, text="late"), RefusedError, id="bad gateway"),
    pytest.param(httpx.ReadTimeout("late"), UnreachableError, id="no answer"),
]


@pytest.mark.parametrize(("answer", "error"), LATE_ANSWERS)
@pytest.mark.parametrize("seconds", [6, 29, 36, 40])
def test_a_call_that_failed_late_is_not_tried_again(clock, answer, error, seconds):
    server = Server(answer, clock=clock, seconds=seconds)

    with pytest.raises(error):
        api_of(server).send(MESSAGE, KEY, Payer())
    assert len(server.requests) == 1


def test_a_call_and_its_retry_stay_within_the_patience(clock):
    server = Server(httpx.Response(502), httpx.Response(200, json=REPLY), clock=clock, seconds=5)

    api_of(server).send(MESSAGE, KEY, Payer())

    first, second = server.timeouts
    assert first == chat_api.PATIENCE_SECONDS
    assert second == pytest.approx(chat_api.PATIENCE_SECONDS - clock.seconds + 5)


def test_a_lookup_takes_no_longer_than_it_is_given(clock):
    server = Server(httpx.Response(502), clock=clock, seconds=1)

    with pytest.raises(RefusedError):
        api_of(server).look_up(KEY, Payer(), patience_seconds=2)
    assert server.timeouts == [2]


GATEWAY_SECONDS = 29  # the longest that API Gateway waits for a function
BROWSER = Path(chat_api.__file__).parents[1] / "payment-entry/payment_entry/assets/panel.js"


def test_the_page_outlasts_the_function_and_the_gateway_and_the_browser_outlasts_the_page():
    retry_seconds = chat_api.PATIENCE_SECONDS * (1 - chat_api.RETRY_WINDOW)
    browser_seconds = int(re.search(r"GIVE_UP_MS = (\d+)", BROWSER.read_text())[1]) / 1000

    assert retry_seconds > GATEWAY_SECONDS
    assert browser_seconds > chat_api.PATIENCE_SECONDS + visit.MASKED_FORM_SECONDS


class UnavailableCredentials(httpx.Auth):
    def auth_flow(self, request):
        raise CredentialRetrievalError(provider="container", error_msg="not there")
        yield request


def test_an_api_whose_calls_cannot_be_signed_is_unreachable():
    chat, server = api(httpx.Response(200, json=REPLY), auth=UnavailableCredentials())

    with pytest.raises(UnreachableError):
        chat.send(MESSAGE, KEY, Payer())
    assert server.requests == []


@pytest.fixture
def deployed(monkeypatch):
    for name, value in {
        "CHAT_API_URL": "https://api.test/prod",
        "CHAT_API_SIGNED": "true",
        "AWS_REGION": "eu-central-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


def test_a_deployed_stage_is_called_with_a_signature(deployed, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")

    assert isinstance(from_environment()._auth, SigV4)


def test_a_page_that_has_to_sign_does_not_start_without_credentials(deployed):
    with pytest.raises(LookupError, match="AWS credentials"):
        from_environment()
