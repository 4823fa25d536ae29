"""Which words are a number word but for a slip of the pen, in small languages that show each rule."""

import pytest

from chat.languages.spellings import LARGE, NumberWriting, spellings_of

GERMAN = NumberWriting(
    {("acht",): 8, ("neun",): 9, ("zehn",): 10, ("elf",): 11, ("sechzig",): 60, ("hundert",): 100, ("o",): 0}
    | {("zwei", "tausend"): 2000, ("um",): 3},
    "und",
    link_may_come_first=False,
    unspaced=False,
)
ARABIC = NumberWriting({("ثمانية",): 8, ("ثلاثون",): 30}, "و", link_may_come_first=True, unspaced=False)
JAPANESE = NumberWriting(
    {("に",): 2, ("よん",): 4, ("なな",): 7, ("はち",): 8, ("じゅう",): 10, ("じゅうに",): 12, ("る" * 18,): 1},
    "",
    link_may_come_first=False,
    unspaced=True,
)
SPANISH = NumberWriting({("siete",): 7, ("ochenta",): 80}, "y", link_may_come_first=False, unspaced=False)
_GERMAN, _ARABIC, _JAPANESE, _SPANISH = (1 << number for number in range(4))


@pytest.fixture
def spellings():
    return spellings_of([GERMAN, ARABIC, JAPANESE, SPANISH])


def large(language: int) -> int:
    """The bits of a language that has such a word for a number from 10 on, which is a number of it as well."""
    return language | language << LARGE


@pytest.mark.parametrize(
    ("word", "languages"),
    {
        "acht": _GERMAN,
        "neun": _GERMAN,
        "zehn": large(_GERMAN),
        "sechzig": large(_GERMAN),
        "ثلاثون": large(_ARABIC),
        "siete": _SPANISH,
    }.items(),
)
def test_a_number_word_is_near_itself_and_the_numbers_from_ten_on_are_large(spellings, word, languages):
    assert spellings.near(word) == languages


@pytest.mark.parametrize(
    "word",
    [
        "xechzig",
        "sexhzig",
        "sechzix",
        "echzig",
        "sehzig",
        "sechzi",
        "xsechzig",
        "secxhzig",
        "sechzigx",
        "eschzig",
        "sechizg",
        "sechzgi",
    ],
)
def test_one_letter_may_be_another_one_left_out_added_or_swapped(spellings, word):
    assert spellings.near(word) == large(_GERMAN)


@pytest.mark.parametrize("word", ["sexxzig", "zehc", "sechzigxx", "echzi", "xxacht", "ehcszig", "house", "", "o", "um"])
def test_two_letters_off_or_a_word_too_short_is_near_none(spellings, word):
    assert spellings.near(word) == (large(_GERMAN) if word == "zehc" else 0)


@pytest.mark.parametrize(
    ("word", "languages"),
    {
        "achtund": _GERMAN,  # a unit stands before the "and"
        "achtun": _GERMAN,
        "neunund": _GERMAN,
        "undacht": 0,
        "undzehn": large(_GERMAN),  # and what is not a unit behind it
        "undsechzig": large(_GERMAN),
        "zehnund": 0,
        "undelf": 0,  # too short to compare
        "undhundert": 0,  # nothing from a hundred on is written so
        "ysiete": _SPANISH,  # one letter more, as any
        "ysietx": 0,  # an "and" of one letter is compared to nothing
    }.items(),
)
def test_an_and_may_be_written_together_with_one_number_word(spellings, word, languages):
    assert spellings.near(word) == languages


@pytest.mark.parametrize(
    ("word", "languages"),
    {
        "وثمنية": _ARABIC,  # "and", and a letter left out
        "وثلاثين": large(_ARABIC),
        "وsiete": _SPANISH,
        "وsietx": 0,  # the "and" of another language
    }.items(),
)
def test_a_letter_that_is_and_may_stand_before_a_slip(spellings, word, languages):
    assert spellings.near(word) == languages


def test_no_word_is_compared_that_is_longer_than_any_number_word():
    longest = spellings_of([NumberWriting({("a" * 40,): 1}, "", link_may_come_first=False, unspaced=False)])

    assert longest.near("a" * 40) == 1
    assert longest.near("a" * 41) == 0


@pytest.mark.parametrize(
    ("word", "languages"),
    {
        "achtundsechzig": _GERMAN,  # large is what every part is
        "sechzigundzehn": large(_GERMAN),
        "sechzigundsiete": 0,  # of two languages
        "sechzigx": 0,
        "xsechzig": 0,
        "achto": 0,  # a single Latin letter is no number word
        "zweitausend": 0,  # nor a word of a number of two
        "ななよんに": _JAPANESE,
        "ななぬ": 0,
    }.items(),
)
def test_a_compound_is_put_together_of_number_words_of_one_language(spellings, word, languages):
    assert spellings.compound(word) == languages


@pytest.mark.parametrize(
    ("word", "languages"),
    {
        "achtundsehzig": _GERMAN,
        "sehzigundacht": _GERMAN,
        "achtundsechzg": _GERMAN,
        "hundertundsehzig": large(_GERMAN),
        "achtundsechzig": large(_GERMAN),  # the ten letters behind "acht" are enough for whatever it is
        "achtundhaus": 0,
        "elfsehzig": large(_GERMAN),  # three letters without a mistake are enough
        "umsehzig": 0,  # two are not
        "sehzig": 0,
        "sechzigunzehn": large(_GERMAN),  # "un" is no number word, but there are ten letters and more around it
        "achtundxxneun": _GERMAN,
        "elfxxxacht": 0,
        "hundertelfxxxxxxxxxx": large(_GERMAN),
        "hundertelfxxxxxxxxxxx": 0,  # more letters that are none than that are
        "elfxhundert": large(_GERMAN),
        "elfxsechzi": 0,
    }.items(),
)
def test_one_mistake_in_a_compound_is_seen_through(spellings, word, languages):
    assert spellings.near_compound(word) == languages


@pytest.mark.parametrize(
    ("word", "languages"),
    {
        "ななぬはち": _JAPANESE,  # four letters of numbers of two
        "ななぬぬぬはち": _JAPANESE,
        "ななぬぬぬぬはち": 0,
        "ぬななはち": _JAPANESE,
        "ななはちぬ": _JAPANESE,
        "ににぬにに": 0,  # of numbers of one letter six are needed
        "にににぬににに": _JAPANESE,
        "にになぬにに": 0,
        "ななにぬににに": _JAPANESE,
        "ななぬに": 0,
        "じゅうぬ": 0,
    }.items(),
)
def test_in_kana_few_letters_may_be_a_mistake(spellings, word, languages):
    assert spellings.near_compound(word) == languages


@pytest.mark.parametrize(
    ("word", "places"),
    {
        "よんによん": [(0, 2), (3, 5)],  # one of a single letter may be anything
        "じゅうになな": [(0, 4), (4, 6)],  # the longest
        "これはななです": [(3, 5)],
        "acht": [],
        "": [],
        "に": [],
        "る" * 18: [],  # longer than a number word is
    }.items(),
)
def test_number_words_are_found_within_kana(spellings, word, places):
    assert list(spellings.number_places(word)) == places
