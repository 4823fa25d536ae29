"""Which of two values in one message the payer means, by the words between and beside them."""

import re
from collections.abc import Iterable
from enum import Enum

from chat.languages.folding import words
from chat.languages.language import Language

_BREAK = re.compile(r"[.,;:!?\n\x00、。，！？；،؟…—]+")
_AFTER = 12  # characters after a value in which a negation that follows it begins

Span = tuple[int, int]


class Meant(Enum):
    """`EITHER`: no word says which. `UNCLEAR`: a word does, and it can be read both ways: "123 no 456"."""

    FIRST = "first"
    SECOND = "second"
    EITHER = "either"
    UNCLEAR = "unclear"


def which_is_meant(plain: str, first: Span, second: Span, language: Language) -> Meant:
    """ "Not 10/29 but 11/31" and "10/29, sorry, 11/31" mean the second one; "11/31, not 10/29" the first."""
    between = plain[first[1] : second[0]]
    beside = _BREAK.split(between)[-1]
    slips = _said(between, language.slip_words, language)
    if language.negation_follows:
        after = _BREAK.split(plain[second[1] : second[1] + _AFTER])[0]
        if _said(after, language.negations, language):
            return Meant.FIRST
        return Meant.SECOND if slips or _said(between, language.negations, language) else Meant.EITHER
    denials = _said(beside, language.negations, language)
    if denials and len(beside) == len(between) and denials & language.slip_words:
        return Meant.SECOND if slips - denials else Meant.UNCLEAR
    if denials:
        return Meant.FIRST
    before = _BREAK.split(plain[: first[0]])[-1]
    denied = _said(before, language.negations, language) or _said(between, language.negations, language)
    return Meant.SECOND if slips or denied else Meant.EITHER


def _said(text: str, phrases: Iterable[str], language: Language) -> set[str]:
    """Those of the phrases that are in the text."""
    spoken = words(text)
    if language.unspaced:
        return {phrase for phrase in phrases if phrase in "".join(spoken)}
    padded = f" {' '.join(spoken)} "
    return {phrase for phrase in phrases if f" {phrase} " in padded}
