"""Where the rules hear nothing certain a model may point. It decides nothing, whatever it answers."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.adapters.bedrock import (
    CHOICE,
    INSTRUCTION,
    MAX_PROMPT_LINE_CHARS,
    BedrockPointing,
    choice_prompt,
    prompt,
    tool,
)
from chat.dialogue.state_machine import advance
from chat.dialogue.transition import say_instead
from chat.languages.language import language_tags, load_language
from chat.languages.likeness import load_weights
from chat.turns.composing import Unanswered, WordingRequest
from chat.understanding.interpret import interpret
from chat.understanding.pointing.by_model import NOTHING, OpenMessage, Pointed, as_pointed, open_message, phrases
from chat.values.session import Line, Session, Step
from tests.conversations.offline import POLICY, TODAY, Payer
from tests.fakes import FakePointing, FakeTelemetry, World
from tests.fakes import Payer as ServedPayer
from tests.families.consent import at_the_review

UNHEARD = "mate, the thing with the other thing, you know"
STEPS = ("name", "card", "expiry", "cvv", "confirm")
SEED = ("hello", "Ada Hill", "4242 4242 4242 4242", "12/30", "123")


def session_at(step: str, tag: str = "en") -> Session:
    payer = Payer(tag)
    for said in SEED[: 1 + STEPS.index(step)]:
        payer.send(said)
    return payer.session


def pointed_at(session: Session, said: str, choice: Pointed):
    """What follows without and with the model's choice; None if the model is not asked."""
    heard = interpret(said, session, TODAY, POLICY)
    decided = advance(session, heard, POLICY)
    offered = open_message(heard, session)
    if offered is None or decided.confirmed or decided.session.outcome:
        return None
    other = as_pointed(heard, offered, choice, session)
    return decided, say_instead(decided, advance(session, other, POLICY)) if other else decided


CHOICES = st.builds(Pointed, st.sampled_from([*phrases().values(), NOTHING, "pay now", ""]), st.text(max_size=30))
MESSAGES = st.sampled_from(
    [
        UNHEARD, "is it ok like that?", "whatever", "hmm", "I do not know about this", "so what", "can my dog see it?",
        "ja nee weet je", "que sé yo", "まあそうかな", "是不是那样呢", "يعني شو", "oh dear me", "the blue one",
        "you said something about an email", "why though", "he said it is fine by him", "agent Smith here",
    ]
)  # fmt: skip


@given(choice=CHOICES, said=MESSAGES, step=st.sampled_from(STEPS), tag=st.sampled_from(["en", "es", "nl", "ja"]))
def test_whatever_a_model_chooses_nothing_is_stored_confirmed_ended_or_changed(choice, said, step, tag):
    found = pointed_at(session_at(step, tag), said, choice)
    if found is None:
        return
    decided, pointed = found
    asked_back = {
        "ending": False,
        "unsure_name": None,
        "choosing": False,
        "error": None,
        "refused": None,
        "refusals": 0,
    }

    assert replace(pointed.session, **asked_back) == replace(decided.session, **asked_back)
    assert pointed.session.choosing >= decided.session.choosing
    assert pointed.session.refusals <= decided.session.refusals
    assert not pointed.confirmed


def test_an_answer_that_a_model_found_does_not_make_a_bare_yes_pay():
    world = World(pointing=FakePointing(Pointed(phrases()["fees"])))
    payer = ServedPayer(world)
    for said in SEED:
        payer.says(said)
    answered = payer.says("so like bank wise and all that, you know, extra")

    assert "bank" in answered.response
    assert payer.says("yes").session.step is Step.CONFIRM
    assert payer.says("confirm").session.step is Step.DONE


@pytest.mark.parametrize(
    ("meaning", "said", "asked"),
    [
        ("consent", UNHEARD, "Please check"),
        ("cancel", UNHEARD, "Do you want to stop?"),
        ("change", UNHEARD, "What should I change"),
        ("change_card", UNHEARD, "What should I change"),
        ("another_card", UNHEARD, "What should I change"),
    ],
)
def test_a_decision_that_a_model_points_at_is_asked_back(meaning: str, said: str, asked: str):
    session = at_the_review("en").session
    heard = interpret(said, session, TODAY, POLICY)
    offered = replace(open_message(heard, session), phrases={phrases()[meaning]: meaning})
    after = advance(session, as_pointed(heard, offered, Pointed(phrases()[meaning]), session), POLICY)

    assert asked in after.reply
    assert (after.session.step, after.session.outcome) == (Step.CONFIRM, None)


@pytest.mark.parametrize(
    ("given_name", "asked_back"),
    [
        ("Zed", True),
        ("zed", False),  # not as it was written
        ("Ada Hill", False),  # not in the message
        ("", False),
        (" ", False),
        ("nine nine nine", False),
    ],
)
def test_a_name_is_a_part_of_the_message_and_asked_back(given_name: str, asked_back: bool):  # noqa: FBT001
    session = session_at("name")
    heard = interpret("hmm well whatever you like so Zed then nine nine", session, TODAY, POLICY)
    heard = replace(heard, masked=heard.masked, private=False, name=None, unsure_name=None, topic=None)
    offered = OpenMessage("hmm well whatever you like so Zed then nine nine nine", {phrases()["name"]: "name"})
    other = as_pointed(heard, offered, Pointed(phrases()["name"], given_name), session)

    assert (other.unsure_name if other else None) == (given_name if asked_back else None)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("name", "Ada Hill"),
        ("name", "how much is it?"),
        ("name", "cancel"),
        ("card", "4242 4242 4242 4242"),
        ("card", "forty two forty two and so on"),
        ("card", "sevn eigth nien"),
        ("cvv", "one two three"),
        ("cvv", "hmm let me look for it, it is so small"),
        ("confirm", "confirm"),
        ("confirm", "the name is wrong"),
        ("confirm", "ok so the 4242 thing, whatever it is"),
    ],
)
def test_a_model_is_not_asked_where_the_rules_are_certain_or_a_digit_was_said(step: str, said: str):
    session = session_at(step)

    assert open_message(interpret(said, session, TODAY, POLICY), session) is None


