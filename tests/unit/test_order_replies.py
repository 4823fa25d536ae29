"""What is said about an order, in eleven languages."""

import re
from dataclasses import replace

import pytest

from chat.dialogue import order_replies
from chat.dialogue.answers import answer
from chat.languages.language import language_tags, load_language
from chat.values.brands import ACCEPTED, Brand
from chat.values.card import Expiry
from chat.values.session import KeptCard, OrderVisit, Policy, Sealed, Session, Step
from payments.amount_text import amount_text
from payments.order import Capture, Purpose, SavedCard, Terms
from tests.conversations.offline import Payer

POLICY = Policy(brands=ACCEPTED, contact="help@acme.example", merchant="ACME", wallets=True)
TERMS = Terms("INV-1", Purpose.CHARGE, "Two tickets, 12 December", Capture.CHAT, 4990, "eur")
SAVE = replace(TERMS, purpose=Purpose.SAVE, amount=None, currency=None)
KEPT = KeptCard(Brand.VISA, "4242", Sealed(b""))
EVERY_LANGUAGE = pytest.mark.parametrize("tag", language_tags())
EVERY_ORDER = pytest.mark.parametrize(
    "terms",
    [replace(terms, purpose=purpose, capture=capture)
     for purpose, terms in ((Purpose.CHARGE, TERMS), (Purpose.AUTHORIZE, TERMS), (Purpose.SAVE, SAVE))
     for capture in Capture],
    ids=lambda terms: f"{terms.purpose}, {terms.capture}",
)  # fmt: skip


def about(terms: Terms, tag: str = "en", step: Step = Step.CONFIRM) -> Session:
    return Session(
        "abc", tag, step, name="Ada Lovelace", card=KEPT, expiry=Expiry(12, 2030),
        order=OrderVisit("ord_1", terms, livemode=False),
    )  # fmt: skip


def amount(terms: Terms, tag: str) -> str:
    return amount_text(4990, "eur", tag) if terms.amount else ""


@EVERY_LANGUAGE
@EVERY_ORDER
def test_the_opening_says_who_asks_for_what(tag: str, terms: Terms) -> None:
    said = order_replies.opening(about(terms, tag, Step.NAME), POLICY)

    assert "ACME" in said
    assert terms.description in said
    assert amount(terms, tag) in said


@EVERY_LANGUAGE
@EVERY_ORDER
def test_the_review_names_merchant_and_amount_and_in_the_chat_the_masked_card(tag: str, terms: Terms) -> None:
    said = order_replies.question(about(terms, tag), POLICY)

    assert "ACME" in said
    assert amount(terms, tag) in said
    assert ("Visa •••• 4242" in said) == (terms.capture is Capture.CHAT)


@EVERY_LANGUAGE
@EVERY_ORDER
def test_the_end_says_what_happened_to_the_card(tag: str, terms: Terms) -> None:
    said = order_replies.completed(terms, POLICY, tag, SavedCard("pm_1", "visa", "4242", 12, 2030))

    assert "ACME" in said
    assert amount(terms, tag) in said
    assert "Visa •••• 4242" in said


def test_the_english_wording_of_the_contract() -> None:
    assert order_replies.opening(about(TERMS), POLICY) == (
        "Hello! You are paying €49.90 to ACME for: Two tickets, 12 December."
    )
    assert order_replies.completed(TERMS, POLICY, "en", KEPT) == "Thank you. €49.90 paid to ACME with Visa •••• 4242."


@pytest.mark.parametrize("capture", Capture)
def test_saving_a_card_says_that_nothing_is_charged_now_and_that_it_may_be_later(capture: Capture) -> None:
    said = order_replies.opening(about(replace(SAVE, capture=capture)), POLICY)

    assert said.endswith("Nothing is charged now; ACME may charge the card later.")


@EVERY_LANGUAGE
@EVERY_ORDER
@pytest.mark.parametrize("step", [Step.NAME, Step.CVV, Step.CONFIRM, Step.ACTION])
def test_every_topic_has_an_answer_without_a_blank_at_every_step(tag: str, terms: Terms, step: Step) -> None:
    session = about(terms, tag, step)

    for topic in topics(tag):
        for each in (session, replace(session, order=None)):
            said = answer(topic, each, POLICY)
            assert said
            assert not re.search(r"[{}]|  | \.|\.\.", said), said


def topics(tag: str) -> set[str]:
    return {"unclear", *(topic.key for _, topic in load_language(tag).topics)}


@EVERY_LANGUAGE
def test_without_an_order_no_merchant_amount_or_description_is_made_up(tag: str) -> None:
    session = replace(about(TERMS, tag), order=None)

    for topic in topics(tag):
        assert not re.search("ACME|49|tickets", answer(topic, session, POLICY))


