"""One part of a known expiry that is to be another: "the month should be june", "the year is 2031"."""

import re
from typing import NamedTuple

from chat.languages.folding import fold, words
from chat.languages.language import Language, words_of
from chat.languages.lexicon import load_lexicon
from chat.languages.vocabulary import vocabulary
from chat.understanding.corrections.denial import Denial, Meant, find_denial, which_is_meant
from chat.values.card import Expiry

_NUMBER = re.compile(r"(?<!\d)(\d{4}|\d{1,2})(?!\d)", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+")
_MAX_NUMBERS = 3  # with more than the new and the old part it says something else


Span = tuple[int, int]


class Part(NamedTuple):
    """A new month or year, and where it stands."""

    value: int
    is_month: bool
    span: Span


def find_corrected_part(
    plain: str, known: Expiry, language: Language, *, alone: bool
) -> tuple[tuple[int, int], Span] | None:
    """Month and year, unchecked, and where the new one of them stands.

    `alone`: the name of a month is enough, where nothing but words around a correction stand beside it.
    """
    lexicon = load_lexicon(language.tag)
    named = set(_spoken(plain, language))
    is_month, is_year = not named.isdisjoint(lexicon.month_words), not named.isdisjoint(lexicon.year_words)
    if is_month and is_year:
        return None
    found = _numbers(plain, is_month=is_month) if is_month or is_year else []
    if not is_year:
        found += _months(plain, language) if is_month or (alone and _is_all_known(plain, language)) else []
    part = _meant(plain, sorted(found, key=lambda part: part.span), language) if len(found) <= _MAX_NUMBERS else None
    if part is None:
        return None
    date = (part.value, known.year) if part.is_month else (known.month, part.value)
    return date, part.span


def _meant(plain: str, found: list[Part], language: Language) -> Part | None:
    """The one that the words between them mean, else the last; none where it is unclear, or the only one is denied."""
    if not found:
        return None
    part = found[0]
    for other in found[1:]:
        meant = which_is_meant(plain, part.span, other.span, language)
        if meant is Meant.UNCLEAR:
            return None
        part = part if meant is Meant.FIRST else other
    return part if len(found) > 1 or find_denial(plain, part.span, language) is Denial.NONE else None


def _spoken(plain: str, language: Language) -> tuple[str, ...]:
    if language.unspaced:
        lexicon = load_lexicon(language.tag)
        return tuple(word for word in (*lexicon.month_words, *lexicon.year_words) if word in plain)
    return tuple(part for word in words(plain) for part in (word, word.rpartition("'")[2]))


def _numbers(plain: str, *, is_month: bool) -> list[Part]:
    sizes = (1, 2) if is_month else (2, 4)
    return [Part(int(match[1]), is_month, match.span()) for match in _NUMBER.finditer(plain) if len(match[1]) in sizes]


def _months(plain: str, language: Language) -> list[Part]:
    found = []
    for match in _WORD.finditer(plain):
        word = fold(match[0])
        month = language.months.get(word) or vocabulary().months.get(word)
        if month:
            found.append(Part(month, True, match.span()))
    return found


def _is_all_known(plain: str, language: Language) -> bool:
    """Whether nothing stands there but months and words that belong to a correction: "it's june, not december"."""
    beside = load_lexicon(language.tag).copulas | language.fillers | language.lead_words | words_of(language.instead_of)
    said = [word for word in words(plain) if word not in language.months and word not in vocabulary().months]
    return bool(said) and all(word in language.negations or word in beside or word in language.fields for word in said)
