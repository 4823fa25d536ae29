"""An expiry date is read in any way people write it, where it stands; what cannot be one is refused or left alone."""

from datetime import date

import pytest

from chat.languages.language import load_language
from chat.understanding.digits.normalize import digit_groups
from chat.understanding.expiries import find_corrected_expiry, find_written_expiry, parse_expiry_groups
from chat.values.card import Expiry, Field, Refusal

TODAY = date(2026, 11, 23)
INVALID = Refusal("expiry_invalid", Field.EXPIRY)
PAST = Refusal("expiry_past", Field.EXPIRY)
TOO_FAR = Refusal("expiry_too_far", Field.EXPIRY)


def written(text, tag="en"):
    return find_written_expiry(text, TODAY, load_language(tag))


def groups_of(text):
    return parse_expiry_groups(digit_groups(text), TODAY)


def corrected(text, known=Expiry(6, 2030), tag="en"):  # noqa: B008
    return find_corrected_expiry(text, digit_groups(text), known, TODAY, load_language(tag))


WRITTEN = [  # the date stands between the brackets
    ("[12/30]", Expiry(12, 2030)), ("[1/30]", Expiry(1, 2030)), ("[12/2030]", Expiry(12, 2030)),
    ("[12 / 30]", Expiry(12, 2030)), ("[12   /   30]", Expiry(12, 2030)), ("[12\\30]", Expiry(12, 2030)),
    ("until [07/28], thanks", Expiry(7, 2028)), ("[11/26]", Expiry(11, 2026)), ("[11/46]", Expiry(11, 2046)),
    ("[10/26]", PAST), ("[12/46]", TOO_FAR), ("[13/30]", INVALID), ("[00/30]", INVALID),
    ("[2030-12]", Expiry(12, 2030)), ("[2030/1]", Expiry(1, 2030)), ("[2030 . 07]", Expiry(7, 2030)),
    ("[2030   -   07] it says", Expiry(7, 2030)),
    ("[31/12/2030]", Expiry(12, 2030)), ("[12/31/2030]", Expiry(12, 2030)), ("[12-31-2030]", Expiry(12, 2030)),
    ("[31.12.2030]", Expiry(12, 2030)), ("[05.06.2030]", Expiry(6, 2030)), ("[06/06/2030]", Expiry(6, 2030)),
    ("[1.12.2030]", Expiry(12, 2030)), ("[12.31.2030]", Expiry(12, 2030)), ("[3/12/2030]", INVALID),
    ("[31/31/2030]", INVALID), ("[01/12/2026]", Expiry(12, 2026)), ("[12/01/2026]", Expiry(12, 2026)),
    ("[12/12/2026]", Expiry(12, 2026)), ("[03/04/2020]", INVALID), ("[31/10/2026]", PAST),
    ("[2030年12月]", Expiry(12, 2030)), ("[30年7月]", Expiry(7, 2030)), ("[2030 年 7 月]", Expiry(7, 2030)),
    ("[令和12年7月]", Expiry(7, 2030)), ("[令和 12 年 7 月]", Expiry(7, 2030)), ("[令和9年1月]", Expiry(1, 2027)),
    ("[December 2030]", Expiry(12, 2030)), ("[dec 30]", Expiry(12, 2030)), ("[Dec '30]", Expiry(12, 2030)),
    ("[dec30]", Expiry(12, 2030)), ("[DEC/30]", Expiry(12, 2030)), ("[dec-2030]", Expiry(12, 2030)),
    ("[december of 2030]", Expiry(12, 2030)), ("[december, 20 30]", Expiry(12, 2030)),
    ("[december 31st, 2030]", Expiry(12, 2030)), ("[december 1 2030]", Expiry(12, 2030)),
    ("[2030 December]", Expiry(12, 2030)), ("so [2030, dec]", Expiry(12, 2030)), ("[2030dec]", Expiry(12, 2030)),
    ("it ends in [june 2029] i think", Expiry(6, 2029)), ("[june 2020]", PAST), ("[june 2050]", TOO_FAR),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expiry"), WRITTEN)
def test_a_date_is_read_where_it_stands(text, expiry):
    start, end = text.index("["), text.index("]") - 1
    assert written(text.replace("[", "").replace("]", "")) == (expiry, (start, end), [])


@pytest.mark.parametrize(("tag", "text"), [
    ("es", "diciembre de 2030"), ("fr", "décembre 2030"), ("de", "Dezember 2030"),
    ("pt", "dezembro de 2030"), ("it", "dicembre del 2030"), ("nl", "december 2030"), ("sw", "desemba 2030"),
    ("ja", "December 2030"), ("de", "December 2030"),
])  # fmt: skip
def test_a_month_is_named_in_the_language_or_in_any_other(tag, text):
    assert written(text, tag)[:2] == (Expiry(12, 2030), (0, len(text)))


@pytest.mark.parametrize("text", [
    "", "hello", "december", "may I", "in december", "12", "1230", "2030", "december code 123", "december cvv 12",
    "december 123", "1/2/30", "123/30", "12/301", "12/20301", "12/30/1", "12    /30", "12/    30", "1202030-12",
    "2030-123", "2030    -12", "12-30", "1999-12", "2030年", "12月", "令和12年", "99 2030年x", "apples 2030",
    "2030    december", "december    2030",
])  # fmt: skip
def test_what_may_be_something_else_is_no_written_date(text):
    assert written(text) is None


TWO_DATES = [  # which of them is taken, and what the reading is
    ("10/29 11/31", "11/31", Expiry(11, 2031)),
    ("11/31 12/20", "11/31", Expiry(11, 2031)),
    ("12/20 11/31", "11/31", Expiry(11, 2031)),
    ("12/20 13/31", "13/31", INVALID),
    ("11/31 or 11/31", "11/31", Expiry(11, 2031)),
    ("10/29, sorry, 11/31", "11/31", Expiry(11, 2031)),
    ("11/31, not 10/29", "11/31", Expiry(11, 2031)),
    ("not 10/29 but 11/31", "11/31", Expiry(11, 2031)),
    ("11/31, sorry, 12/20", "12/20", PAST),
    ("december 2030, sorry, 11/31", "11/31", Expiry(11, 2031)),
    ("11/31, sorry, december 2030", "december 2030", Expiry(12, 2030)),
    ("11/31, not december 2030", "11/31", Expiry(11, 2031)),
]


@pytest.mark.parametrize(("text", "taken", "expiry"), TWO_DATES)
def test_of_two_dates_the_one_that_is_meant_is_taken_and_the_other_is_known(text, taken, expiry):
    read, (start, end), others = written(text)

    assert (read, text[start:end]) == (expiry, taken)
    assert len(others) == 1
    assert others[0] != (start, end)
    assert not any(char.isdigit() for char in text[:start].replace(text[slice(*others[0])], ""))


def test_the_last_of_three_dates_is_taken():
    assert written("10/29 11/31 12/32") == (Expiry(12, 2032), (12, 17), [(0, 5), (6, 11)])


def test_a_date_that_may_be_meant_or_not_is_refused_and_all_dates_are_known():
    assert written("10/29 no 11/31") == (INVALID, (9, 14), [(0, 5)])
    assert written("12/28 10/29 no 11/31") == (INVALID, (15, 20), [(0, 5), (6, 11)])


GROUPS = [  # and how many groups the date takes
    ("12 30", Expiry(12, 2030), 2), ("1 30", Expiry(1, 2030), 2), ("12 2030", Expiry(12, 2030), 2),
    ("12 30 456", Expiry(12, 2030), 2), ("12 20 30", Expiry(12, 2030), 3), ("12 20 30 456", Expiry(12, 2030), 3),
    ("12 20 456", PAST, 2), ("12 20", PAST, 2), ("7 20 30", Expiry(7, 2030), 3), ("0 5 30", Expiry(5, 2030), 3),
    ("0 5 2030", Expiry(5, 2030), 3), ("0 5 30 456", Expiry(5, 2030), 3), ("0 5 20 30", Expiry(5, 2030), 4),
    ("2030 12", Expiry(12, 2030), 2), ("2030 7", Expiry(7, 2030), 2), ("2030 7 123", Expiry(7, 2030), 2),
    ("2013 5", PAST, 2), ("2012 5", INVALID, 1), ("2030", INVALID, 1), ("2030 123", INVALID, 1),
    ("1 2 3 0", Expiry(12, 2030), 4), ("1 2 3 0 456", Expiry(12, 2030), 4), ("1 2 3 0 4 5 6", Expiry(12, 2030), 4),
    ("1 2 3", INVALID, 1), ("1 2 3 04", INVALID, 1), ("1230", Expiry(12, 2030), 1), ("122030", Expiry(12, 2030), 1),
    ("1230 456", Expiry(12, 2030), 1), ("203012", Expiry(12, 2030), 1), ("203007", Expiry(7, 2030), 1),
    ("1330", INVALID, 1), ("1220", PAST, 1), ("1250", TOO_FAR, 1), ("5", INVALID, 1), ("12", INVALID, 1),
    ("123", INVALID, 1), ("12345", INVALID, 1), ("1234567", INVALID, 1), ("12 345", INVALID, 1), ("123 30", INVALID, 1),
    ("12 3", INVALID, 1), ("0 12 30", INVALID, 2), ("0 5 300", INVALID, 1), ("5 5 30", INVALID, 1),
    ("1230 12", Expiry(12, 2030), 1), ("2130 12", INVALID, 1), ("20301 2", INVALID, 1),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expiry", "used"), GROUPS)
def test_a_date_is_read_from_groups_of_digits(text, expiry, used):
    assert groups_of(text) == (expiry, used)


CORRECTED = [  # of a card that is known to expire in 06/2030
    ("07 not 06", Expiry(7, 2030)), ("not 06 but 07", Expiry(7, 2030)), ("06, sorry, 07", Expiry(7, 2030)),
    ("31 not 30", Expiry(6, 2031)), ("2031 not 2030", Expiry(6, 2031)), ("not 2030 but 31", Expiry(6, 2031)),
    ("7 not 6", Expiry(7, 2030)), ("13 not 06", INVALID), ("20 not 30", PAST), ("2050 not 2030", TOO_FAR),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expiry"), CORRECTED)
def test_one_part_of_the_known_date_is_corrected(text, expiry):
    assert corrected(text) == expiry


@pytest.mark.parametrize("text", [
    "", "06", "07", "06 07", "07 06", "07 not 05", "31 not 29", "not 06", "not 06 but 07 or 08", "107 not 06",
    "123 not 06", "07 not 006", "20311 not 2030", "not 30 31 32",
])  # fmt: skip
def test_a_correction_of_another_value_leaves_the_date_alone(text):
    assert corrected(text) is None
