"""Where another name is asked for, words with capitals are it; talk, the old name and words about the card are not."""

import pytest

from chat.languages.language import load_language
from chat.understanding.corrections.replacing_name import find_replacing_name, is_spelled

TOLD = [
    ("de", "Name ist nicht komplett. Bitte Oksana Hryhorenko schreiben", "Oksana", "Oksana Hryhorenko"),
    ("en", "the name is wrong, put Jane A Hill", "Tom Baker", "Jane A Hill"),
    ("en", "It is not Tom Baker. Use Tom Bakker please", "Tom Baker", "Tom Bakker"),
    ("en", "my name is not first, oh come on, the name is Derek Lawson", "first", "Derek Lawson"),
    ("en", "first it was Tom Baker, then Tom Bakker, now it is Tim Bakker", "Tom", "Tim Bakker"),
    ("fr", "Il faut changer le nom : Marie-Claire Dupont", "Bon", "Marie-Claire Dupont"),
    ("es", "cambie el nombre a Juan de la Cruz Pérez", "Juan", "Juan de la Cruz Pérez"),
    ("es", "cambie a “Ana María Ruiz”", "Ana", "Ana María Ruiz"),
    ("ja", "MARI ONISHIに直してもらえますか", "大西 真理", "MARI ONISHI"),
    ("zh", "就是后面的英文 ZHOU HAIYAN 前面中文不要", "周海燕", "ZHOU HAIYAN"),
    ("en", "put J. Hill-Jones Smith", "x", "J. Hill-Jones Smith"),
    ("en", "Please Jane Hill", "x", "Jane Hill"),
]
NOT_TOLD = [
    ("en", "change the name please", "Tom Baker"),
    ("en", "the name is Tom Baker", "Tom Baker"),
    ("en", "the name is TOM BAKER", "Tom Baker"),
    ("en", "call me Jane", "Tom"),
    ("en", "Jane. Hill", "Tom"),
    ("en", "Jane and Hill", "Tom"),
    ("en", "it is L A W S O N", "Tom"),
    ("en", "Visa Card", "Tom"),
    ("ja", "名前を変えてください", "大西 真理"),
    ("ja", "Visa です", "大西 真理"),
    ("en", "x" * 250 + " put it on the card of Jane Hill, who is my dear wife and pays", "Tom"),
]


@pytest.mark.parametrize(("tag", "message", "known", "name"), TOLD)
def test_words_with_capitals_are_the_other_name(tag, message, known, name):
    span = find_replacing_name(message, known, load_language(tag))

    assert span is not None
    assert message[slice(*span)] == name


@pytest.mark.parametrize(("tag", "message", "known"), NOT_TOLD)
def test_without_another_name_in_capitals_nothing_is_found(tag, message, known):
    assert find_replacing_name(message, known, load_language(tag)) is None


@pytest.mark.parametrize(("said", "spelled"), [("L A W", True), ("L A", False), ("L A Wu", False), ("", False)])
def test_three_letters_by_themselves_spell_a_name(said, spelled):
    assert is_spelled(said) is spelled
