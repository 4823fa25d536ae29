"""What is understood in every language at once: number words, also written together, months, languages' names."""

from itertools import pairwise

import pytest

from chat.languages.folding import words
from chat.languages.language import language_tags
from chat.languages.spellings import LARGE
from chat.languages.vocabulary import Compounds, vocabulary

NUMBERS = {
    "zero": 0, "naught": 0, "niner": 9, "nineteen": 19, "twenty": 20, "fourty": 40, "ninety": 90, "twenty one": 21,
    "ninety nine": 99, "one hundred": 100, "hundred": 100, "nine hundred": 900, "one thousand": 1000,
    "nine thousand": 9000, "dreiundzwanzig": 23, "fünfunddreißig": 35, "fuenfunddreissig": 35, "zwölf": 12,
    "zwoelf": 12, "ventitré": 23, "ventotto": 28, "settantanove": 79, "diciannove": 19, "duecento": 200,
    "quatre vingt dix sept": 97, "soixante et onze": 71, "quatre vingts": 80, "sesenta y dos": 62,
    "veintiocho": 28, "tweeënzeventig": 72, "trinta e um": 31, "ishirini na moja": 21, "مئة": 100, "ثمانية": 8,
    "きゅう": 9, "せん": 1000,
}  # fmt: skip


def test_a_number_is_known_by_its_words():
    known = vocabulary().numbers

    assert {said: known.get(words(said)) for said in NUMBERS} == NUMBERS


def test_words_that_are_no_number_are_not_known_as_one():
    others = ("twenty ten", "twenty zero", "hundert eins und", "house", "dreiundzwanzigs", "one ten")

    assert [said for said in others if words(said) in vocabulary().numbers] == []


def test_every_number_up_to_ninety_nine_is_known_in_a_language_that_makes_them_of_two_words():
    tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    units = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    made = {(ten, unit): 20 + 10 * at + one for at, ten in enumerate(tens) for one, unit in enumerate(units, 1)}

    assert {said: vocabulary().numbers[said] for said in made} == made


def test_the_longest_number_that_a_word_begins_is_known():
    most = vocabulary().max_words

    assert (most["twenty"], most["hundred"], most["seven"], most["quatre"]) == (2, 1, 2, 4)
    assert all(most[said[0]] >= len(said) for said in vocabulary().numbers)
    assert "house" not in most


def test_a_digit_is_repeated_by_some_words():
    repeats = vocabulary().repeats

    assert {word: repeats[word] for word in ("double", "triple", "treble", "doppel", "dreifach", "driedubbel")} == {
        "double": 2, "triple": 3, "treble": 3, "doppel": 2, "dreifach": 3, "driedubbel": 3,
    }  # fmt: skip


def test_parts_of_a_number_are_linked_by_the_and_of_each_language():
    assert vocabulary().links == {"und", "en", "و", "et", "and", "e", "y", "na"}


def test_the_first_letters_of_number_words_are_known():
    prefixes = vocabulary().prefixes

    assert {"sev", "eig", "ach", "six", "un", "o"} <= prefixes
    assert {"hou", "seve", "ze"}.isdisjoint(prefixes)


def test_months_are_known_by_names_of_four_letters_and_more_unless_they_are_numbers_too():
    months = vocabulary().months

    named = {"enero": 1, "march": 3, "juin": 6, "sett": 9, "december": 12}
    assert {name: months[name] for name in named} == named
    assert {"may", "set", "out", "sept"}.isdisjoint(months)


def test_each_language_has_names_of_its_own_and_of_the_others():
    found = vocabulary()

    assert found.language_names["deutsch"] == found.language_names["german"] == found.language_names["allemand"] == "de"
    assert found.language_names["ingles"] == "en"
    assert set(found.language_names.values()) == set(found.request_words) == set(language_tags())
    assert {"deutsch", "espanol", "日本語"} <= found.own_names
    assert "german" not in found.own_names
    assert len(found.own_names) == len(language_tags())
    assert "konnen" in found.request_words["de"]
    assert "konnen" not in found.request_words["en"]


