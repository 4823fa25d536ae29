"""People greet, tell and ask in one message: the question is answered, the value taken, an amount is no card number."""

import pytest

from chat.understanding.interpret import interpret
from chat.values.brands import Brand
from chat.values.card import Refusal
from chat.values.session import KeptCard, Sealed, Session, Step
from tests.conversations.offline import POLICY, TODAY
from tests.families.consent import at_the_review


def hears(message: str, step: Step, tag: str = "en"):
    card = KeptCard(Brand.VISA, "4242", Sealed(b"")) if step in (Step.EXPIRY, Step.CVV) else None
    name = None if step is Step.NAME else "Ada Byron"
    return interpret(message, Session("abc", tag, step, name=name, card=card), TODAY, POLICY)


@pytest.mark.parametrize(
    ("tag", "message", "topic"),
    [
        ("en", "Great, thanks! Will I get a receipt?", "receipt"),
        ("en", "Good morning. My sister sent me here. Is this safe?", "safe"),
        ("de", "Guten Tag, hier ist Frau Kern. Ich kenne mich nicht aus. Ist das sicher?", "safe"),
        ("es", "gracias, cuándo llega mi pedido?", "delivery"),
        ("sw", "Asante sana. Risiti nitaipata wapi?", "receipt"),
        ("ja", "ありがとうございました。領収書は発行していただけますか。", "receipt"),
    ],
)
def test_a_question_behind_a_greeting_or_thanks_is_answered(tag, message, topic):
    session = at_the_review(tag).session

    assert interpret(message, session, TODAY, POLICY).topic == topic


@pytest.mark.parametrize(
    ("tag", "message", "name", "topic"),
    [
        ("en", "My name is Jane Hill. Is this safe?", "Jane Hill", "safe"),
        ("en", "my name is Prof. Jane Hill", "Prof. Jane Hill", None),
        ("sw", "Jina ni Neema Mushi. Naomba kuuliza, je hii ni salama?", "Neema Mushi", "safe"),
        ("en", "I am from Leeds, England. How much is it?", None, "how_much"),
    ],
)
def test_a_question_beside_a_name_is_answered_too(tag, message, name, topic):
    heard = hears(message, Step.NAME, tag)

    assert (heard.name, heard.topic) == (name, topic)


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("it is the name you need to change, dear: the name on the card is Mrs J Hill", "Mrs J Hill"),
        ("and the name on this one is Jane Hill", "Jane Hill"),
        ("the name on the card is jo", "jo"),
    ],
)
def test_of_several_things_said_about_the_name_the_name_is_heard(message, name):
    assert hears(message, Step.NAME).name == name


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("en", "wait, can I change to size 9.5? I picked the wrong one"),
        ("es", "¿los 150 euros me los quitan de la cuenta ya?"),
        ("ja", "カードの番号をここに書いても安全なのでしょうか。孫に気をつけるように言われておりまして"),
        ("en", "will it be 1234 in the end, all in all"),
    ],
)
def test_an_amount_or_a_size_in_a_sentence_is_no_part_of_a_card_number(tag, message):
    assert hears(message, Step.CARD, tag).card is None


@pytest.mark.parametrize("message", ["4242", "it is 4242 4242", "sorry, I meant 4242 4242 4242 42", "my card is 424"])
def test_the_beginning_of_a_number_is_one(message):
    assert isinstance(hears(message, Step.CARD).card, Refusal)


@pytest.mark.parametrize(
    "message",
    [
        "Confirm. Thank you for explaining.",
        "Understood, thanks. Confirm.",
        "yeah no worries confirm",
        "confirm, cheers",
    ],
)
def test_a_consent_beside_thanks_is_consent(message):
    payer = at_the_review("en")

    assert payer.send(message)["status"] == "completed"


@pytest.mark.parametrize(
    "message", ["Confirm. But not the 300.", "I will ask my wife. Confirm?", "confirm, or shall I wait", "ok and now"]
)
def test_a_consent_beside_anything_else_is_asked_back(message):
    payer = at_the_review("en")

    assert payer.send(message)["status"] == "awaiting_confirmation"
