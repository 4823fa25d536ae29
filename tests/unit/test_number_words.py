"""Numbers said in words: where each stands, what it says, and which of them are taken for digits."""

import pytest

from chat.languages.vocabulary import vocabulary
from chat.understanding.digits.cardinals import parse_number
from chat.understanding.digits.normalize import normalize
from chat.understanding.digits.number_words import (
    SpokenRun,
    are_clearly_digits,
    find_runs,
    has_number_word,
    replace_number_words,
    replace_secret_words,
    tokenize,
    words_among_scattered,
)

MONTHS = {"march": 3, "sept": 9}


def said(text):
    return tokenize(normalize(text), vocabulary())


def runs(text, months=()):
    return find_runs(normalize(text), said(text), vocabulary(), months)


@pytest.mark.parametrize(
    ("words", "number"),
    {
        "seven": ("7", 1),
        "0412": ("0412", 1),
        "四二": ("42", 1),
        "house": ("", 0),
        "double five": ("55", 2),
        "triple zero nine": ("000", 2),
        "double": ("", 0),
        "double twelve": ("", 0),
        "double house": ("", 0),
        "twenty three": ("23", 2),
        "twenty house": ("20", 1),
        "seven hundred": ("700", 2),
        "seven hundred eighty nine": ("789", 4),
        "seven hundred and eighty nine": ("789", 5),
        "seven hundred and": ("700", 2),
        "seven hundred and house": ("700", 2),
        "seven hundred eight hundred": ("700", 2),
        "two thousand thirty": ("2030", 3),
        "two thousand three hundred and four": ("2304", 6),
        "two thousand two thousand": ("2000", 2),
        "one thousand one hundred": ("1100", 4),
        "hundred": ("", 0),
        "thousand": ("", 0),
        "mille": ("", 0),
        "hundred five": ("105", 2),
        "ninety nine": ("99", 2),
    }.items(),
)
def test_a_number_is_read_from_words_and_so_many_of_them_are_used(words, number):
    tokens = [(at, at + 1, word) for at, word in enumerate(words.split())]

    assert parse_number(tokens, 0, vocabulary()) == number
    assert parse_number([(0, 1, "x"), *tokens], 1, vocabulary()) == number


@pytest.mark.parametrize(
    ("text", "tokens"),
    {
        "seven, Eight!": [(0, 5, "seven"), (7, 12, "eight")],
        "seven_eight": [(0, 5, "seven"), (6, 11, "eight")],
        "siebenhundertdreiundzwanzig": [(0, 13, "siebenhundert"), (13, 27, "dreiundzwanzig")],
        "xsiebenhundert": [(0, 14, "xsiebenhundert")],
        "siebenhundertx": [(0, 14, "siebenhundertx")],
        "fortytwo": [(0, 5, "forty"), (5, 8, "two")],
        "Sixten": [(0, 6, "sixten")],  # so short a word is a name
        "settecentottanta": [(0, 9, "settecent"), (9, 16, "ottanta")],
        "undacht": [(0, 7, "undacht")],
        "وثمانية": [(0, 1, "و"), (1, 7, "ثمانيه")],  # an "and" may come first in Arabic
        "ثمانيةوثلاثون": [(0, 6, "ثمانيه"), (6, 7, "و"), (7, 13, "ثلاثون")],
        "هذاثمانية": [(0, 9, "هذاثمانيه")],
        "ßfünf drei": [(0, 5, "ssfunf"), (6, 10, "drei")],  # the places are those of the text, which is shorter
        "コードは七百": [(0, 4, "こーとは"), (4, 6, "七百")],
        "quattroですか": [(0, 7, "quattro"), (7, 10, "てすか")],
        "七月": [(0, 2, "七月")],
        "七月八": [(0, 3, "七月八")],
        "ナナハチ": [(0, 2, "なな"), (2, 4, "はち")],
        "ナナハチキュウです": [(0, 2, "なな"), (2, 4, "はち"), (4, 7, "きゅう")],
        "はいナナハチキュウ": [(2, 4, "なな"), (4, 6, "はち"), (6, 9, "きゅう")],
        "はいナナハチ": [(0, 6, "はいななはち")],  # two numbers inside a word may be anything
        "ナナハチキュウてください": [(0, 12, "ななはちきゅうてくたさい")],  # so may three, before a verb
        "zwei" * 50: [(4 * at, 4 * at + 4, "zwei") for at in range(50)],
        "zwei" * 50 + "x": [(0, 201, "zwei" * 50 + "x")],
        "zwei" * 51: [(0, 204, "zwei" * 51)],  # nobody writes so long a word
        "": [],
    }.items(),
    ids=lambda each: each[:20] if isinstance(each, str) else "",
)
def test_a_text_is_divided_into_words_and_a_number_in_one_word_into_its_parts(text, tokens):
    assert said(text) == tokens


@pytest.mark.parametrize(
    ("text", "has_one"),
    {
        "seven": True,
        "all seven of us": True,
        "七": True,
        "第七天": True,
        "house": False,
        "12": False,
        "": False,
    }.items(),
)
def test_a_text_has_a_number_word_in_letters_or_as_a_numeral(text, has_one):
    assert has_number_word(said(text), vocabulary()) is has_one


