"""The page's own words: complete in every language, and understood by the conversation where it says them."""

import re
from datetime import date

import pytest

from chat.languages.language import language_tags as spoken
from chat.languages.language import load_language
from chat.understanding.interpret import interpret
from chat.values.brands import ACCEPTED, Brand
from chat.values.card import CardNumber, Cvv, Expiry, Field
from chat.values.session import Intent, KeptCard, Policy, Session, Step
from payment_page import texts

POLICY = Policy(ACCEPTED, "help@example.com")
TODAY = date(2026, 11, 22)
LANGUAGES = sorted(texts.languages())


def test_the_page_speaks_every_language_that_the_conversation_does():
    assert set(spoken()) <= texts.languages()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_language_has_every_text_with_the_same_places_to_fill(tag):
    places = re.compile(r"\{\w+\}")
    english, other = texts.texts("en"), texts.texts(tag)

    assert list(other) == list(english)
    assert all(other.values())
    assert {key: sorted(places.findall(text)) for key, text in other.items()} == {
        key: sorted(places.findall(text)) for key, text in english.items()
    }


def at_review(tag):
    return Session(
        id="abc",
        language=tag,
        step=Step.CONFIRM,
        name="John",
        card=KeptCard(Brand.VISA, "4242", CardNumber("4242424242424242", Brand.VISA)),
        expiry=Expiry(12, 2030),
        cvv=Cvv("123"),
    )


def test_words_of_the_pages_own_buttons_are_known_whoever_says_them():
    assert texts.is_button_text("Confirm")
    assert texts.is_button_text(" confirm ")
    assert texts.is_button_text(texts.texts("ja")["cancel"])
    assert not texts.is_button_text("confirm, seven two three")
    assert not texts.is_button_text("")


@pytest.mark.parametrize("tag", sorted(spoken()))
@pytest.mark.parametrize(
    ("text", "intent", "changes"),
    [
        ("confirm", Intent.CONFIRM, ()),
        ("cancel", Intent.CANCEL, ()),
        ("change_name", None, (Field.NAME,)),
        ("change_card", None, (Field.CARD,)),
        ("change_expiry", None, (Field.EXPIRY,)),
    ],
)
def test_a_button_says_what_the_conversation_understands(tag, text, intent, changes):
    heard = interpret(texts.texts(tag)[text], at_review(tag), TODAY, POLICY)

    assert (heard.intent, heard.changes) == (intent, changes)


@pytest.mark.parametrize("tag", sorted(spoken()))
def test_the_word_that_the_chat_asks_for_is_that_of_the_button(tag):
    language, button = load_language(tag), texts.texts(tag)["confirm"].casefold()
    asked = {key: text for key, text in language.order.items() if key.startswith(("review_", "ask_", "choose_"))}

    for key, text in {**asked, "review": language.says["review"]}.items():
        assert re.search(rf"[“„«‘「]\s?{button}\s?[”“»’」]", text), f"{key}: {text}"


@pytest.mark.parametrize("tag", sorted(spoken()))
def test_a_receipt_says_that_stripe_keeps_what_it_keeps(tag):
    page, answers = texts.texts(tag), load_language(tag).answers

    for text in (page["kept_payment"], page["kept_save"], page["kept_elsewhere"], answers["data_save"]):
        assert "Stripe" in text
    assert "Stripe" in answers["safe_save"]
    assert "Stripe" not in page["deleted"]


@pytest.mark.parametrize("tag", sorted(spoken()))
def test_the_first_button_gives_nothing_but_a_beginning(tag):
    heard = interpret(texts.texts(tag)["start"], Session(id="abc", language=tag), TODAY, POLICY)

    assert (heard.intent, heard.name, heard.changes, heard.language) == (None, None, (), None)


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        (None, "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("tlh, fr;q=0.4, es;q=0.7", "es"),
        ("ar", "ar"),
        ("de;q=0, it", "it"),
        ("xx;q=nonsense, nl", "nl"),
    ],
)
def test_the_page_begins_in_the_language_of_the_browser(header, tag):
    assert texts.choose_language(header) == tag


def test_arabic_runs_from_right_to_left():
    assert {tag: texts.text_direction(tag) for tag in LANGUAGES if texts.text_direction(tag) != "ltr"} == {"ar": "rtl"}
