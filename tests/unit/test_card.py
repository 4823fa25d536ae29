from datetime import date

import pytest

from chat.values.brands import ACCEPTED, RANGES, Brand, brand_of
from chat.values.card import (
    PUBLIC_TEST_NUMBERS,
    CardNumber,
    Cvv,
    Expiry,
    Field,
    Refusal,
    check_card,
    check_cvv,
    check_expiry,
    is_public_test_number,
    luhn,
)

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("prefix", "brand"),
    [
        ("4", Brand.VISA), ("4011", Brand.VISA), ("401178", Brand.ELO), ("401180", Brand.VISA),
        ("51", Brand.MASTERCARD), ("55", Brand.MASTERCARD), ("2221", Brand.MASTERCARD), ("2720", Brand.MASTERCARD),
        ("2220", None), ("2721", None), ("2204", Brand.MIR), ("2205", None),
        ("34", Brand.AMEX), ("37", Brand.AMEX), ("35", None), ("3528", Brand.JCB), ("3589", Brand.JCB),
        ("300", Brand.DINERS), ("305", Brand.DINERS), ("306", None), ("36", Brand.DINERS), ("38", Brand.DINERS),
        ("6011", Brand.DISCOVER), ("644", Brand.DISCOVER), ("65", Brand.DISCOVER), ("643", None),
        ("62", Brand.UNIONPAY), ("622126", Brand.UNIONPAY), ("81", Brand.UNIONPAY), ("627780", Brand.ELO),
        ("5018", Brand.MAESTRO), ("6759", Brand.MAESTRO), ("493698", Brand.MAESTRO), ("506699", Brand.ELO),
        ("506099", Brand.VERVE), ("637095", Brand.HIPER), ("606282", Brand.HIPERCARD), ("9792", Brand.TROY),
        ("589562", Brand.NARANJA), ("0", None), ("99999999", None),
    ],
)  # fmt: skip
def test_a_number_belongs_to_the_narrowest_range_it_begins_with(prefix, brand):
    assert brand_of(prefix) is brand


@pytest.mark.parametrize("number", sorted(PUBLIC_TEST_NUMBERS), ids=lambda number: f"ends in {number[-4:]}")
def test_every_public_test_number_is_a_card(number):
    card = check_card(number)

    assert isinstance(card, CardNumber)
    assert is_public_test_number(card)


def test_any_other_number_is_no_public_test_number():
    assert not is_public_test_number(check_card("4000000000000000022"))


def test_one_wrong_digit_is_always_noticed():
    right = "4242424242424242"
    for place in range(16):
        for digit in "0123456789":
            wrong = right[:place] + digit + right[place + 1 :]
            assert luhn(wrong) == (wrong == right)


@pytest.mark.parametrize(
    ("digits", "code"),
    [
        ("4", "card_incomplete"), ("424242424242424", "card_incomplete"), ("42424242424242424", "card_length"),
        ("4242424242424241", "card_checksum"), ("6759649826438453", "card_brand_unsupported"),
        ("1234567890123452", "card_brand_unsupported"), ("1234567890123451", "card_checksum"),
        ("37828224631000", "card_incomplete"), ("3782822463100055", "card_length"),
        ("42424242424242424242", "card_length"),
    ],
    ids=["one digit", "one short", "seventeen", "typo", "maestro", "no brand", "no brand and a typo", "amex short",
         "amex long", "twenty"],
)  # fmt: skip
def test_a_refused_number_says_why(digits, code):
    assert check_card(digits).code == code


def test_a_stage_may_take_fewer_brands():
    assert check_card("4242424242424242", ACCEPTED - {Brand.VISA}).code == "card_brand_unsupported"


def test_unionpay_may_miss_the_check_digit():
    assert isinstance(check_card("6200000000000001"), CardNumber)


@pytest.mark.parametrize(
    ("month", "year", "code"),
    [
        (0, 30, "expiry_invalid"), (13, 30, "expiry_invalid"), (1, 100, "expiry_invalid"), (10, 26, "expiry_past"),
        (12, 1999, "expiry_past"), (12, 2046, "expiry_too_far"), (1, 99, "expiry_too_far"),
    ],
)  # fmt: skip
def test_a_refused_expiry_says_why(month, year, code):
    assert check_expiry(month, year, TODAY).code == code