@EVERY_LANGUAGE
@pytest.mark.parametrize("topic", ["how_much", "to_whom", "what_for", "when_charged"])
def test_a_card_that_is_only_saved_is_not_said_to_be_charged(tag: str, topic: str) -> None:
    charged = answer(topic, about(TERMS, tag), POLICY)

    assert topic == "what_for" or answer(topic, about(SAVE, tag), POLICY) != charged


WORDS_OF_YES_AND_NO = {
    "ar": "نعم لا كلا", "de": "ja nein", "en": "yes no", "es": "sí no", "fr": "oui non", "it": "sì no", "ja": "いいえ",
    "nl": "ja nee", "pt": "sim não", "sw": "ndiyo hapana", "zh": "是的 不是",
}  # fmt: skip


@EVERY_LANGUAGE
def test_no_answer_opens_with_yes_or_no(tag: str) -> None:
    for key, said in load_language(tag).answers.items():
        opens = re.match(rf"(?:{'|'.join(WORDS_OF_YES_AND_NO[tag].split())})\s*[,:;.!،：，。]", said, re.IGNORECASE)
        assert not opens, key


def test_what_a_merchant_writes_is_data() -> None:
    odd = replace(TERMS, description="{amount} {0} *bold* [free](https://evil.example)")

    said = order_replies.opening(about(odd), POLICY)
    beside_the_button = order_replies.checkout_submit(odd, POLICY, "en")

    assert "{amount} {0} *bold* [free](https://evil.example)" in said
    assert "bold (free)(https://evil.example)" in beside_the_button


@pytest.mark.parametrize("description", ["Two tickets.", "Two tickets!", "チケット二枚。"])
def test_a_description_that_ends_with_a_full_stop_gets_no_second_one(description: str) -> None:
    assert order_replies.opening(about(replace(TERMS, description=description)), POLICY).endswith(description)


def test_left_to_right_text_is_isolated_in_arabic_and_arabic_text_elsewhere() -> None:
    in_arabic = order_replies.opening(about(TERMS, "ar"), POLICY)
    in_english = order_replies.opening(about(replace(TERMS, description="تذكرتان")), POLICY)

    assert "\u2068ACME\u2069" in in_arabic
    assert "\u2068Two tickets, 12 December\u2069" in in_arabic
    assert "\u2068تذكرتان\u2069" in in_english
    assert "\u2068" not in order_replies.opening(about(TERMS), POLICY)


def test_a_brand_that_only_stripe_knows_is_named() -> None:
    card = SavedCard("pm_1", "cartes_bancaires", "4242", 12, 2030)

    assert "Cartes Bancaires •••• 4242" in order_replies.completed(TERMS, POLICY, "en", card)


def test_apple_pay_is_offered_only_where_the_stage_allows_wallets() -> None:
    hosted = about(replace(TERMS, capture=Capture.HOSTED))

    assert "may offer Apple Pay" in answer("wallets", hosted, POLICY)
    assert "do not work here" in answer("wallets", hosted, replace(POLICY, wallets=False))
    assert "do not work here" in answer("wallets", about(TERMS), POLICY)


@pytest.mark.parametrize("tag", ["fr"])
def test_french_has_its_spaces_before_punctuation_unbroken(tag: str) -> None:
    language = load_language(tag)
    texts = [*language.says.values(), *language.order.values(), *language.answers.values()]
    texts += [text for each in language.errors.values() for text in each]

    for text in texts:
        assert not re.search(r" [:;!?»]|« ", text), text
        assert not re.search(r"(?<![\u00a0\u202f\d])[:;!?»]|«(?!\u00a0)", text), text


def test_a_name_that_ends_with_a_full_stop_gets_no_second_one() -> None:
    payer = Payer()
    payer.send("hello")

    assert "Thanks, Sammy Davis Jr. What" in payer.send("Sammy Davis Jr.")["response"]


@EVERY_LANGUAGE
def test_a_hold_is_said_to_be_no_charge_where_its_release_is_asked_for(tag: str):
    held = about(replace(TERMS, purpose=Purpose.AUTHORIZE), tag)

    assert amount_text(4990, "eur", tag) in answer("release", held, POLICY)
    assert "ACME" in answer("release", held, POLICY)


@EVERY_LANGUAGE
def test_a_question_about_the_currency_is_told_its_code(tag: str):
    assert "USD" in answer("currency", about(replace(TERMS, currency="usd"), tag), POLICY)
    assert "ACME" in answer("currency", about(SAVE, tag), POLICY)


@EVERY_LANGUAGE
def test_where_the_button_waits_an_unclear_question_is_told_that_it_works_again(tag: str):
    hosted = replace(TERMS, capture=Capture.HOSTED)

    assert answer("unclear", about(hosted, tag, Step.ACTION), POLICY) != answer("unclear", about(hosted, tag), POLICY)
