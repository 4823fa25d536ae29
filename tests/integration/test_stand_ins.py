"""A model or a Stripe that misbehaves may change the words of a conversation, but not its course."""

import re
import time
from statistics import median

import pytest

from local.demo.conversation import SEED

COURSE = ["name", "card", "expiry", "cvv", "confirm", "done"]
QUESTION = "why do you need that?"


def chat_function(stage):
    """As it is deployed."""
    listed = stage.client("lambda").list_functions()["Functions"]
    return next(each for each in listed if each["Handler"] == "chat.handler.handle")


@pytest.fixture(scope="module")
def live(stage):
    """The chat function with `wording` set to live, for the tests of a model that words the script's replies."""
    if stage.endpoint is None:
        pytest.skip("changes the function's setting on the emulator only")
    functions, told = stage.client("lambda"), chat_function(stage)
    name, variables = told["FunctionName"], told["Environment"]["Variables"]
    before = functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**variables, "WORDING": "live"}}
    )
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    yield
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion=before)
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


@pytest.fixture
def play(stage, live):
    """Plays a whole conversation with a planned model. Returns its replies and the prompts that the model received.

    Prompts do not name their conversation, so the plan applies to every conversation on the stage for that time.
    """

    def play_with(**step):
        before = len(stage.model.listed("calls"))
        if step:
            stage.model.plan(**step, times=None)
        talk = stage.conversation("model")
        replies = [talk.send(message) for message in SEED]
        return replies, stage.model.listed("calls")[before:]

    stage.model.clear()
    yield play_with
    stage.model.clear()


def test_the_words_of_the_script_are_prepared_and_no_model_is_asked(stage):
    table = chat_function(stage)["Environment"]["Variables"]["WORDINGS_TABLE"]
    prepared = stage.client("dynamodb").get_item(TableName=table, Key={"language": {"S": "en"}})["Item"]
    wordings = {kind: {each["S"] for each in texts["L"]} for kind, texts in prepared["wordings"]["M"].items()}
    before = len(stage.model.listed("calls"))
    talk = stage.conversation("model")

    said = [talk.send(message)["response"] for message in SEED]

    assert said[0] in wordings["opening"]
    assert said[1].replace("John", "{name}") in wordings["name"]
    assert len(stage.model.listed("calls")) == before


def test_a_slow_model_delays_an_answer_but_no_opening(stage):
    def opening():
        started = time.monotonic()
        talk.append(stage.conversation("model"))
        talk[-1].send("payment")
        return time.monotonic() - started

    stage.model.clear()
    talk = []
    usual = median(opening() for _ in range(15))
    stage.model.plan("slow", seconds=2, times=None)
    try:
        slow = median(opening() for _ in range(15))
        started = time.monotonic()
        talk[-1].send(QUESTION)
        answered = time.monotonic() - started
    finally:
        stage.model.clear()

    assert slow <= 1.1 * usual + 0.02  # 10 %, and 20 ms for a machine that does other things
    assert answered > 1.5


@pytest.mark.parametrize(
    "step",
    [
        pytest.param({"behaviour": "off"}, id="off"),
        pytest.param({"behaviour": "throttled"}, id="throttled"),
        pytest.param({"behaviour": "error"}, id="failing"),
        pytest.param({"behaviour": "slow", "seconds": 4}, id="slow"),
        *(
            pytest.param({"behaviour": "hostile", "kind": kind}, id=f"hostile, {kind}")
            for kind in ("digits", "payment", "script", "link", "long", "empty")
        ),
    ],
)
def test_a_model_that_misbehaves_changes_no_outcome(play, step):
    replies, calls = play(**step)

    assert [reply["currentStep"] for reply in replies] == COURSE
    assert [reply["error"] for reply in replies] == [None] * 6
    assert replies[0]["response"].endswith("What is the name on the card?")
    assert replies[1]["response"].endswith("What is the card number?")
    assert len(calls) == 2


def test_the_model_is_called_twice_and_receives_no_digit(play):
    _, calls = play()

    assert len(calls) == 2
    assert not re.search(r"\d", repr([(call["system"], call["messages"]) for call in calls]))


@pytest.mark.parametrize(
    ("step", "code", "then"),
    [
        pytest.param({"behaviour": "card_declined"}, "card_declined", "card", id="declined"),
        pytest.param({"behaviour": "expired_card"}, "card_expired", "expiry", id="expired"),
        pytest.param({"behaviour": "incorrect_cvc"}, "cvv_incorrect", "cvv", id="wrong code"),
        pytest.param({"behaviour": "conflict", "times": 2}, "processor_busy", "confirm", id="conflict"),
        pytest.param({"behaviour": "rate_limit", "times": 2}, "processor_busy", "confirm", id="too many requests"),
        pytest.param({"behaviour": "api_error"}, "processor_busy", "confirm", id="server error"),
        pytest.param({"behaviour": "unavailable", "times": 2}, "processor_busy", "confirm", id="unavailable"),
        pytest.param({"behaviour": "unauthorized"}, "processor_unavailable", "done", id="our key is refused"),
        pytest.param({"behaviour": "raw_card_data"}, "processor_unavailable", "done", id="raw numbers not enabled"),
    ],
)
def test_an_error_of_stripe_leads_to_the_right_step(stage, step, code, then):
    talk = stage.conversation_at("confirm", "stripe")
    stage.stripe.plan(**step, session=talk.id)

    reply = talk.send("confirm")

    stage.stripe.clear(session=talk.id)
    assert (reply.status, reply["error"]["code"], reply["currentStep"]) == (200, code, then)
    assert stage.stripe.listed("payment_methods", session=talk.id) == []


@pytest.mark.parametrize(
    "step",
    [
        pytest.param({"behaviour": "api_error"}, id="a saved server error"),
        pytest.param({"behaviour": "reset", "after": True}, id="the answer is lost"),
        pytest.param({"behaviour": "reset", "times": 2}, id="no connection"),
        pytest.param({"behaviour": "slow", "seconds": 7}, id="too slow"),
    ],
)
def test_confirming_again_creates_exactly_one_payment_method(stage, step):
    talk = stage.conversation_at("confirm", "stripe")
    stage.stripe.plan(**step, session=talk.id)

    replies = [talk.send("confirm")]
    while replies[-1]["payment"] is None and len(replies) < 4:
        assert replies[-1]["error"]["code"] == "processor_busy"
        replies.append(talk.send("confirm"))

    made = stage.stripe.listed("payment_methods", session=talk.id)
    assert [entry["id"] for entry in made] == [replies[-1]["payment"]["token"]]
