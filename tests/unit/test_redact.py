"""What the history keeps of a number in ideographs or words: nothing, however it is grouped, mixed or misplaced."""

from datetime import date

import pytest

from chat.languages.folding import words
from chat.understanding.interpret import interpret
from chat.values.brands import ACCEPTED, Brand
from chat.values.card import Expiry
from chat.values.session import KeptCard, Policy, Sealed, Session, Step

POLICY = Policy(ACCEPTED, "help@example.com")


@pytest.mark.parametrize(
    "typed",
    [
        "四二四二四二四二四二四二四二四二",
        "四二四二 四二四二 四二四二 四二四一",
        "四二 - 四二 - 四二 - 四二 - 四二 - 四二 - 四二 - 四一",
        "四、二、四、二、四、二、四、二、四、二、四、二、四、二、四、一",
        "四.二.四.二.四.二.四.二",
        "四二4242四二4242",
        "4二4二 4二4二 4二4二",
    ],
)
@pytest.mark.parametrize("step", [Step.NAME, Step.CARD, Step.CVV])
def test_a_number_in_ideographs_leaves_none_of_them(typed, step):
    heard = interpret(typed, Session("abc", step=step), date(2026, 11, 23), POLICY)

    assert not set(heard.masked) & set("〇零一二三四五六七八九")


@pytest.mark.parametrize(
    "typed",
    [
        "nine seven nine two zero two three",
        "my name is four two four two",
        "Four Two Four Two Smith",
        "四二九一九·二八八",
        "九七九二零二三",
    ],
)
@pytest.mark.parametrize("step", [Step.NONE, Step.NAME, Step.CONFIRM])
def test_digits_in_words_are_no_name(typed, step):
    heard = interpret(typed, Session("abc", step=step), date(2026, 11, 23), POLICY)

    assert not isinstance(heard.name, str)
    assert not {"seven", "four", "四", "九"} & set(heard.masked.lower().replace("四", " 四 ").split())


def test_an_ideograph_in_a_name_stays():
    assert interpret("张三", Session("abc", step=Step.NAME), date(2026, 11, 23), POLICY).masked == "张三"


# The same two codes as people say them, 723 and 123, by language; and one of a single digit after another.
CODES = {
    "en": ["seven twenty three", "seven hundred and twenty three", "seven two three", "twelve three"],
    "es": ["siete veintitrés", "setecientos veintitrés", "siete dos tres", "ciento veintitrés"],
    "fr": ["sept vingt-trois", "sept cent vingt-trois", "sept deux trois", "cent vingt-trois"],
    "de": ["sieben dreiundzwanzig", "siebenhundertdreiundzwanzig", "sieben zwei drei", "einhundertdreiundzwanzig"],
    "pt": ["sete vinte e três", "setecentos e vinte e três", "sete dois três", "cento e vinte e três"],
    "it": ["sette ventitré", "settecentoventitré", "sette due tre", "centoventitré"],
    "nl": ["zeven drieëntwintig", "zevenhonderddrieëntwintig", "zeven twee drie", "honderddrieëntwintig"],
    "ja": ["ななにさん", "ななひゃくにじゅうさん", "なな に さん", "ひゃくにじゅうさん", "七百二十三", "百二十三"],
    "zh": ["七二三", "七百二十三", "柒贰叁", "一百二十三", "壹贰叁"],
    "ar": ["سبعة ثلاثة وعشرون", "سبعمئة وثلاثة وعشرون", "سبعة اثنان ثلاثة", "مئة وثلاثة وعشرون"],
    "sw": ["saba ishirini na tatu", "mia saba ishirini na tatu", "saba mbili tatu", "mia moja na ishirini na tatu"],
}
SAID = [pytest.param(tag, code, id=f"{tag} {code}") for tag, codes in CODES.items() for code in codes]
TODAY = date(2026, 11, 23)


def at(step: Step, language: str) -> Session:
    known = {"card": KeptCard(Brand.VISA, "4242", Sealed(b"")), "expiry": Expiry(12, 2030)}
    return Session("abc", language, step, name="Ada", **(known if step in (Step.CVV, Step.CONFIRM) else {}))


@pytest.mark.parametrize(("tag", "code"), SAID)
def test_a_code_in_words_is_understood_where_it_is_asked_for(tag, code):
    heard = interpret(code, at(Step.CVV, tag), TODAY, POLICY)

    assert heard.cvv.digits in ("723", "123")
    assert heard.expiry is None
    assert heard.masked == "•••"


