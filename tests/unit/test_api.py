"""Events in, replies out: each outcome has its status, and no text of an exception leaves."""

import json
import re
from dataclasses import replace
from functools import cached_property
from itertools import count

import pytest

from chat.adapters.telemetry import PowertoolsTelemetry
from chat.turns.errors import Busy, SessionExpired, SessionTokenRequired, StepChanged, TooManyRequests
from chat.turns.seals import SealBroken
from chat.values.session import Decline
from runtime.aws import Unavailable
from tests.fakes import World

TYPED_NUMBER = "4242424242424241"
SECRET = "4242 4242 4242 4241 is what somebody typed"
LOGGERS = count()


class Api:
    """The function's edge over a world in memory, with the real log and metrics."""

    def __init__(self, world: World) -> None:
        self.world, self.token = world, ""

    @cached_property
    def telemetry(self):
        return PowertoolsTelemetry()  # made in the test itself: a logger keeps the stream it was born with

    def asks(self, event):
        reply = replace(self.world.ports(), telemetry=self.telemetry).api().respond(event)
        return reply, json.loads(reply["body"])

    def says(self, text, **fields):
        headers = {"Content-Type": "application/json"} | ({"X-Session-Token": self.token} if self.token else {})
        body = json.dumps({"message": text, "sessionId": "abc-123", **fields})
        reply, answer = self.asks({"httpMethod": "POST", "resource": "/chat", "headers": headers, "body": body})
        self.token = answer.get("sessionToken", self.token)
        return reply, answer

    def reaches_review(self):
        for text in ("payment", "John", "4242 4242 4242 4242", "12/30", "123"):
            self.says(text)

    def logged(self, capsys):
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    def breaks_with(self, error):
        def load(_):
            raise error

        self.world.sessions.load = load


@pytest.fixture
def api(monkeypatch, capsys):
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"chat-{next(LOGGERS)}")  # a logger, and so a stream, of its own
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "PaymentChat")
    return Api(World())


def test_a_turn_is_a_200_that_nobody_may_cache(api):
    reply, body = api.says("payment")

    assert reply["statusCode"] == 200
    assert reply["headers"] == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Content-Language": "en",
    }
    assert body["currentStep"] == "name"


def test_where_a_conversation_stands_is_a_200_with_its_history(api):
    _, opened = api.says("payment")

    reply, body = api.asks(
        {
            "httpMethod": "GET",
            "resource": "/sessions/{sessionId}",
            "pathParameters": {"sessionId": "abc-123"},
            "headers": {"x-session-token": opened["sessionToken"]},
        }
    )

    assert reply["statusCode"] == 200
    assert [line["role"] for line in body["conversationHistory"]] == ["user", "assistant"]


@pytest.mark.parametrize(
    ("error", "status", "code", "retry_after"),
    [
        (SessionTokenRequired(), 401, "session_token_required", None),
        (SessionExpired(), 410, "session_expired", None),
        (SealBroken(), 410, "session_expired", None),
        (StepChanged(), 409, "step_changed", None),
        (Busy(), 409, "busy", None),
        (TooManyRequests(1200), 429, "too_many_requests", "1200"),
        (Unavailable("dynamodb", "ThrottlingException"), 503, "temporarily_unavailable", "2"),
        (RuntimeError(SECRET), 500, "internal_error", None),
        (RecursionError(SECRET), 500, "internal_error", None),
        (KeyError(SECRET), 500, "internal_error", None),
    ],
)
def test_whatever_goes_wrong_has_its_status_and_says_nothing_of_what_was_typed(
    api, capsys, error, status, code, retry_after
):
    api.breaks_with(error)

    reply, body = api.says(SECRET)

    assert (reply["statusCode"], body["error"]["code"]) == (status, code)
    assert reply["headers"].get("Retry-After") == retry_after
    said = reply["body"] + "".join(capsys.readouterr())
    assert TYPED_NUMBER[:8] not in re.sub(r"[\s-]", "", said)
    assert "somebody typed" not in said


def test_a_repeated_cancel_says_what_to_do_next(api):
    api.reaches_review()
    _, cancelled = api.says("cancel")
    assert cancelled["response"].endswith("You can start again at any time.")

    for _ in range(2):
        reply, body = api.says("cancel")
        assert (reply["statusCode"], body["error"]["code"]) == (410, "session_expired")
        assert "start a new one" in body["error"]["message"]
        assert "orderToken" in body["error"]["message"]


def test_an_unforeseen_error_is_logged_by_kind_and_place(api, capsys):
    api.breaks_with(RuntimeError(SECRET))

    api.says("payment")

    line = next(line for line in api.logged(capsys) if line.get("level") == "ERROR")
    assert line["kind"] == "RuntimeError"
    assert any(place.startswith("turn.py:") for place in line["places"])


def test_an_unknown_path_is_a_404(api):
    reply, body = api.asks({"httpMethod": "DELETE", "resource": "/chat"})

    assert (reply["statusCode"], body["error"]["code"]) == (404, "not_found")