GERMAN = Compounds(
    {"s": ("siebenhundert", "sieben"), "d": ("dreiundzwanzig", "drei")},
    "und",
    link_may_come_first=False,
    unspaced=False,
)
ITALIAN = Compounds(
    {"s": ("settecento", "settecent", "sette"), "o": ("ottanta", "otto"), "t": ("tanta",)},
    "",
    link_may_come_first=False,
    unspaced=False,
)
ARABIC = Compounds({"ث": ("ثلاثون", "ثمانيه")}, "و", link_may_come_first=True, unspaced=False)


@pytest.mark.parametrize(
    ("language", "word", "start", "parts"),
    [
        (GERMAN, "siebenhundert", 0, ["siebenhundert"]),
        (GERMAN, "siebenhundertdreiundzwanzig", 0, ["siebenhundert", "dreiundzwanzig"]),
        (GERMAN, "siebenhundertunddrei", 0, ["siebenhundert", "und", "drei"]),
        (GERMAN, "dreisiebendrei", 0, ["drei", "sieben", "drei"]),
        (GERMAN, "undsieben", 0, []),
        (GERMAN, "xsieben", 0, []),
        (GERMAN, "xsiebenunddrei", 1, ["sieben", "und", "drei"]),
        (GERMAN, "siebenx", 0, ["sieben"]),
        (GERMAN, "siebenund", 0, ["sieben"]),
        (GERMAN, "siebenundx", 0, ["sieben"]),
        (GERMAN, "", 0, []),
        (ITALIAN, "settecentottanta", 0, ["settecent", "ottanta"]),  # not "settecento", behind which "tt" is left
        (ITALIAN, "settecentotanta", 0, ["settecento", "tanta"]),
        (ITALIAN, "settesette", 0, ["sette", "sette"]),
        (ARABIC, "ثمانيهوثلاثون", 0, ["ثمانيه", "و", "ثلاثون"]),
        (ARABIC, "وثلاثون", 0, ["و", "ثلاثون"]),
        (ARABIC, "وو", 0, []),
    ],
)
def test_a_word_is_divided_into_numbers_and_the_ands_between_them(language, word, start, parts):
    places = language.parts(word, start)

    assert [word[begin:end] for begin, end in places] == parts
    assert not parts or places[0][0] == start
    assert all(before[1] == after[0] for before, after in pairwise(places))


def test_each_language_divides_its_own_numbers():
    found = dict(zip(language_tags(), vocabulary().compounds, strict=True))

    assert (found["de"].link, found["en"].link, found["it"].link, found["ja"].link) == ("und", "and", "e", "")
    assert [tag for tag, each in found.items() if each.link_may_come_first] == ["ar"]
    assert [tag for tag, each in found.items() if each.unspaced] == ["ja", "zh"]
    assert "zero" in found["en"].numbers["z"]
    assert "o" not in found["en"].numbers["o"]  # a single Latin letter is no part of a word
    assert "零" in found["ja"].numbers["零"]
    assert all(
        list(names) == sorted(names, key=len, reverse=True)
        for each in found.values()
        for names in each.numbers.values()
    )


def test_slips_are_seen_in_each_language_and_large_numbers_told_apart():
    spellings = vocabulary().spellings

    def languages(word):
        return {tag for number, tag in enumerate(language_tags()) if spellings.near(word) >> number & 1}

    assert languages("sevn") == {"en"}
    assert languages("achtud") == {"de"}
    assert languages("ثمنيه") == {"ar"}  # words are compared as they are folded
    assert spellings.near("sevnty") > 1 << LARGE
    assert spellings.near("sevn") < 1 << LARGE
    assert spellings.compound("ななはち") == 1 << language_tags().index("ja")
    assert languages("undsechzg") == {"de"}  # with the language's own "and"
    assert set(spellings.leads) == {"و"}
    assert {tag for number, tag in enumerate(language_tags()) if spellings.unspaced >> number & 1} == {"ja", "zh"}
