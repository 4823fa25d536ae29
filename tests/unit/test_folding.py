"""Texts are compared as people mean them: without case, accents, kinds of apostrophe and of kana."""

import pytest

from chat.languages.folding import fold, has_case, words

FOLDED = {
    "Jane DOE": "jane doe",
    "José Müller": "jose muller",
    "STRASSE": "strasse",
    "Straße": "strasse",
    "don’t": "don't",
    "l’Été": "l'ete",
    "ヨンニ": "よんに",
    "ガ": "か",
    "ァヶ": "ぁゖ",
    "ー": "ー",
    "خمسة": "خمسه",
    "على": "علي",
    "İzmir": "izmir",
}


@pytest.mark.parametrize(("text", "folded"), FOLDED.items())
def test_a_text_is_folded(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize("text", ["Jane", "jane", "JANE", "Éva", "Анна"])
def test_a_script_with_capitals_has_case(text):
    assert has_case(text)


@pytest.mark.parametrize("text", ["", "123", "田中さくら", "أحمد", "?!"])
def test_other_scripts_have_none(text):
    assert not has_case(text)


def test_words_are_letters_with_apostrophes_inside():
    assert words("It's Jane_Doe's 2nd card, 'isn’t' it?") == (
        "it's", "jane", "doe's", "nd", "card", "isn't", "it",
    )  # fmt: skip
