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
from chat.understanding.interpret import Interpretation, interpret
from chat.understanding.pointing.by_model import (
    NOTHING,
    OpenMessage,
    Pointed,
    as_pointed,
    offer,
    open_message,
    phrases,
)
from chat.values.card import Field, Refusal
from chat.values.session import Intent, Line, Session, Step
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
    answered = payer.says("bank things on top or what")

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


SAFE, FEES, NAME = phrases()["safe"], phrases()["fees"], phrases()["name"]
OFFERING = OpenMessage("so, hm, Zed?", {phrases()[each]: each for each in ("safe", "fees", "name", "cancel", "hello")})
GUESSED = Interpretation("so, hm, Zed?", topic="unclear", also="fees", unsure=Intent.CANCEL)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Pointed(SAFE), {"topic": "safe", "also": None, "unsure": None}),
        (Pointed(SAFE, also=FEES), {"topic": "safe", "also": "fees", "unsure": None}),
        (Pointed(SAFE, also=phrases()["hello"]), {"topic": "safe", "also": None, "unsure": None}),
        (Pointed(SAFE, also="pay now"), {"topic": "safe", "also": None, "unsure": None}),
        (Pointed(phrases()["cancel"], also=FEES), {"topic": None, "also": None, "unsure": Intent.CANCEL}),
        (Pointed(NAME, "Zed"), {"topic": None, "also": None, "unsure": None, "name": None, "unsure_name": "Zed"}),
    ],
)
def test_a_choice_takes_the_place_of_the_guess(choice: Pointed, expected: dict[str, object]):
    heard = replace(GUESSED, name=Refusal("name_invalid"))
    other = as_pointed(heard, OFFERING, choice, session_at("name"))

    assert {**vars(other), **expected} == vars(other)
    assert other.masked == heard.masked


@pytest.mark.parametrize("choice", [Pointed("pay now"), Pointed(NOTHING), Pointed(NAME), Pointed(NAME, "Mallory")])
def test_what_was_not_offered_and_a_name_that_nobody_wrote_lead_nowhere(choice: Pointed):
    assert as_pointed(GUESSED, OFFERING, choice, session_at("name")) is None


def test_a_name_that_was_heard_stays():
    other = as_pointed(replace(GUESSED, name="Ada Hill"), OFFERING, Pointed(SAFE), session_at("name"))

    assert other.name == "Ada Hill"


@pytest.mark.parametrize(
    "certain",
    [
        {"intent": Intent.NO}, {"changes": (Field.NAME,)}, {"different_card": True}, {"vague": True},
        {"unsure_name": "Ada"}, {"card": Refusal("card_length")}, {"expiry": Refusal("expiry_past")},
        {"cvv": Refusal("cvv_length")}, {"private": True}, {"private": True, "is_amount": True, "topic": None},
        {"masked": "is it ½ of it", "topic": "unclear"}, {"is_doubtful": True, "unsure": Intent.CANCEL},
        {"topic": "hello", "name": "Ada"}, {"name": "Ada", "topic": None}, {"language": "en", "topic": None},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_certain_or_private_is_not_open(certain: dict[str, object]):
    heard = Interpretation(**{"masked": "so, hm?", "topic": "unclear", **certain})

    assert open_message(heard, session_at("name")) is None
    assert open_message(Interpretation("so, hm?", topic="unclear"), session_at("name")) is not None


@pytest.mark.parametrize(
    ("tag", "topic", "said", "is_open"),
    [
        ("en", "safe", "is it safe to pay here", False),
        ("en", "safe", "is it safe to write my card number here", True),  # nine words
        ("en", "safe", "is it safe to enter my card here", False),  # eight
        ("ja", "safe", "ここに書いても安全ですか", False),
        ("ja", "safe", "ここにカードの番号を書いても本当に安全なのですか", True),
        ("en", "fees", "is it safe to pay here", True),  # the likeliest is another
        ("en", "safe", "xq zv wk", True),  # no saying is like it
        ("de", "safe", "ist das hier sicher", False),
    ],
)
def test_a_topic_is_open_in_a_long_message_or_where_another_is_likelier(tag, topic, said, *, is_open):
    assert (open_message(Interpretation(said, topic=topic), session_at("name", tag)) is not None) is is_open


def test_in_the_language_that_is_followed_from_this_message_on_its_own_sayings_count():
    heard = Interpretation("ist das hier sicher für meine karte", topic="unclear", language="de")

    assert next(iter(open_message(heard, session_at("name")).phrases.values())) == "safe"


@pytest.mark.parametrize(
    ("step", "held", "offered"),
    [
        ("name", {"change", "no", "consent"}, {"name", "cancel"}),  # nothing is known yet
        ("card", {"name", "consent"}, {"change", "no"}),
        ("confirm", {"name"}, {"change", "no", "consent"}),
    ],
)
def test_what_makes_no_sense_at_a_step_is_not_offered(step: str, held: set[str], offered: set[str]):
    found = set(offer("so, hm?", session_at(step), load_language("en")).phrases.values())

    assert not found & held
    assert found >= offered


def test_where_no_saying_is_like_it_all_is_offered_and_of_a_long_message_its_beginning():
    said = offer("xq " * 300, session_at("confirm"), load_language("en"))

    assert len(said.phrases) > 40
    assert len(said.said) == 400
    assert offer("is it safe?", session_at("confirm"), load_language("en")).phrases.keys() < said.phrases.keys()


@pytest.mark.parametrize("text", ["it is ٤", "x² and y", "four 4"])
def test_a_digit_of_any_script_keeps_a_message_from_being_offered(text: str):
    assert offer(text, session_at("confirm"), load_language("en")) is None
