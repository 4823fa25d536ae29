from datetime import date

import pytest

from chat.dialogue.settling import settle
from chat.dialogue.shown_name import shown_name
from chat.dialogue.state_machine import advance
from chat.dialogue.transition import Transition
from chat.understanding.interpret import interpret
from chat.values.brands import ACCEPTED
from chat.values.session import Decline, Policy, Session, Step

TODAY = date(2026, 11, 23)
POLICY = Policy(brands=ACCEPTED, contact="help@shop.example")


def say(session: Session, *messages: str) -> Transition:
    for message in messages:
        move = advance(session, interpret(message, session, TODAY, POLICY), POLICY)
        session = move.session
    return move


REVIEWED = ("payment", "John", "4242 4242 4242 4242", "12/30", "123")


def test_six_turns_collect_a_card_and_confirm_it():
    steps, session = [], Session("abc")
    for message in REVIEWED:
        session = say(session, message).session
        steps.append(str(session.step))

    assert steps == ["name", "card", "expiry", "cvv", "confirm"]
    assert say(session, "confirm").confirmed


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(("change the card", "4242", "never mind", "123"), id="the card was to be changed, then kept"),
        pytest.param(("change the card", "4242", "change the name", "Ada", "123"), id="something else was changed"),
        pytest.param(("use a different card", "5555", "5555 5555 5555 4444", "12/30", "123"), id="typed in full later"),
    ],
)
def test_no_begun_card_number_is_left_at_the_review(said):
    session = say(Session("abc"), *REVIEWED, *said).session

    assert session.step is Step.CONFIRM
    assert session.partial_number is None


def test_a_begun_card_number_can_be_finished_after_a_change_of_name():
    session = say(Session("abc"), "payment", "John", "4242 4242", "change the name", "Ada", "4242 4242").session

    assert (session.name, session.card.last4, session.partial_number) == ("Ada", "4242", None)


def test_a_third_decline_ends_the_conversation():
    session = say(Session("abc"), *REVIEWED, "confirm").session
    for _ in range(3):
        move = settle(session, Decline("cvv_incorrect"), POLICY)
        session = say(move.session, "123").session if not move.session.outcome else move.session

    assert session.status == "failed"
    assert session.error.code == "too_many_attempts"


@pytest.mark.parametrize(
    ("before", "refused"),
    [
        pytest.param(("payment",), "4242", id="name"),
        pytest.param(("payment", "John"), "4242 4242 4242 4241", id="card"),
        pytest.param(("payment", "John", "4242 4242 4242 4242"), "01/20", id="expiry"),
        pytest.param(("payment", "John", "4242 4242 4242 4242", "12/30"), "12", id="cvv"),
    ],
)
def test_the_fifth_refused_value_in_a_row_ends_the_conversation(before, refused):
    fourth = say(Session("abc"), *before, *[refused] * 4).session
    fifth = say(fourth, refused).session

    assert (fourth.status, fifth.status) == ("collecting", "failed")
    assert fifth.error.code == "too_many_attempts"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("jan van den berg", "Jan van den Berg"),
        ("o'brien-smith, mary", "O'Brien-Smith, Mary"),
        ("de la cruz", "De la Cruz"),
        ("élodie d’angelo", "Élodie D’Angelo"),
        ("JAN VAN DEN BERG", "JAN VAN DEN BERG"),
        ("Ada lovelace", "Ada lovelace"),
        ("田中 さくら", "田中 さくら"),
        ("محمد علي", "محمد علي"),
        (None, ""),
    ],
)
def test_a_name_without_any_capital_is_shown_with_them(typed: str | None, shown: str):
    assert shown_name(typed) == shown


def test_a_name_is_kept_as_it_was_typed_and_shown_with_capitals():
    move = say(Session("abc"), "hello", "ada king")

    assert (move.session.name, "Ada King" in move.reply) == ("ada king", True)
