"""Questions about an order are heard in every language at every step, and people's names are not taken for them."""

import tomllib
from pathlib import Path

import pytest

from chat.dialogue.state_machine import advance
from chat.understanding.interpret import interpret
from chat.values.brands import Brand
from chat.values.card import Expiry
from chat.values.session import KeptCard, OrderVisit, Sealed, Session, Step
from payments.order import Capture, Purpose, Terms
from tests import families
from tests.conversations.offline import POLICY, TODAY, Payer

QUESTIONS = tomllib.loads((Path(families.__file__).parent / "questions.toml").read_text(encoding="utf-8"))
EVERY_LANGUAGE = pytest.mark.parametrize("tag", QUESTIONS)
STEPS = (Step.NAME, Step.CARD, Step.EXPIRY, Step.CVV, Step.CONFIRM)
HEARD = 0.95
TERMS = Terms("INV-1", Purpose.CHARGE, "Two tickets, 12 December", Capture.CHAT, 4990, "eur")
KEPT = KeptCard(Brand.VISA, "4242", Sealed(b""))


def at(step: Step, tag: str) -> Session:
    """A conversation about an order that has got so far."""
    have = STEPS.index(step)
    return Session(
        "abc", tag, step,
        name="Ada" if have > 0 else None, card=KEPT if have > 1 else None,
        expiry=Expiry(12, 2030) if have > 2 else None, cvv=Sealed(b"") if have > 3 else None,
        order=OrderVisit("ord_1", TERMS, livemode=False),
    )  # fmt: skip


def asked(tag: str) -> list[tuple[str, str]]:
    return [(topic, question) for topic, questions in QUESTIONS[tag].items() for question in questions]


@EVERY_LANGUAGE
@pytest.mark.parametrize("step", STEPS)
def test_ninety_five_of_a_hundred_questions_get_the_answer_to_their_topic(tag: str, step: Step) -> None:
    heard = [interpret(question, at(step, tag), TODAY, POLICY).topic == topic for topic, question in asked(tag)]

    assert sum(heard) / len(heard) >= HEARD


@EVERY_LANGUAGE
@pytest.mark.parametrize("step", STEPS)
def test_a_question_changes_nothing_and_counts_as_no_attempt(tag: str, step: Step) -> None:
    for _, question in asked(tag):
        session = at(step, tag)
        move = advance(session, interpret(question, session, TODAY, POLICY), POLICY)

        assert not move.confirmed, question
        assert move.session.step is step, question
        assert move.session.refusals == 0, question
        assert move.session.outcome is None, question


@EVERY_LANGUAGE
def test_every_language_is_asked_about_the_same_topics(tag: str) -> None:
    assert QUESTIONS[tag].keys() == QUESTIONS["en"].keys()


NAMES = {
    "en": ["Vincent Price", "Johnny Cash", "Bill Gates", "Will Young", "Grace Legit", "Amy Page", "Mark Button",
           "Andrew Card", "Sue Cost", "Ada Lovelace"],
    "de": ["Peter Masche", "Anna Preis", "Karl Zweck", "Ada Lovelace", "Lena Morgen", "Wim Wenders"],
    "fr": ["Jean Prix", "Marie Louche", "Paul Frais", "Ada Lovelace", "Luc Retour"],
    "es": ["María Cuesta", "Timo Werner", "Ada Lovelace", "Jesús Valle", "Rosario Recio"],
    "pt": ["João da Costa", "Ana Valor", "Ada Lovelace", "Inês Depois"],
    "it": ["Andrea Costa", "Anna Somma", "Ada Lovelace", "Chiara Dopo", "Pietro Storno"],
    "nl": ["Jan Bon", "Kees Korting", "Ada Lovelace", "Piet Prijs"],
    "ja": ["金田一", "佐藤うさぎ", "山田太郎", "合田真理", "いくた りら"],
    "zh": ["赵雪梅", "钱多", "何时明"],
    "ar": ["بطرس غالي", "سند محمد", "أحمد محمود", "كريم هاتف"],
    "sw": ["Ada Lovelace", "Juma Halali", "Neema Mushi", "Ali Ghali"],
}  # fmt: skip


@pytest.mark.parametrize(("tag", "name"), [(tag, name) for tag, names in NAMES.items() for name in names])
def test_a_name_with_a_word_of_the_questions_in_it_is_a_name(tag: str, name: str) -> None:
    payer = Payer(tag, order=TERMS)
    payer.send("hello")

    assert payer.send(name)["collected"]["name"] == name


@EVERY_LANGUAGE
def test_what_the_merchant_wrote_is_never_given_to_the_model_to_word(tag: str) -> None:
    opened = Session("abc", tag, order=OrderVisit("ord_1", TERMS, livemode=False))
    for message, session in [("hello", opened), *((question, at(Step.CARD, tag)) for _, question in asked(tag))]:
        heard = interpret(message, session, TODAY, POLICY)
        move = advance(session, heard, POLICY)

        assert not move.reword or (session is not opened and heard.topic is None), message
