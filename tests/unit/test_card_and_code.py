"""A security code beside a card number becomes neither its last digits nor a date: what may be either is asked."""

from dataclasses import replace

import pytest

from chat.understanding.interpret import interpret
from chat.values.brands import Brand
from chat.values.card import CardNumber, Cvv, Expiry
from chat.values.session import Session, Step
from tests.conversations.offline import POLICY, TODAY, Payer
from tests.families import amex_codes
from tests.families.card_with_code import family

AT_THE_CARD = Session("abc", "en", Step.CARD, name="Ada")


def test_no_code_of_any_brand_length_grouping_or_split_comes_to_light():
    assert [typed.way for typed in family(40) if typed.leaks()] == []


@pytest.mark.parametrize("text", [
    "4242 4242 4242 4242 055", "4242-4242-4242-4242-055", "4242 4242 4242 4242, 055", "4242424242424242055",
    "4242 4242 4242 4242 055 12/30", "4242 4242 4242 4242 055 1230", "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 0 5 5",
    "6200 0000 0000 0001 123", "6200000000000001123",
])  # fmt: skip
def test_a_number_that_may_be_longer_or_have_a_code_beside_it_is_asked_for_alone(text):
    heard = interpret(text, AT_THE_CARD, TODAY, POLICY)

    assert heard.card.code == "card_length"
    assert "055" not in heard.masked
    assert "123" not in heard.masked


def test_a_code_is_taken_where_the_number_can_be_no_other():
    heard = interpret("4242 4242 4242 4242 123", AT_THE_CARD, TODAY, POLICY)

    assert heard.card.last4 == "4242"
    assert isinstance(heard.cvv, Cvv)


def test_the_reply_asks_for_the_number_alone_and_takes_it():
    payer = Payer()
    for text in ("hello", "Ada"):
        payer.send(text)

    asked, taken = payer.send("4242 4242 4242 4242 055"), payer.send("4242 4242 4242 4242")

    assert "alone, without security code" in asked["response"]
    assert taken["collected"]["last4"] == "4242"


def test_a_number_in_two_messages_with_its_code_is_asked_for_alone():
    begun = interpret("4242 4242 4242", AT_THE_CARD, TODAY, POLICY)

    rest = interpret("4242 055", replace(AT_THE_CARD, partial_number=begun.partial_number), TODAY, POLICY)

    assert rest.card.code == "card_length"


@pytest.mark.parametrize("between", ["3209 code", "is the code 3209?", "expires 12/30"])
def test_a_code_or_a_date_in_between_ends_a_begun_number(between):
    payer = Payer()
    for text in ("hello", "Ada", "6270424083273", between):
        payer.send(text)

    reply = payer.send("383")  # with the digits before the code, a number of UnionPay

    assert reply["collected"]["last4"] is None


def test_a_long_unionpay_number_is_taken_when_it_is_sent_again():
    number = "6212341111111111000"  # its first 16 digits may be a number without a check digit
    first = interpret(number, AT_THE_CARD, TODAY, POLICY)

    again = interpret(number, replace(AT_THE_CARD, partial_number=first.partial_number), TODAY, POLICY)
    another = interpret("055", replace(AT_THE_CARD, partial_number=first.partial_number), TODAY, POLICY)

    assert first.card.code == "card_length"
    assert again.card.last4 == "1000"
    assert not isinstance(another.card, CardNumber)


@pytest.mark.parametrize("text", [
    "378686832390710  0134", "378686832390710 01 34", "3786868323907100134", "378686832390711 0134",
])  # fmt: skip
@pytest.mark.parametrize("step", [Step.NAME, Step.CARD, Step.EXPIRY, Step.CVV])
def test_four_digits_beside_an_amex_are_neither_date_nor_code_without_a_label(text, step):
    heard = interpret(text, replace(AT_THE_CARD, step=step), TODAY, POLICY)

    assert heard.expiry is None
    assert heard.cvv is None
    assert "34" not in heard.masked


@pytest.mark.parametrize("text", [
    "378686832390710 exp 0134", "378686832390710 01/34", "378686832390710 0134 9876", "378686832390710 0134 cvv 1234",
])  # fmt: skip
def test_a_labelled_or_written_date_beside_an_amex_is_its_expiry(text):
    heard = interpret(text, AT_THE_CARD, TODAY, POLICY)

    assert heard.card.brand is Brand.AMEX
    assert heard.expiry == Expiry(1, 2034)


def test_a_code_said_in_pairs_beside_its_card_is_no_date():
    assert interpret("4242 4242 4242 4242 1 30", AT_THE_CARD, TODAY, POLICY).expiry is None


def test_no_code_of_an_amex_that_looks_like_a_date_is_taken_for_one():
    assert [typed.step for typed in amex_codes.family(10) if typed.is_taken()] == []
