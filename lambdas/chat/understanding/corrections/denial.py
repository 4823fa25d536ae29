"""Which value in a message is said not to be meant: 123 in "456, not 123", 10/29 in "10/29, sorry, 11/31"."""

import re
from collections.abc import Iterable
from enum import Enum

from chat.languages.folding import words
from chat.languages.language import Language
from chat.languages.lexicon import load_lexicon

_BREAK = re.compile(r"[.,;:!?\n\x00、。，！？；،؛؟…—]+")
_BEFORE, _AFTER = 24, 12  # characters around a value in which it is denied

Span = tuple[int, int]


class Denial(Enum):
    """`POSSIBLE`: the word may also be the end of what was said before: "123 no 456"."""

    NONE = "none"
    POSSIBLE = "possible"
    CERTAIN = "certain"


class Meant(Enum):
    """`EITHER`: no word says which. `UNCLEAR`: a word does, and it can be read both ways: "123 no 456"."""

    FIRST = "first"
    SECOND = "second"
    EITHER = "either"
    UNCLEAR = "unclear"


def which_is_meant(plain: str, first: Span, second: Span, language: Language) -> Meant:
    """ "Not 10/29 but 11/31" and "10/29, sorry, 11/31" mean the second one; "11/31 instead of 10/29" the first."""
    between = plain[first[1] : second[0]]
    slips = _said(between, language.slip_words, language)
    denial = find_denial(plain, second, language, since=first[1])
    if denial is Denial.CERTAIN:
        return Meant.FIRST
    if denial is Denial.POSSIBLE:
        return Meant.SECOND if slips - language.negations else Meant.UNCLEAR
    before = "" if language.negation_follows else _BREAK.split(plain[: first[0]])[-1]
    denied = _said(before, _denying(language), language) or _said(between, _denying(language), language)
    return Meant.SECOND if slips or denied else Meant.EITHER


def find_denial(plain: str, value: Span, language: Language, since: int | None = None) -> Denial:
    """Whether a value is denied by the words next to it: "not the 30", "statt 30", "30ではなく".

    `since`: where another value ends. What is denied between the two is this one, if it is in the same clause.
    """
    if language.negation_follows:
        after = _BREAK.split(plain[value[1] : value[1] + _AFTER])[0]
        return Denial.CERTAIN if _said(after, _denying(language), language) else Denial.NONE
    before = plain[max(0, value[0] - _BEFORE) if since is None else since : value[0]]
    clause = _BREAK.split(before)[-1]
    said = _said_last(clause, language) if since is None else _said(clause, _denying(language), language)
    if said and said <= language.slip_words and len(clause) == len(before):
        return Denial.POSSIBLE
    return Denial.CERTAIN if said else Denial.NONE


def _denying(language: Language) -> frozenset[str]:
    return language.negations | language.instead_of


def _said_last(clause: str, language: Language) -> set[str]:
    """What denies at the end of a clause, but for words as "is" and "the"; a mere no is followed by one at most."""
    if language.unspaced:
        return {phrase for phrase in _denying(language) if "".join(words(clause)).endswith(phrase)}
    lexicon = load_lexicon(language.tag)
    beside = lexicon.copulas | lexicon.month_words | lexicon.year_words | language.fillers
    said = list(words(clause))
    for dropped in range(len(said)):
        tail = " ".join(["", *said])
        found = {phrase for phrase in _denying(language) if tail.endswith(f" {phrase}")}
        if found or said[-1] not in beside:
            return found if dropped <= 1 or not found <= language.slip_words else set()
        said.pop()
    return set()


def _said(text: str, phrases: Iterable[str], language: Language) -> set[str]:
    """Those of the phrases that are in the text."""
    spoken = words(text)
    if language.unspaced:
        return {phrase for phrase in phrases if phrase in "".join(spoken)}
    padded = f" {' '.join(spoken)} "
    return {phrase for phrase in phrases if f" {phrase} " in padded}