@pytest.mark.parametrize(("month", "year"), [(11, 26), (12, 2026), (11, 46), (1, 27)])
def test_an_expiry_is_good_through_its_month_and_for_twenty_years(month, year):
    expiry = check_expiry(month, year, TODAY)

    assert isinstance(expiry, Expiry)
    assert str(expiry) == f"{month:02}/{year % 100:02}"


@pytest.mark.parametrize(("brand", "length"), [(each, 4 if each is Brand.AMEX else 3) for each in sorted(ACCEPTED)])
def test_the_length_of_a_security_code_depends_on_the_brand(brand, length):
    assert isinstance(check_cvv("1234"[:length], brand), Cvv)
    assert check_cvv("12345"[: 7 - length], brand).code == "cvv_length"


def test_card_data_does_not_print_itself():
    shown = repr((check_card("4242424242424242"), check_cvv("987", Brand.VISA)))

    assert "4242" not in shown
    assert "987" not in shown


def test_every_range_has_its_brand_from_end_to_end_and_of_two_the_narrower():
    ranges = [(brand, *part.partition("-")[::2]) for brand, text in RANGES.items() for part in text.split()]
    known = [
        (int((high or low).ljust(8, "9")) - int(low.ljust(8, "0")), int(low.ljust(8, "0")), brand)
        for brand, low, high in ranges
    ]
    edges = {low + beside for width, low, _ in known for beside in (-1, 0, width // 2, width, width + 1)}

    for edge in sorted(edges):
        holding = [(width, low, brand) for width, low, brand in known if low <= edge <= low + width]
        assert brand_of(f"{edge:08}") is (min(holding)[2] if holding else None), edge


@pytest.mark.parametrize(
    ("digits", "refusal"),
    [
        ("9" * 11, Refusal("card_incomplete", Field.CARD, None)),
        ("9" * 12, Refusal("card_checksum", Field.CARD, None)),
        ("9" * 19, Refusal("card_checksum", Field.CARD, None)),
        ("9" * 20, Refusal("card_length", Field.CARD, None)),
        ("9999999999900001", Refusal("card_brand_unsupported", Field.CARD, None)),
        ("424242424242", Refusal("card_incomplete", Field.CARD, Brand.VISA)),
        ("4242424242424242424242", Refusal("card_length", Field.CARD, Brand.VISA)),
        ("4242424242424241", Refusal("card_checksum", Field.CARD, Brand.VISA)),
        ("2200000000000053", Refusal("card_brand_unsupported", Field.CARD, Brand.MIR)),
        ("220000000000", Refusal("card_brand_unsupported", Field.CARD, Brand.MIR)),
        ("22000000000", Refusal("card_incomplete", Field.CARD, Brand.MIR)),
    ],
)  # fmt: skip
def test_a_refused_number_names_its_field_and_its_brand(digits, refusal):
    assert check_card(digits, ACCEPTED) == refusal


@pytest.mark.parametrize(
    ("month", "year", "read"),
    [
        (0, 30, Refusal("expiry_invalid", Field.EXPIRY)), (13, 30, Refusal("expiry_invalid", Field.EXPIRY)),
        (12, 100, Refusal("expiry_invalid", Field.EXPIRY)), (12, 1899, Refusal("expiry_invalid", Field.EXPIRY)),
        (12, 1900, Refusal("expiry_past", Field.EXPIRY)), (10, 26, Refusal("expiry_past", Field.EXPIRY)),
        (12, 99, Refusal("expiry_too_far", Field.EXPIRY)), (11, 26, Expiry(11, 2026)),
    ],
)  # fmt: skip
def test_a_refused_date_names_its_field(month, year, read):
    assert check_expiry(month, year, TODAY) == read


def test_a_refused_code_names_its_field_and_its_brand():
    assert check_cvv("12", Brand.AMEX) == Refusal("cvv_length", Field.CVV, Brand.AMEX)
    assert check_cvv("1234", Brand.VISA) == Refusal("cvv_length", Field.CVV, Brand.VISA)
    assert check_cvv("1234", Brand.AMEX).digits == "1234"
