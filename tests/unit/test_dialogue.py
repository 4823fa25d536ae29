from datetime import date

from chat.dialogue.state_machine import Transition, advance, settle
from chat.understanding.interpret import interpret
from chat.values.brands import ACCEPTED
from chat.values.session import Decline, Policy, Session

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


def test_a_third_decline_ends_the_conversation():
    session = say(Session("abc"), *REVIEWED, "confirm").session
    for _ in range(3):
        move = settle(session, Decline("cvv_incorrect"), POLICY)
        session = say(move.session, "123").session if not move.session.outcome else move.session

    assert session.status == "failed"
    assert session.error.code == "too_many_attempts"
