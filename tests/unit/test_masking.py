"""What is kept of a message, part by part: where digits stand, which words are known, how accepted values are shown."""

import pytest

from chat.languages.language import load_language
from chat.understanding.corrections.name_digits import is_among, refuse_digits
from chat.understanding.digits.normalize import normalize
from chat.understanding.extraction import ExtractedFields
from chat.understanding.redact import keep_known_words, mask, mask_message, only_known_words
from chat.values.brands import Brand
from chat.values.card import CardNumber, Cvv, Expiry, Field, Refusal

EN, DE, JA = (load_language(tag) for tag in ("en", "de", "ja"))
RUNS = {  # as it is typed: as it is kept
    "call 4242 4242 4242 now": "call •••• now",
    "4-2,4.2_4·2•4*2(4)2/4|2+4": "••••",
    "42     42": "••••",
    "42      42": "••••      ••••",
    "12 and 34": "•••• and ••••",
    "no digits at all": "no digits at all",
    "  123  ": "••••",
    "四 12 二": "••••",
    "四     12     二": "••••",
    "四      12      二": "四      ••••      二",
    "四 x 12": "四 x ••••",
    "1_四_二": "••••",
    "٤٢٤٢ é": "•••• é",
    "": "",
}


@pytest.mark.parametrize(("typed", "kept"), RUNS.items())
def test_every_run_of_digits_is_hidden_with_the_numerals_beside_it(typed, kept):
    assert mask(normalize(typed), []) == kept


def test_an_accepted_value_is_shown_as_the_code_writes_it_and_what_stands_around_as_is_wished():
    text = normalize("card 4242 4242, code 123 ok 99")

    shown = mask(text, [((21, 24, Field.CVV), "•••"), ((5, 14, Field.CARD), "Visa •••• 4242")], shown=str.upper)

    assert shown == "CARD Visa •••• 4242, CODE ••• OK ••••"


CARD = CardNumber("4242424242424242", Brand.VISA)


def test_of_what_was_found_only_accepted_values_are_shown():
    typed = "4242424242424242 12/30 123"
    spans = ((0, 16, Field.CARD), (17, 22, Field.EXPIRY), (23, 26, Field.CVV))
    text = normalize(typed)
    every = ExtractedFields(typed, card=CARD, expiry=Expiry(12, 2030), cvv=Cvv("123"), spans=spans)
    none = ExtractedFields(typed, card=Refusal("card_length"), expiry=Refusal("expiry_past"), spans=spans)

    assert mask_message(text, text, every, str) == "Visa •••• 4242 12/30 •••"
    assert mask_message(text, text, none, str) == "••••"


def test_a_value_stands_where_it_was_typed_though_more_is_hidden():
    text = normalize("seven 123")
    strict = text.with_digits([(0, 5, "7")])
    found = ExtractedFields("seven 123", cvv=Cvv("123"), spans=((6, 9, Field.CVV),))

    assert mask_message(text, strict, found, str) == "•••• •••"


@pytest.mark.parametrize(
    ("said", "languages", "also", "kept"),
    [
        ("the card please", [EN], (), "the card please"),
        ("the card bitte", [EN], (), "the card ••••"),
        ("the card bitte", [EN, DE], (), "the card bitte"),
        ("the sevn eigth card", [EN], (), "the •••• card"),
        ("the sevn, eigth. card", [EN], (), "the ••••. card"),
        ("the sevn card eigth", [EN], (), "the •••• card ••••"),
        ("the sevn    eigth", [EN], (), "the ••••    ••••"),
        ("it's the Card", [EN], (), "it's the Card"),
        ("Zoltan card", [EN], {"zoltan"}, "Zoltan card"),
        ("ZÓLTAN card", [EN], {"zoltan"}, "ZÓLTAN card"),
        ("カードぬぬぬ", [JA], (), "カード••••"),
        ("ーぬぬカード", [JA], (), "••••カード"),
        ("", [EN], (), ""),
    ],
)
def test_where_digits_are_asked_for_only_known_words_are_kept(said, languages, also, kept):
    assert keep_known_words(said, languages, frozenset(also)) == kept


def test_english_is_known_everywhere_and_so_is_an_accepted_name():
    assert only_known_words("Ada Lovelace", DE)("lovelace please bitte xyz") == "lovelace please bitte ••••"
    assert only_known_words(Refusal("name_invalid"), DE)("lovelace please") == "•••• please"
    assert only_known_words(None, EN)("please bitte") == "please ••••"


@pytest.mark.parametrize(
    ("name", "refused"),
    {
        "Ada Lovelace": None,
        "Ada 4": "name_invalid",
        "Ada 123": "name_invalid",
        "Ada 1234": "name_looks_like_card",
        "Ada ٤٢": "name_invalid",
        "four two four two": "name_looks_like_card",
        "four two four": "name_invalid",
        "four two": None,
        "Ada four two four two": "name_looks_like_card",
        "sevn eigth nien": "name_invalid",
        "march four two four": "name_invalid",
    }.items(),
)
def test_digits_in_a_name_refuse_it_and_four_are_a_card(name, refused):
    found = refuse_digits(name)

    assert found == (Refusal(refused, Field.NAME) if refused else name)


def test_beside_the_name_of_a_secret_a_single_number_word_refuses_a_name():
    assert refuse_digits("card seven", EN) == Refusal("name_invalid", Field.NAME)
    assert refuse_digits("card seven") == "card seven"
    assert refuse_digits("Ada seven", EN) == "Ada seven"


@pytest.mark.parametrize(
    ("name", "misspelled", "found"),
    [
        ("Sevn Smith", {"sevn"}, True),
        ("Smith", {"sevn"}, False),
        ("Se", {"sevn"}, True),
        ("Sevnteen", {"sevn"}, True),
        ("SÉVN", {"sevn"}, True),
        ("Smith", set(), False),
        ("", {"sevn"}, False),
    ],
)
def test_a_name_is_among_the_words_of_a_number(name, misspelled, found):
    assert is_among(name, misspelled) is found
