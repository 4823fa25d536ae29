"""Texts as they are compared: folded, so that spelling and script variants are equal."""

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")

Phrase = tuple[str, ...]  # the words of a phrase, folded


# Hiragana for katakana; one letter for those that Arabic writers use for each other at a word's end.
_SAME = {code: code - 0x60 for code in range(0x30A1, 0x30F7)} | {ord("ة"): ord("ه"), ord("ى"): ord("ي")}


def fold(text: str) -> str:
    """A text as it is compared: lower case, no accents, one kind of apostrophe, one kana script."""
    folded = text.replace("\u2019", "'").casefold()
    if folded.isascii():
        return folded
    plain = "".join(each for each in unicodedata.normalize("NFD", folded) if not unicodedata.combining(each))
    return plain.translate(_SAME)


def has_case(text: str) -> bool:
    """Whether it is written in a script with capitals."""
    return text.lower() != text.upper()


def words(text: str) -> Phrase:
    return tuple(_WORD.findall(fold(text)))
