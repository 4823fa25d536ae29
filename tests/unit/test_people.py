"""People are understood in their own words: what they agree to, end and correct, and which name they give."""

import pytest

from chat.dialogue.afterwards import reply_afterwards
from chat.understanding.interpret import interpret
from chat.values.session import Outcome, Session, Step
from tests.conversations.offline import POLICY, TODAY, Payer
from tests.families.consent import BARE_YES, at_the_review
from tests.families.sayings import KINDS, SAYINGS, harm, rates

EVERY_LANGUAGE = pytest.mark.parametrize("tag", SAYINGS)
HEARD = 0.93


@EVERY_LANGUAGE
@pytest.mark.parametrize("kind", KINDS)
def test_ninety_three_of_a_hundred_sayings_are_heard(tag: str, kind: str) -> None:
    seen, held_out = rates(tag, kind)

    assert (seen.heard + held_out.heard) / (seen.said + held_out.said) >= HEARD


@EVERY_LANGUAGE
def test_no_correction_pays_the_old_value_and_no_agreement_deletes(tag: str) -> None:
    assert harm(tag) == 0


def at_the_name(tag: str) -> Payer:
    payer = Payer(tag)
    payer.send("hello")
    return payer


@pytest.mark.parametrize(
    ("tag", "said", "name"),
    [
        ("de", "na gut dann halt Kerstin Bäcker", "Kerstin Bäcker"),
        ("pt", "ta bom, Cleide Souza", "Cleide Souza"),
        ("pt", "ok entao, Inês Silva", "Inês Silva"),
        ("en", "oh my name is actually Tom Bakker", "Tom Bakker"),
        ("ja", "田中さくらです", "田中さくら"),
        ("zh", "好吧，赵雪梅", "赵雪梅"),
        ("ar", "انا احمد محمود", "احمد محمود"),
        ("sw", "haya, Neema Mushi", "Neema Mushi"),
        ("en", "First name: Tom\nLast name: Bakker", "Tom Bakker"),
        ("en", "First name: Tom / Last name: Bakker", "Tom Bakker"),
        ("en", '{"name": "Tom Bakker"}', "Tom Bakker"),
        ("en", "cardholder=Tom Bakker", "Tom Bakker"),
        ("de", "Vorname: Sabine, Nachname: Müller", "Sabine Müller"),
    ],
)
def test_a_name_is_taken_without_the_words_around_it(tag: str, said: str, name: str) -> None:
    assert at_the_name(tag).send(said)["collected"]["name"] == name


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("ar", "نعم اكد"),
        ("en", "Will Change"),
        ("en", "Bill Wait"),
        ("en", "Sue Help"),
        ("en", "Sam Hello"),
        ("en", "Hank Thanks"),
    ],
)
def test_what_may_be_a_name_is_asked_back_and_taken_by_a_yes(tag: str, said: str) -> None:
    payer = at_the_name(tag)
    asked = payer.send(said)

    assert said in asked["response"]
    assert asked["collected"]["name"] is None
    assert asked["error"] is None
    assert payer.send(BARE_YES[tag])["collected"]["name"] == said


@pytest.mark.parametrize(("tag", "said"), [("en", "agent"), ("en", "lol no"), ("de", "bin mir nicht sicher")])
def test_talk_is_answered_and_no_name(tag: str, said: str) -> None:
    payer = at_the_name(tag)
    answered = payer.send(said)

    assert (answered["collected"]["name"], answered["error"]) == (None, None)
    assert payer.send(BARE_YES[tag])["collected"]["name"] is None


def test_a_no_to_the_name_that_was_asked_back_asks_for_it_again() -> None:
    payer = at_the_name("en")
    payer.send("Will Change")

    assert payer.send("no")["collected"]["name"] is None
    assert payer.send("Tom Bakker")["collected"]["name"] == "Tom Bakker"


def test_a_yes_to_a_name_at_the_review_pays_nothing() -> None:
    payer = at_the_review("en")
    payer.send("can you change the name to Tom Bakker?")
    reply = payer.send("yes")

    assert (reply["status"], reply["collected"]["name"]) == ("awaiting_confirmation", "Tom Bakker")


def test_talk_ends_no_conversation_and_the_last_attempt_is_announced() -> None:
    payer = at_the_name("en")
    payer.send("Ada")
    for _ in range(8):
        assert payer.send("hmm well you see")["status"] == "collecting"
    replies = [payer.send("4242 4242 4242 4241") for _ in range(5)]

    assert [reply["status"] for reply in replies] == ["collecting"] * 4 + ["failed"]
    assert "One more try" in replies[3]["response"]


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("can I get a receipt?", "receipt"),
        ("I want a refund", "Refunds"),
        ("start over", "finished"),
        ("I made a mistake", "finished"),
        ("confirm", None),
    ],
)
def test_questions_after_the_end_are_answered(said: str, answered: str | None) -> None:
    session = Session("abc", "en", Step.DONE, Outcome.COMPLETED)
    reply = reply_afterwards(session, interpret(said, session, TODAY, POLICY), POLICY)

    assert reply is None if answered is None else answered in (reply or "")
