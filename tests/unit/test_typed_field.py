"""A message typed into a form's field is that value or nothing; what may be remembered of it is the same as ever."""

from datetime import date

import pytest

from chat.dialogue.state_machine import advance
from chat.understanding.typed_field import interpret_field
from chat.values.brands import ACCEPTED, Brand
from chat.values.card import Field, Refusal
from chat.values.session import KeptCard, Policy, Sealed, Session, Step
from tests.fakes import Payer, World

TODAY = date(2026, 11, 21)
POLICY = Policy(ACCEPTED, "help@shop.example")
CARD = "4242 4242 4242 4242"
VISA = KeptCard(Brand.VISA, "4242", Sealed(b"sealed"))


def typed(field, text, *, card=VISA):
    return interpret_field(text, field, Session("abc", step=Step(field.value), card=card), TODAY, POLICY)


@pytest.mark.parametrize(
    "name", ["Will Change", "Cancel Stop", "No Name", "Ja Nein", "Confirm Yes", "Help Me", "Mai Cvv", "José  Álvarez"]
)
def test_a_name_is_a_name_whatever_it_is_made_of(name):
    heard = typed(Field.NAME, name)

    assert heard.name == heard.masked == " ".join(name.split())
    assert heard.intent is heard.topic is None


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        (Field.NAME, "4242 4242 4242 4242", "name_looks_like_card"),
        (Field.NAME, "four two four two four two four two", "name_looks_like_card"),
        (Field.NAME, "John 3", "name_invalid"),
        (Field.NAME, "x" * 101, "name_invalid"),
        (Field.NAME, "?!", "name_invalid"),
        (Field.CARD, "cancel", "card_not_found"),
        (Field.CARD, "4242 4242", "card_incomplete"),
        (Field.CARD, "4242 4242 4242 4241", "card_checksum"),
        (Field.CARD, f"{CARD} 12/30 123", "card_length"),
        (Field.EXPIRY, "why?", "expiry_not_found"),
        (Field.EXPIRY, "12/30 and 123", "expiry_invalid"),
        (Field.EXPIRY, "13 30", "expiry_invalid"),
        (Field.EXPIRY, "10/26", "expiry_past"),
        (Field.CVV, "what is it?", "cvv_not_found"),
        (Field.CVV, "12", "cvv_length"),
        (Field.CVV, CARD, "cvv_length"),
    ],
)
def test_anything_else_is_refused_as_that_value_and_masked_whole(field, text, code):
    heard = typed(field, text)

    refused = getattr(heard, field.value)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.field) == (code, field)
    assert [getattr(heard, other.value) for other in Field if other is not field] == [None] * 3
    assert heard.masked == "••••"
    assert heard.partial_number is None


@pytest.mark.parametrize(
    ("field", "text", "masked"),
    [
        (Field.CARD, CARD, "Visa •••• 4242"),
        (Field.CARD, "４２４２４２４２４２４２４２４２", "Visa •••• 4242"),
        (Field.EXPIRY, "12/30", "12/30"),
        (Field.EXPIRY, "1230", "12/30"),
        (Field.EXPIRY, "12 2030", "12/30"),
        (Field.EXPIRY, "Dec 2030", "12/30"),
        (Field.CVV, "123", "•••"),
        (Field.CVV, "one two three", "•••"),
    ],
)
def test_the_value_is_taken_and_shown_masked(field, text, masked):
    heard = typed(field, text)

    assert not isinstance(getattr(heard, field.value), Refusal | None)
    assert (heard.masked, heard.private) == (masked, True)


def test_a_stage_for_test_numbers_refuses_others_in_a_field_too():
    few = Policy(ACCEPTED, "help@shop.example", test_cards_only=True)

    heard = interpret_field("4111 1111 1111 1111", Field.CARD, Session("abc", step=Step.CARD), TODAY, few)

    assert heard.card.code == "card_test_only"


def test_a_security_code_before_the_card_is_not_kept():
    heard = typed(Field.CVV, "123", card=None)

    assert (heard.cvv, heard.early_cvv, heard.masked) == (None, True, "••••")
    assert advance(Session("abc", step=Step.CARD), heard, POLICY).session.cvv is None


def test_the_six_steps_can_be_typed_into_fields():
    payer = Payer(World())
    payer.says("payment")

    for field, text in (("name", "Will Change"), ("card", CARD), ("expiry", "12/30"), ("cvv", "123")):
        review = payer.says(text, field=Field(field))

    assert review.session.step is Step.CONFIRM
    assert review.session.name == "Will Change"
    assert payer.says("confirm").payment


def test_a_command_in_a_field_is_no_command():
    payer = Payer(World())
    payer.says("payment")
    payer.says("John")

    answer = payer.says("cancel", field=Field.CARD)

    assert (answer.session.step, answer.session.error.code) == (Step.CARD, "card_not_found")
