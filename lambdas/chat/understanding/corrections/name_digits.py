"""Digits in what is given as a name: it is shown to everybody, so that no digit may hide in it."""

import re

from chat.languages.folding import words
from chat.languages.language import Language
from chat.languages.vocabulary import vocabulary
from chat.understanding.digits.misspellings import resemble_code
from chat.understanding.digits.normalize import normalize
from chat.understanding.digits.number_words import find_runs, has_number_word, replace_number_words, tokenize
from chat.understanding.labels import find_secret_sentences
from chat.values.card import Field, Refusal

_DIGIT = re.compile(r"\d", re.ASCII)


def is_among(name: str, misspelled: set[str]) -> bool:
    """Whether the name has words of a misspelled number, or in kana a part of one."""
    said = words(normalize(name).plain)
    return any(one in other or other in one for one in said for other in misspelled)


def refuse_digits(name: str, language: Language | None = None) -> str | Refusal:
    """The name, unless it reads as digits. With a language, what speaks of card or security code is read closely."""
    read = normalize(name)
    parts = tokenize(read, vocabulary())
    if has_number_word(parts, vocabulary()):
        runs = find_runs(read, parts, vocabulary(), months=())
        secret = find_secret_sentences(read.plain, language) if language else []
        read = replace_number_words(read, runs, secret)
    if count := len(_DIGIT.findall(read.plain)):
        return Refusal("name_looks_like_card" if count > 3 else "name_invalid", Field.NAME)
    return Refusal("name_invalid", Field.NAME) if resemble_code(words(read.plain), vocabulary()) else name