@pytest.mark.parametrize(
    ("text", "few", "clearly"),
    [
        ("it is seven", 3, True),
        ("I said it is seven", 3, False),
        ("I said seven not eight", 3, True),
        ("I said 第七天 not so", 3, False),
        ("I said it's 七八", 3, True),
        ("七 or 八 dear me", 3, True),
        ("seven", 0, False),
        ("seven eight", 0, True),
    ],
)
def test_a_number_word_is_clearly_a_digit_in_few_words_or_beside_another(text, few, clearly):
    assert are_clearly_digits(said(text), vocabulary(), few=few) is clearly


@pytest.mark.parametrize(
    ("text", "found"),
    {
        "seven eight nine": [(True, "789", ["7", "8", "9"])],
        "it is seven eight nine": [(True, "789", ["7", "8", "9"])],
        "so it is seven eight nine": [(False, "789", ["7", "8", "9"])],
        "so I said seven eight, nine": [(False, "789", ["7", "8", "9"])],
        "so I said seven eight then nine": [(False, "78", ["7", "8"]), (False, "9", ["9"])],
        "seven then eight": [(False, "7", ["7"]), (False, "8", ["8"])],
        "seven eight": [(False, "78", ["7", "8"])],
        "double seven and eight": [(True, "778", ["77", "8"])],
        "seven hundred": [(False, "700", ["700"])],
        "seven 12": [(False, "7", ["7", "12"])],
        "12 seven": [(False, "7", ["12", "7"])],
        "12": [(False, "", ["12"])],
        "march seven": [(True, "7", ["7"])],
        "sept": [],
        "nine sept": [(False, "97", ["9", "7"])],
        "nine. . . . . . sept": [(False, "9", ["9"])],
        "house": [],
        "": [],
    }.items(),
)
def test_numbers_in_a_row_are_one_run_that_is_sure_behind_a_month_or_among_little_else(text, found):
    assert [(run.sure, run.spoken, [part[2] for part in run.parts]) for run in runs(text, MONTHS)] == found


def test_an_and_between_two_numbers_goes_with_the_second():
    [run] = runs("sete oito e nove")

    assert run.parts == [(0, 4, "7"), (5, 9, "8"), (10, 16, "9")]
    assert run.words == 3


@pytest.mark.parametrize(
    ("text", "digits"),
    {
        "it is seven eight nine ok": "it is 7 8 9 ok",
        "it is seven eight ok": "it is seven eight ok",
        "it is seven eight nine one ok": "it is 7 8 9 1 ok",
        "my seven hundred reasons dear": "my 700 reasons dear",
        "march seven it was so long ago": "march 7 it was so long ago",
        "room 12 seven it is as ever": "room 12 7 it is as ever",
        "room 123456 seven it is as ever": "room 123456 seven it is as ever",
        "room 123456 seven eight nine ok it is": "room 123456 7 8 9 ok it is",
        "12 it is": "12 it is",
    }.items(),
)
def test_words_for_as_many_digits_as_a_security_code_has_become_digits(text, digits):
    assert replace_number_words(normalize(text), runs(text, MONTHS), []).plain == digits


@pytest.mark.parametrize(
    ("text", "eager", "digits"),
    [
        ("the code is seven", (0, 17), "the code is 7"),
        ("the code is seven", (0, 12), "the code is seven"),
        ("the code is seven", (12, 12), "the code is seven"),
        ("the code is seven", (12, 13), "the code is 7"),
        ("one card only", (0, 13), "one card only"),  # an article
        ("one. Card", (0, 9), "1. Card"),
        ("two cards only", (0, 14), "2 cards only"),
        ("ok one one card", (0, 15), "ok 1 1 card"),
    ],
)
def test_a_single_number_word_becomes_a_digit_where_one_is_expected(text, eager, digits):
    assert replace_number_words(normalize(text), runs(text), [eager]).plain == digits


def test_a_number_that_goes_on_as_a_word_is_none_by_itself():
    run = SpokenRun(sure=False, parts=[(0, 1, "700")], spoken="700")

    assert run.is_number("七", [])
    assert not run.is_number("七x", [])
    assert run.is_number("七x", [(0, 1)])
    assert SpokenRun(sure=True, parts=run.parts, spoken="700").is_number("七x", [])


SCATTERED = {
    "nine then two then six": "9 then 2 then 6",
    "nine then two then one": "9 then 2 then 1",
    "nine of us and one of us and then one": "nine of us and one of us and then one",  # an article
    "nine then two": "nine then two",
    "第七天 第八天 第二天": "第7天 第8天 第2天",
    "第七天 第八天 第一天": "第七天 第八天 第一天",  # part of many words, where no number is said by itself
    "第七天 第八月 第二天": "第七天 第八月 第二天",
    "第七天 第一天 and eight of us": "第7天 第1天 and 8 of us",
}


@pytest.mark.parametrize(("text", "digits"), SCATTERED.items())
def test_three_numbers_with_words_between_may_be_a_code_so_that_they_are_not_stored(text, digits):
    assert replace_secret_words(normalize(text), runs(text), []).plain == digits


def test_where_few_are_scattered_the_rest_is_read_as_elsewhere():
    assert replace_secret_words(normalize("the code is seven"), runs("the code is seven"), [(0, 17)]).plain.endswith(
        "7"
    )


def test_no_word_among_scattered_numbers_is_a_name():
    text = "I am nine then two then six ok"

    assert words_among_scattered(normalize(text), runs(text)) == {"nine", "then", "two", "six"}
    assert words_among_scattered(normalize("I am nine then two"), runs("I am nine then two")) == frozenset()