@pytest.mark.parametrize("around", ["{}", "cvv {}", "cvv: {}.", "{} is the cvv"])
@pytest.mark.parametrize("step", [Step.NONE, Step.NAME, Step.CARD, Step.EXPIRY, Step.CONFIRM])
@pytest.mark.parametrize(("tag", "code"), SAID)
def test_a_code_in_words_is_remembered_nowhere_and_is_no_name(tag, code, step, around):
    heard = interpret(around.format(code), at(step, tag), TODAY, POLICY)

    assert not set(words(code)) & set(words(heard.masked))
    assert heard.private
    assert not isinstance(heard.name, str)


@pytest.mark.parametrize("said", ["the cvv is seven", "my card ends in forty", "cvv one two", "code one", "cvv: zwölf"])
@pytest.mark.parametrize("step", [Step.NONE, Step.NAME, Step.CONFIRM])
def test_beside_the_name_of_a_secret_one_number_word_is_enough(said, step):
    heard = interpret(said, at(step, "en"), TODAY, POLICY)

    assert heard.masked.endswith("••••")
    assert heard.private


@pytest.mark.parametrize(
    "said",
    [
        "Seven Smith", "Juan Trece", "Mia Jones", "Otto Neun", "Otto von Achtzig", "Tatu Saba", "五十嵐", "五百旗頭真",
        "陆小曼", "いちご", "Sixten Berg", "Milena Centofanti", "Achten",
    ],
)  # fmt: skip
def test_a_name_with_a_number_word_is_a_name(said):
    heard = interpret(said, at(Step.NAME, "en"), TODAY, POLICY)

    assert (heard.name, heard.masked, heard.private) == (said, said, False)


@pytest.mark.parametrize(
    "said",
    ["I have one two questions", "give me two or three days", "one card or another?", "ist eine Karte genug?"],
)
@pytest.mark.parametrize("step", [Step.NAME, Step.CONFIRM])
def test_a_number_word_in_ordinary_speech_stays(said, step):
    heard = interpret(said, at(step, "en"), TODAY, POLICY)

    assert (heard.masked, heard.private) == (said, False)


@pytest.mark.parametrize("said", ["saat sau teis", "sju hundra tjugotre", "kettle whistles", "it is 12345 maybe"])
@pytest.mark.parametrize("step", [Step.CARD, Step.CVV])
def test_what_is_not_understood_where_digits_are_asked_for_is_not_remembered(said, step):
    heard = interpret(said, at(step, "en"), TODAY, POLICY)

    assert (heard.masked, heard.private) == ("••••", True)


@pytest.mark.parametrize("said", ["what is that?", "one moment", "change the name", "Ada, why?"])
def test_what_is_asked_where_digits_are_asked_for_is_remembered(said):
    assert interpret(said, at(Step.CVV, "en"), TODAY, POLICY).masked == said


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("四二", "42"), ("四十二", "42"), ("四十二四十二", "4242"), ("七百二十三", "723"), ("七百", "700"),
        ("七百零三", "703"), ("四千二百四十二", "4242"), ("四千零二", "4002"), ("廿三", "23"), ("伍佰拾陆", "516"),
        ("七百三", "7003"), ("3千5百", "3500"),
        ("七十四百", "70400"), ("百百", "100100"), ("十十", "1010"),
    ],
)  # fmt: skip
def test_numerals_are_read_as_they_are_said(said, digits):
    heard = interpret(said, at(Step.CARD, "zh"), TODAY, POLICY)

    assert heard.partial_number.digits == digits


def test_what_follows_a_number_in_words_is_remembered():
    heard = interpret("Visa forty-two forty-two then, Mia", at(Step.CONFIRM, "en"), TODAY, POLICY)

    assert heard.masked == "Visa •••• then, Mia"


@pytest.mark.parametrize("said", ["siebenhundertdreiunddreißig", "sieben dreiunddreißig", "SIEBEN DREIUNDDREIẞIG"])
def test_a_letter_that_folds_into_two_moves_nothing(said):
    heard = interpret(f"groß, cvv {said}!", at(Step.CONFIRM, "de"), TODAY, POLICY)

    assert heard.cvv.digits == "733"
    assert heard.masked == "groß, cvv •••!"