def test_the_opening_asks_no_model_unless_a_question_was_not_understood():
    world = World(pointing=FakePointing(Pointed(NOTHING)))

    for said in ("payment", "hello", "", "hey there you", "will my dog like it?"):
        ServedPayer(world, session_id=None).says(said)

    assert [each.said for each in world.pointing.asked] == ["will my dog like it?"]


def test_a_turn_asks_a_model_once_to_choose_or_to_word():
    world = World(pointing=FakePointing(Pointed(NOTHING)))
    payer = ServedPayer(world)
    payer.says("hello")
    worded = len(world.wording.requests)
    payer.says("so my aunt sent me here?")

    assert (len(world.pointing.asked), len(world.wording.requests) - worded) == (1, 0)


@pytest.mark.parametrize(
    ("cause", "counted", "worded"),
    [("off", [], 1), ("slow", [("ModelFallback", {"cause": "slow"})], 0)],
)
def test_without_an_answer_the_rules_reply_stands(cause, counted, worded):
    world, without = World(pointing=FakePointing(None, cause)), World()
    replies = []
    for each in (without, world):
        payer = ServedPayer(each)
        payer.says("hello")
        each.wording.requests.clear()
        each.telemetry.counts.clear()
        replies.append(payer.says("so my aunt sent me here?").response)

    assert replies[0] == replies[1]
    assert [each for each in world.telemetry.counts if each[0].startswith("Model")] == counted
    assert len(world.wording.requests) == worded


class Model:
    def __init__(self, *content) -> None:
        self.content, self.asked = list(content), []

    def converse(self, **request):
        self.asked.append(request)
        return {"output": {"message": {"content": self.content}}}


OFFERED = OpenMessage("is it dear?", {phrases()["how_much"]: "how_much", phrases()["name"]: "name"})


def chooses(*content, model_id="a-model"):
    return BedrockPointing(Model(*content), model_id, FakeTelemetry()).point(OFFERED, session_at("name"))


def used(value):
    return {"toolUse": {"toolUseId": "1", "name": "choose", "input": value}}


def test_a_models_choice_is_read_from_the_tool():
    assert chooses({"text": "Let me see."}, used({"meaning": "how much is it"})) == Pointed("how much is it")
    assert chooses(used({"meaning": "gives the name on the card", "name": "Ada"})).name == "Ada"
    assert chooses(used({"meaning": NOTHING, "name": 7})) == Pointed(NOTHING)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ([], "failed"),
        ([{"text": "how much is it"}], "failed"),
        ([used({"meaning": "how much is it"}), used({"meaning": NOTHING})], "failed"),
        ([used("how much is it")], "failed"),
        ([used({})], "unfit"),
        ([used({"meaning": "pay 4242"})], "unfit"),
        ([used({"meaning": ["how much is it"]})], "unfit"),
    ],
)
def test_any_other_answer_is_none(content, cause):
    with pytest.raises(Unanswered, match=cause):
        chooses(*content)


def test_without_a_model_none_is_asked():
    with pytest.raises(Unanswered, match="off"):
        chooses(used({"meaning": NOTHING}), model_id="")


def test_what_a_model_is_told_has_no_digit_and_a_list_without_what_makes_no_sense():
    model = Model(used({"meaning": NOTHING}))
    session = session_at("expiry")
    heard = interpret("does the Visa thing go with that as well?", session, TODAY, POLICY)
    BedrockPointing(model, "a-model", FakeTelemetry()).point(open_message(heard, session), session)
    [asked] = model.asked
    text = asked["messages"][0]["content"][0]["text"]
    [tool] = asked["toolConfig"]["tools"]
    offered = tool["toolSpec"]["inputSchema"]["json"]["properties"]["meaning"]["enum"]

    assert not any(char.isnumeric() for char in text + "".join(offered))
    assert asked["inferenceConfig"]["temperature"] == 0
    assert {phrases()["consent"], phrases()["name"]}.isdisjoint(offered)
    assert NOTHING in offered
    assert len(offered) <= 24


@pytest.mark.parametrize("tag", language_tags())
def test_every_meaning_has_a_phrase_of_its_own(tag: str):
    meanings = load_weights(tag).meanings

    assert set(meanings) <= phrases().keys()
    assert len(set(phrases().values())) == len(phrases())
    assert load_language(tag).answers


def test_to_choose_costs_no_more_than_to_word():
    """By characters, all that is known here: written ones cost four times those that are read."""
    lines = tuple(Line(role, "x" * MAX_PROMPT_LINE_CHARS) for role in ("user", "assistant") * 2)
    session = replace(session_at("name"), history=lines)
    said = open_message(interpret("so my aunt sent me here?", session, TODAY, POLICY), session)
    reply = "I can only help with the card for this payment. What is the name on the card?"
    to_choose = len(CHOICE + choice_prompt(said, session) + json.dumps(tool(said)))
    to_word = len(INSTRUCTION + prompt(WordingRequest(session, reply)))
    chosen = json.dumps({"meaning": phrases()["safe"]})

    assert to_choose + 4 * len(chosen) <= to_word + 4 * (len(reply) + len("How nice of you to ask!"))