def test_a_turn_writes_one_log_line_of_named_fields(api, capsys):
    api.says("I'm John, 4242 4242 4242 4242")

    lines = api.logged(capsys)
    (line,) = [line for line in lines if line.get("message") == "turn"]
    ours = line.keys() - {"level", "location", "timestamp", "service", "message"}
    assert ours == {
        "session_id",
        "step",
        "next_step",
        "status",
        "language",
        "milliseconds",
    }  # and "error", when there is one
    assert "John" not in str(lines)


def test_one_session_can_be_followed_through_its_trouble(api, capsys):
    api.world.processor.script = [Decline("card_declined", "do_not_honor")]
    api.reaches_review()
    api.says("confirm")
    api.says("and now?", expectedStep="cvv")
    for error in (Unavailable("dynamodb", "ThrottlingException"), RuntimeError(SECRET)):
        api.breaks_with(error)
        api.says("confirm")

    lines = [line for line in api.logged(capsys) if "message" in line]
    assert {line["message"] for line in lines} == {"turn", "declined", "refused", "unavailable", "unforeseen"}
    assert {line["session_id"] for line in lines} == {"abc-123"}


@pytest.mark.parametrize("session_id", ["4242424242424242", "4242 4242", "a" * 65, 7, "", "é"])
def test_a_session_id_that_was_refused_is_not_logged_nor_is_the_one_before_it(api, capsys, session_id):
    api.says("payment")
    api.logged(capsys)

    api.says("payment", sessionId=session_id)
    api.asks({"httpMethod": "DELETE", "resource": "/chat"})

    lines = [line for line in api.logged(capsys) if "message" in line]
    assert [line["http_status"] for line in lines] == [400, 404]
    assert not any("session_id" in line for line in lines)


def test_looking_where_a_session_stands_is_logged_under_its_name_when_it_fails(api, capsys):
    api.breaks_with(Unavailable("dynamodb", "ThrottlingException"))

    api.asks(
        {
            "httpMethod": "GET",
            "resource": "/sessions/{sessionId}",
            "pathParameters": {"sessionId": "abc-123"},
            "headers": {"x-session-token": "a-token"},
        }
    )

    assert [line["session_id"] for line in api.logged(capsys) if "message" in line] == ["abc-123"] * 2


def test_the_funnels_metrics_name_steps_and_codes_only(api, capsys):
    api.says("payment")
    api.says("12345")

    metrics = [line for line in api.logged(capsys) if "_aws" in line]
    assert {name for line in metrics for name in line} <= {
        "_aws", "service", "step", "code", "cause", "TurnTime", "StepAsked", "StepRefused", "ModelFallback",
    }  # fmt: skip
    assert [line["code"] for line in metrics if "StepRefused" in line] == ["name_invalid"]


def test_a_turn_is_measured_at_the_step_where_the_payer_was(api, capsys):
    api.reaches_review()
    for text in ("confirm", "thanks"):  # the second finds the receipt
        api.says(text)

    lines = api.logged(capsys)
    steps = ["none", "name", "card", "expiry", "cvv", "confirm", "done"]
    assert [line["step"] for line in lines if "TurnTime" in line] == steps
    assert [(line["step"], line["next_step"]) for line in lines if line.get("message") == "turn"] == list(
        zip(steps, [*steps[1:], "done"], strict=True)
    )


@pytest.mark.parametrize(
    ("code", "counted"),
    [
        ("card_declined", {"Declined": "card_declined"}),
        ("card_expired", {"Declined": "card_expired"}),
        ("cvv_incorrect", {"Declined": "cvv_incorrect"}),
        ("processor_busy", {"ProcessorBusy": None}),
        ("processor_unavailable", {}),
    ],
)
def test_only_a_refused_card_is_a_decline(api, capsys, code, counted):
    api.world.processor.script = [Decline(code, "a-detail")]
    api.reaches_review()
    api.says("confirm")

    lines = api.logged(capsys)
    assert {
        name: line.get("class") for line in lines for name in ("Declined", "ProcessorBusy") if name in line
    } == counted
    assert [(line["code"], line["detail"]) for line in lines if line.get("message") == "declined"] == [
        (code, "a-detail")
    ]


def test_metrics_that_cannot_be_written_do_not_keep_a_reply_from_its_payer(api, monkeypatch):
    monkeypatch.delenv("POWERTOOLS_METRICS_NAMESPACE")
    api.telemetry = PowertoolsTelemetry()

    reply, _ = api.says("payment")

    assert reply["statusCode"] == 200


def test_why_a_card_was_declined_is_told_to_the_merchant_and_not_to_the_payer(capsys, monkeypatch):
    replies = set()
    for reason in ("insufficient_funds", "stolen_card", "fraudulent"):
        monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"chat-{next(LOGGERS)}")
        api = Api(World())
        api.world.processor.script = [Decline("card_declined", reason)]
        api.reaches_review()
        reply, body = api.says("confirm")
        replies.add((body["response"], str(body["error"])))
        assert reason not in reply["body"]
        assert [line["detail"] for line in api.logged(capsys) if line.get("message") == "declined"] == [reason]

    assert len(replies) == 1
