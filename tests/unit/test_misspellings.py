"""Number words with a slip of the pen: several of one language together are a number, a lone one is not."""

import pytest

from chat.languages.folding import words
from chat.languages.vocabulary import vocabulary
from chat.understanding.digits.misspellings import find_misspelled, resemble_code
from chat.understanding.digits.normalize import Text, normalize
from chat.understanding.digits.number_words import find_runs, replace_secret_words, tokenize


def read(message) -> Text:
    """With the number words that are written well as digits, as it is when slips are looked for."""
    text = normalize(message)
    said = tokenize(text, vocabulary())
    return replace_secret_words(text, find_runs(text, said, vocabulary(), ()), [(0, len(message))])


def slips(message, known=(), *, in_digits=False):
    text = read(message)
    return [text.original(*span) for span in find_misspelled(text, vocabulary(), known, in_digits=in_digits)]


@pytest.mark.parametrize(
    ("message", "found"),
    {
        "sevn eigth nien": ["sevn eigth nien"],
        "it is sevn, eigth. nien ok": ["sevn, eigth. nien"],
        "sevn-eigth_nien": ["sevn-eigth_nien"],
        "sevn......eigth nien": ["sevn......eigth nien"],
        "sevn.......eigth nien": [],  # too far from each other
        "sevn and eigth and nien": ["sevn and eigth and nien"],
        "sevn house eigth house nien": [],
        "sevn eigth": [],  # too few where no digits are asked for
        "sevn": [],
        "sevn tfes nou": [],  # of three languages
        "house": [],
        "": [],
        "funfzg acht": ["funfzg acht"],  # two that are a code together: a ten and a unit
        "dreizen vierzg": ["dreizen vierzg"],
        "twlve": [],  # so short a word may be a name
        "elevn": [],
        "sevnteen": ["sevnteen"],
        "hello hunderd": ["hunderd"],
        "settecentottantnove": [],  # understood: 789
        "setecentotantnove": ["setecentotantnove"],
        "siebnhundertdreiundzwanzig": ["siebnhundertdreiundzwanzig"],
        "sevn 7": ["sevn 7"],  # beside a digit one is enough
        "7 sevn": ["7 sevn"],
        "sevn7": ["sevn7"],
        "seven sevn": ["seven sevn"],
        "12 sevn": [],  # not beside a number of two digits that was typed
        "twelve sevn": ["twelve sevn"],
        "room 7 and sevn 5": ["7 and sevn 5"],
        "7 seven": [],  # all of it is understood
        "house sevn eigth nien and nou dri": ["sevn eigth nien"],
    }.items(),
)
def test_slips_are_found_where_they_are_enough_for_a_code(message, found):
    assert slips(message) == found


@pytest.mark.parametrize(
    ("message", "found"),
    {
        "sevn eigth": ["sevn eigth"],
        "ok sevn, eigth": ["sevn, eigth"],
        "sevn and eigth": ["sevn and eigth"],
        "sevn eigth house nien": ["sevn eigth"],
        "eigth, sevn. Then nien, fiv": ["eigth, sevn. Then nien, fiv"],  # "then" is near "ten"
        "sevn": [],
        "sevn siete": ["sevn siete"],  # a word that is written well is a digit, of whatever language
        "sevn siette": [],
        "tre und dri": ["tre und dri"],
    }.items(),
)
def test_two_slips_are_enough_where_digits_are_asked_for(message, found):
    assert slips(message, in_digits=True) == found


def test_words_that_are_known_as_something_else_are_no_slips_unless_there_are_three():
    assert slips("sven nien", in_digits=True) == ["sven nien"]
    assert slips("sven nien", {"sven"}, in_digits=True) == ["sven nien"]
    assert slips("sven nien", {"sven", "nien"}, in_digits=True) == []
    assert slips("sven nien fiv", {"sven", "nien", "fiv"}, in_digits=True) == ["sven nien fiv"]


@pytest.mark.parametrize(
    ("message", "found"),
    {
        "ナナハチキュ": ["ナナハチキュ"],
        "ナナのハチ": ["ナナのハチ"],
        "ナナ": [],
        "わたしはジュウキュウ": ["わたしはジュウキュウ"],
        "あああああああああジュウキュウああああああああ": ["あああああああああジュウキュウああああああああ"],
        "ああああああああああああジュウキュウああああああああああああ": ["あああああジュウキュウあああああ"],
        "ああああああああナナあああああああああハチ": [],
        "ニ ナナジュゴ": ["ニ ナナジュゴ"],
        "ナナ ハチキュ": ["ハチキュ"],
        "ハチキュ、ナナ": ["ハチキュ"],
        "ヨン、それからナナ、それからロク": ["それからナナ、それからロク"],
        "4、そしてナナ、あとロク": ["そしてナナ、あとロク"],
        "ええ、ななこです": [],
        "2 まいです": [],
        "いちごがすき": [],
        "はい、じゅうしょはどこですか": [],
        "カード、おねがいします": [],
        "ナナのハチ アアア": ["ナナのハチ アアア"],  # what stands beside a number may be more of it
        "ナナのハチ 1、アアア": ["ナナのハチ 1、アアア"],
        "ナナのハチ と アアア": ["ナナのハチ と アアア"],
        "ナナのハチです。アアア": ["ナナのハチです"],
        "ジュウキュウ アアア": [],
    }.items(),
)
def test_in_kana_numbers_near_each_other_are_found_with_the_letters_around(message, found):
    assert slips(message) == found


def test_places_are_in_order_and_do_not_overlap():
    assert slips("7 dri dri so ナナハチキュ so sevn eigth nien so ナナのハチ") == [
        "7 dri dri", "ナナハチキュ", "sevn eigth nien", "ナナのハチ",
    ]  # fmt: skip
    assert slips("ナナのハチ sevn7 dri") == ["ナナのハチ", "sevn7 dri"]


def test_so_many_letters_are_taken_apart_and_no_more():
    slip = "siebnhundertdreiundzwanzig"

    assert slips("hausundgarten " * 30 + slip) == [slip]
    assert slips("hausundgarten " * 40 + slip) == []
    assert slips("x" * 35 + slip) == []


@pytest.mark.parametrize(
    ("name", "is_code"),
    {
        "sevn eigth nien": True,
        "mr sevn eigth nien the house": True,
        "sevn eigth": False,
        "funfzg acht": True,
        "peter funfzg acht": True,
        "peter paul funfzg acht": False,  # two of four
        "sevnteen": True,
        "peter sevnteen": False,
        "settecentottantnove": True,
        "peter paul settecentottantnove": True,  # so long a number is no name
        "sevn and eigth and nien": True,
        "sven nilsson": False,
        "seven": False,
        "": False,
    }.items(),
)
def test_a_name_resembles_a_code_if_it_is_mostly_number_words(name, is_code):
    assert resemble_code(words(name), vocabulary()) is is_code
