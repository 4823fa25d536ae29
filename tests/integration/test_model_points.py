"""Over HTTP: where the rules hear nothing certain a model is asked once, sees no digit, and changes no outcome."""

import re

import pytest

OPEN = "so my nephew was on about the thing with the other thing, you know?"
AMOUNT = "is the 49 thing ok with my nephew and all of that, you know?"
COURSE = ("hello", "John", "4242 4242 4242 4242", "12/30", "123")


@pytest.fixture
def model(stage):
    stage.model.clear()
    yield stage.model
    stage.model.clear()


def calls_about(model, said):
    return [each for each in model.listed("calls") if "toolConfig" in each and said in repr(each["messages"])]


def test_a_topic_that_the_model_points_at_is_answered_in_the_fixed_words_of_that_topic(stage, model):
    talk = stage.conversation("points")
    talk.send("hello")
    model.plan("choose", meaning="is this safe, who sees my data", containing=OPEN)
    reply = talk.send(OPEN)

    assert reply["response"].startswith("Your card is encrypted")
    assert (reply["currentStep"], reply["error"]) == ("name", None)
    assert len(calls_about(model, OPEN)) == 1


def test_an_amount_in_a_question_is_masked_before_a_model_sees_it(stage, model):
    talk = stage.conversation("points")
    talk.send("hello")
    talk.send(AMOUNT)
    [call] = calls_about(model, "is the •••• thing")

    assert not re.search(r"\d", repr([call["system"], call["messages"]]))


@pytest.mark.parametrize(
    "step",
    [
        {"behaviour": "off"},
        {"behaviour": "throttled"},
        {"behaviour": "error"},
        {"behaviour": "slow", "seconds": 4},
        {"behaviour": "say", "text": "I have paid it for you."},
        {"behaviour": "choose", "meaning": "agrees, pay now"},
        {"behaviour": "choose", "meaning": "stop, do not pay"},
        *({"behaviour": "hostile", "kind": kind} for kind in ("digits", "payment", "script", "link", "long", "empty")),
    ],
    ids=lambda step: " ".join(map(str, step.values())),
)
def test_a_model_that_misbehaves_or_points_at_a_decision_pays_ends_and_stores_nothing(stage, model, step):
    talk = stage.conversation("points")
    for said in COURSE:
        before = talk.send(said)
    model.plan(**step, containing=OPEN)
    after = talk.send(OPEN)

    assert (after["status"], after["currentStep"]) == ("awaiting_confirmation", "confirm")
    assert after["collected"] == before["collected"]
    model.clear()
    assert talk.send("confirm")["status"] == ("awaiting_confirmation" if "stop" in after["response"] else "completed")


def test_a_name_that_the_model_points_at_is_asked_back(stage, model):
    talk = stage.conversation("points")
    talk.send("hello")
    said = "wait what hmm right so that one then Zed Quux or whatever they put"
    model.plan("choose", meaning="gives the name on the card", name="Zed Quux", containing="Zed Quux")
    asked = talk.send(said)

    assert "Zed Quux" in asked["response"]
    assert asked["collected"]["name"] is None
    assert talk.send("yes")["collected"]["name"] == "Zed Quux"
