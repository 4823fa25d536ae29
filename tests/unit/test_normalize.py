"""Digits are read in whatever script they are written, and what is read is found again where it was typed."""

import pytest

from chat.understanding.digits.normalize import BLANK, DigitGroup, Text, digit_groups, normalize

SEEN = {  # as it is typed: as it is understood
    "": "", "4242 4242": "4242 4242", "Ada": "Ada", "a\x00b": "a b", "é\x00b": "é b", "José": "José",
    "４２４２": "4242", "（４２）": "(42)", "Ａｄａ！": "Ada!", "～": "~", "٤٢٤٢": "4242", "۴۲": "42", "४२": "42",
    "④②": "42", "⑩": "10", "½": " ", "⅔": " ", "²": "2", "Ⅻ": "12",
    "4–2": "4-2", "4—2": "4-2", "4−2": "4-2", "12⁄30": "12/30", "12∕30": "12/30", "don’t": "don't",
    "4\u00a02": "4 2", "4\u30002": "4 2", "4\u200b2": "42", "\u200f42\u200e": "42", "4\ufe0f\u20e32\ufe0f\u20e3": "42",
    "e\u0301": "e", "ｶﾞ": "カ", "ｱ": "ア", "ﾟ": "", "。": "。", "｡": "。",
    "4ー2": "4-2", "4 ー 2": "4 - 2", "カード": "カード", "4ード": "4ード", "カー4": "カー4",
    "四二四二": "4242", "四 二 四 二": "4 2 4 2", "四-二、四": "4-2、4", "四・二": "四・二", "一": "一", "十二": "十二",
    "一二三": "123", "〇一二": "012", "七百二十三": "723", "四二a四二": "四二a四二",
    "四,     二,     四": "四,     二,     四",
    "四     二     四": "4     2     4", "四      二      四": "四      二      四",
    "4二4": "424", "4 二 4": "4 2 4", "4-二-4": "4-2-4", "4.二.4": "4.二.4", "4二": "4二",
    "3千5": "30005", "12月30日": "12月30日",
    "é 123": "é 123",
}  # fmt: skip


@pytest.mark.parametrize(("typed", "seen"), SEEN.items())
def test_a_message_is_understood_as_it_is_seen(typed, seen):
    text = normalize(typed)

    assert text.plain == seen
    assert text.typed == typed


FOUND = [  # what is understood, and what was typed there
    ("card 4242!", "4242", "4242"), ("é ４２４２!", "4242", "４２４２"), ("é 4\u200b2 b", "42", "4\u200b2"),
    ("⑩⑩ é", "1010", "⑩⑩"), ("⑩ é", "é", "é"), ("code 七百二十三 é", "723", "七百二十三"),
    ("七百二十三", "723", "七百二十三"), ("卡 四二 四二 x", "42 42", "四二 四二"), ("卡 四二 四二 x", "x", "x"),
    ("四二四二 和 七百二十三", "723", "七百二十三"),
    ("ｶﾞ 42", "42", "42"), ("ｶﾞ", "カ", "ｶﾞ"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "understood", "original"), FOUND)
def test_what_is_understood_is_found_where_it_was_typed(typed, understood, original):
    text = normalize(typed)
    start = text.plain.index(understood)

    assert text.original(start, start + len(understood)) == original
    assert text.original(start, start) == ""
    assert text.place(start) == typed.index(original)
    assert text.index(typed.index(original)) == start


@pytest.mark.parametrize("typed", ["card 4242", "é ４２", "⑩", "七百二十三"])
def test_the_end_of_what_is_understood_is_the_end_of_what_was_typed(typed):
    text = normalize(typed)

    assert text.place(len(text.plain)) == len(typed)
    assert text.original(0, len(text.plain)) == typed


def test_what_has_been_understood_is_blank_and_nothing_moves():
    for typed in ("code 123, 12/30 é", "code 123, 12/30"):
        text = normalize(typed)
        rest = text.without(((5, 8), (10, 15)))

        assert rest.plain == typed[:5] + BLANK * 3 + ", " + BLANK * 5 + typed[15:]
        assert (rest.typed, rest.places) == (typed, text.places)
        assert text.without(()) == text


def test_digits_stand_in_place_of_words_and_the_rest_is_found_again():
    said = "code one twenty-three ok"
    text = Text(said, said).with_digits([(5, 8, "1"), (9, 21, "23")])

    assert text.plain == "code 1 23 ok"
    assert text.typed == said
    assert text.original(5, 6) == "one"
    assert text.original(7, 9) == "twenty-three"
    assert text.original(5, 9) == "one twenty-three"
    assert text.original(10, 12) == "ok"
    assert text.place(8) == 9
    again = text.with_digits([(10, 12, "0")])
    assert (again.plain, again.original(7, 11)) == ("code 1 23 0", "twenty-three ok")
    assert text.with_digits([]) == text


GROUPS = {  # a "+" before those that may go on the number of the group before
    "": "", "none": "", "4242": "4242", "4242 4242": "4242 +4242", "12/30": "12 +30", "4242 x 4242": "4242 4242",
    "42-42.42": "42 +42 +42", "42,;:_·•*()/|+42": "42 42", "42 (42) 42": "42 +42 +42", "42     42": "42 +42",
    "42      42": "42 42", "42\x0042": "42 42", "x 42": "42", "a1b2": "1 2", "42·•_42": "42 +42", "42*|+42": "42 +42",
    "42:;,42": "42 +42", "42\n42": "42 +42", "42&42": "42 42",
}  # fmt: skip


@pytest.mark.parametrize(("plain", "groups"), GROUPS.items())
def test_digits_stand_in_groups_that_may_be_one_number(plain, groups):
    found = digit_groups(plain)

    assert " ".join("+" * each.joined + each.digits for each in found) == groups
    assert [plain[each.start : each.end] for each in found] == [each.digits for each in found]


def test_so_many_groups_are_looked_into_and_no_more():
    assert len(digit_groups("1 " * 64)) == 64
    assert len(digit_groups("1 " * 1000)) == 64


def test_no_digit_and_no_text_is_shown_in_an_error():
    shown = repr(normalize("4242 é")) + repr(normalize("4242")) + repr(digit_groups("4242"))

    assert "42" not in shown
    assert "é" not in shown
    assert isinstance(digit_groups("1")[0], DigitGroup)
