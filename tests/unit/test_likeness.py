"""What a message is like: weights that were made of the sayings, and how a message is weighed."""

import json

import pytest

from chat.languages.folding import words
from chat.languages.language import language_tags
from chat.languages.likeness import FOLDER, features, known_share, liken, load_weights
from local.hearing.sayings import digest, read_sayings


@pytest.mark.parametrize("tag", language_tags())
def test_the_weights_are_made_of_the_sayings_as_they_are(tag: str):
    made = json.loads((FOLDER / f"{tag}.json").read_text(encoding="utf-8"))

    assert made["sayings"] == digest(tag)
    assert set(made["meanings"]) == set(read_sayings(tag))


def test_every_language_knows_the_same_meanings():
    assert {frozenset(load_weights(tag).meanings) for tag in language_tags()} == {
        frozenset(load_weights("en").meanings)
    }


@pytest.mark.parametrize("tag", language_tags())
def test_no_saying_holds_a_digit_or_stands_twice(tag: str):
    said = [text for texts in read_sayings(tag).values() for text in texts]

    assert not [text for text in said if any(map(str.isdigit, text.replace("3d", "").replace("3-d", "")))]
    assert len(said) == len(set(said))


@pytest.mark.parametrize("tag", language_tags())
def test_nine_of_ten_sayings_are_understood_where_the_weights_are_sure(tag: str):
    meanings = load_weights(tag).meanings
    sure = right = 0
    for meaning, texts in read_sayings(tag).items():
        for text in texts[::7]:
            found = liken(words(text), tag, meanings)
            if found and found.share >= 0.35:
                sure += 1
                right += found.meaning == meaning

    assert right >= 0.9 * sure
    assert sure > 300


def test_a_typo_and_another_ending_are_alike():
    meanings = load_weights("en").meanings

    for text in ("can i get a reciept", "do you send receipts", "wheres my receit"):
        found = liken(words(text), "en", meanings)
        assert found is not None
        assert found.meaning == "receipt", text


def test_only_the_meanings_that_are_asked_for_are_weighed():
    found = liken(words("is it safe to pay here"), "en", ("refund", "cancel"))

    assert found is not None
    assert found.meaning in ("refund", "cancel")


def test_a_text_of_unknown_words_is_like_nothing():
    assert liken(words("xqzv wkjh"), "en", load_weights("en").meanings) is None
    assert known_share(words("xqzv wkjh"), "en") == 0.0


def test_words_pairs_and_parts_make_a_text():
    assert features(("pay", "now"), unspaced=False) == {
        "pay ", "now ", "^ pay", "pay now", "now $", "^pay", "pay$", "^now", "now$",
    }  # fmt: skip
    assert features(("付款",), unspaced=True) == {"^", "付", "款", "$", "^付", "付款", "款$"}
