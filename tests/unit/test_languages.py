"""Every language says and understands what English does; adding one is one data file."""

import re
import tomllib
from dataclasses import replace

import pytest

from chat.dialogue.replies import choose_language
from chat.dialogue.state_machine import advance
from chat.languages.folding import words
from chat.languages.language import FILES, language_tags, load_language, read_vocabulary, without_fillers
from chat.understanding.interpret import interpret
from chat.values.brands import Brand
from chat.values.card import Expiry, Field
from chat.values.session import KeptCard, Policy, Sealed, Session, Step
from tests.conversations.offline import POLICY, TODAY

SHIPPED = ["ar", "de", "en", "es", "fr", "it", "ja", "nl", "pt", "sw", "zh"]
DATA = {tag: tomllib.loads((FILES / f"{tag}.toml").read_text(encoding="utf-8")) for tag in SHIPPED}
PARTS = ("says", "errors", "intents", "topics", "hears", "fields")


def test_eleven_languages_are_there():
    assert list(language_tags()) == SHIPPED


@pytest.mark.parametrize("tag", SHIPPED)
@pytest.mark.parametrize("part", PARTS)
def test_no_phrase_is_missing(tag, part):
    missing = {key: text for key, text in DATA["en"][part].items() if key not in DATA[tag].get(part, {})}
    unknown = DATA[tag].get(part, {}).keys() - DATA["en"][part].keys()

    assert not missing, f"languages/{tag}.toml misses in [{part}]: {', '.join(missing)}"
    assert not unknown, f"languages/{tag}.toml has in [{part}] what nothing says: {', '.join(unknown)}"


@pytest.mark.parametrize("tag", SHIPPED)
def test_every_phrase_has_the_same_blanks_to_fill(tag):
    def blanks(text):
        return set(re.findall(r"\{(\w+)\}", text))

    for key, english in DATA["en"]["says"].items():
        assert blanks(DATA[tag]["says"][key]) == blanks(english), key
    for key, english in DATA["en"]["errors"].items():
        for text in DATA[tag]["errors"][key]:
            assert blanks(text) == blanks(english[0]), key
        assert len(DATA[tag]["errors"][key]) == len(english), key


@pytest.mark.parametrize("tag", SHIPPED)
def test_every_phrase_fits_a_phone(tag):
    texts = [*DATA[tag]["says"].values(), *(text for texts in DATA[tag]["errors"].values() for text in texts)]

    assert max(map(len, texts)) <= 200


@pytest.mark.parametrize("tag", SHIPPED)
def test_every_language_has_its_number_words_and_months(tag):
    vocabulary = read_vocabulary(tag)

    assert len(vocabulary["units"]) == 20
    assert len(vocabulary["tens"]) == 8
    assert len(vocabulary["months"]) == 12
    assert tag == "zh" or len(vocabulary["hundreds"]) == len(vocabulary["thousands"]) == 9


@pytest.mark.parametrize("tag", SHIPPED)
def test_a_phrase_of_a_language_file_is_a_phrase_and_no_notation(tag):
    texts = "".join((FILES / folder / f"{tag}.toml").read_text(encoding="utf-8") for folder in ("", "vocabularies"))

    assert "|" not in texts


@pytest.mark.parametrize("tag", SHIPPED)
def test_no_word_that_says_no_in_any_language_is_dropped_as_a_filler(tag):
    for other in SHIPPED:
        assert not load_language(tag).fillers & load_language(other).negations, f"{tag} drops a no of {other}"


@pytest.mark.parametrize("tag", SHIPPED)
def test_no_phrase_means_two_things(tag):
    said = {}
    for intent, phrases in DATA[tag]["intents"].items():
        for phrase in phrases:
            key = without_fillers(words(phrase), load_language(tag).fillers)
            assert said.setdefault(key, intent) == intent, phrase


@pytest.mark.parametrize("tag", SHIPPED)
@pytest.mark.parametrize("intent", ["confirm", "yes", "no", "keep", "back", "cancel", "restart"])
def test_every_command_is_understood_as_written(tag, intent):
    session = Session("abc", tag, Step.CARD, name="Ada")

    for phrase in DATA[tag]["intents"][intent]:
        heard = interpret(phrase, session, TODAY, POLICY)
        assert heard.intent == intent, phrase


@pytest.mark.parametrize("tag", SHIPPED)
def test_every_off_topic_question_is_answered_and_the_step_asked_again(tag):
    session = Session("abc", tag, Step.EXPIRY, name="Ada", refused=Field.EXPIRY, refusals=4)

    for topic, phrases in DATA[tag]["topics"].items():
        heard = interpret(phrases[0], session, TODAY, POLICY)
        move = advance(session, heard, POLICY)
        assert heard.topic == topic, phrases[0]
        assert move.session.refusals == 4
        assert move.reply.endswith(DATA[tag]["says"]["ask_card"])


@pytest.mark.parametrize("tag", SHIPPED)
@pytest.mark.parametrize("first", ["no", "moment"])
def test_a_correction_is_thanked_for_and_not_taken_for_a_refusal(tag, first):
    session = Session("abc", tag, Step.CVV, name="Ada", card=KeptCard(Brand.VISA, "4242", Sealed(b"")))
    session = replace(session, expiry=Expiry(11, 2030))
    said = {**DATA[tag]["intents"], **DATA[tag]["topics"]}[first][0]

    move = advance(session, interpret(f"{said}, 12/30", session, TODAY, POLICY), POLICY)

    says = DATA[tag]["says"]
    assert str(move.session.expiry) == "12/30"
    assert move.reply == load_language(tag).joiner.join((says["thanks"], says["ask_cvv"]))


@pytest.mark.parametrize("tag", SHIPPED)
def test_every_month_is_understood(tag):
    session = Session("abc", tag, Step.EXPIRY, name="Ada")

    for number, names in enumerate(read_vocabulary(tag)["months"], 1):
        for name in names:
            heard = interpret(f"{name} 2030", session, TODAY, POLICY)
            assert getattr(heard.expiry, "month", None) == number, name


@pytest.mark.parametrize("tag", SHIPPED)
def test_every_digit_word_is_understood(tag):
    session = Session("abc", tag, Step.CARD, name="Ada")
    words = [names[0] for names in read_vocabulary(tag)["units"]]

    heard = interpret(" ".join(words[int(digit)] for digit in "4000056655665556"), session, TODAY, POLICY)

    assert heard.card.last4 == "5556"
    assert heard.masked == "Visa •••• 5556"


def test_a_number_word_has_one_value_in_all_languages():
    values = {}
    for tag in SHIPPED:
        for value, names in enumerate(read_vocabulary(tag)["units"]):
            for name in names:
                assert values.setdefault(words(name), value) == value, name


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        (None, "en"), ("", "en"), ("de", "de"), ("pt-BR,pt;q=0.9,en;q=0.8", "pt"), ("xx, fr;q=0.3", "fr"),
        ("es;q=0, it;q=0.1", "it"), ("zh-Hant-TW", "zh"), ("*", "en"), ("en;q=x, sw", "sw"), (";;,,q=", "en"),
        ("EN-us; q=0.2 , NL ;q=0.7", "nl"), ("a" * 5000, "en"),
    ],
)  # fmt: skip
def test_the_header_chooses_the_best_language_we_speak(header, tag):
    assert choose_language(header) == tag


@pytest.mark.parametrize("tag", ["en", "es", "fr", "de", "pt", "it", "nl"])
@pytest.mark.parametrize("step", ["name", "card", "expiry", "cvv"])
def test_the_fixed_wording_has_what_a_reworded_reply_is_checked_for(tag, step):
    language = load_language(tag)

    for key in (f"ask_{step}", f"again_{step}"):
        said = language.says[key].lower()
        assert any(word in said for word in language.asks_for[step])
        assert not any(word in said for word in language.claims)


@pytest.mark.parametrize("tag", ["ja", "zh", "ar", "sw"])
def test_a_language_whose_answers_cannot_be_checked_is_not_reworded(tag):
    assert load_language(tag).asks_for == {}


def test_a_brand_is_named_in_the_refusal():
    session = Session("abc", "en", Step.CARD, name="Ada")
    few = Policy(brands=frozenset({Brand.VISA}), contact="x")

    move = advance(session, interpret("5555 5555 5555 4444", session, TODAY, few), few)

    assert "Mastercard" in move.reply
