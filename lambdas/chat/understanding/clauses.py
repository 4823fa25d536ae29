"""A message cut into clauses, and what a clause contains."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from chat.languages.folding import Phrase, fold, words
from chat.languages.language import Language
from chat.languages.lexicon import load_lexicon
from chat.languages.phrase_sets import PhraseSets
from chat.values.card import Field

_SIGNS = {**dict.fromkeys("👍👌✅✔☑🆗", "yes"), **dict.fromkeys("👎❌", "no")}  # each is a clause of its own
_BREAK = re.compile(rf"[.,;:!?\n、。，！？；،؟…—()\"{''.join(_SIGNS)}]+")
_DIGIT = re.compile(r"\d", re.ASCII)
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")  # "yesss"
_MAX_CLAUSES = 12  # the rest of a longer message is one clause

T = TypeVar("T")


@dataclass(frozen=True)
class Clause:
    """Part of a message between two punctuation marks.

    `phrase`: its words. `typed`: the same with accents. `said`: the same as a set. `text`: the same as one string, for
    languages without spaces. `start`, `end`: its place, closing punctuation included. `is_question`: it closes so.
    """

    phrase: Phrase
    typed: frozenset[str]
    said: frozenset[str]
    text: str
    start: int
    end: int
    has_digits: bool
    is_question: bool = False


def split_clauses(plain: str) -> list[Clause]:
    found: list[Clause] = []
    start = 0
    while start < len(plain):
        stop = _BREAK.search(plain, start) if len(found) < _MAX_CLAUSES else None
        said = plain[start : stop.start() if stop else len(plain)]
        phrase = words(_DRAWN_OUT.sub(r"\1", said))
        end = stop.end() if stop else len(plain)
        if phrase:
            has_digits = _DIGIT.search(said) is not None
            typed = frozenset(said.lower().split())
            is_asked = stop is not None and asks(stop[0])
            found.append(Clause(phrase, typed, frozenset(phrase), " ".join(phrase), start, end, has_digits, is_asked))
        signs = {_SIGNS[char] for char in stop[0] if char in _SIGNS} if stop else ()
        found += [Clause((sign,), frozenset(), frozenset((sign,)), sign, end, end, has_digits=False) for sign in signs]
        start = end
    return found


def asks(plain: str) -> bool:
    """Whether it has a question mark."""
    return "?" in plain or "؟" in plain


def ends_asking(said: str, language: Language) -> bool:
    """Whether a sentence has a question mark, or ends as questions do without one."""
    return asks(said) or fold(said).rstrip().endswith(load_lexicon(language.tag).asking_ends)


def contains_any(clause: Clause, language: Language, wanted: frozenset[str] | dict[str, str]) -> bool:
    """Whether one of these words is in the clause."""
    if not clause.said.isdisjoint(wanted):
        return True
    return language.unspaced and any(word in clause.text for word in wanted)


def begins_with_any(clause: Clause, wanted: frozenset[str]) -> bool:
    """Whether the clause begins with one of these phrases that have more than one word: "is it"."""
    return any(f"{clause.text} ".startswith(f"{phrase} ") for phrase in wanted if " " in phrase)


def find_matching(clause: Clause, language: Language, phrases: PhraseSets[T]) -> Iterator[T]:
    """The values of the phrases whose words are all in the clause."""
    return phrases.inside(clause.text) if language.unspaced else phrases.among(clause.said)


def named_fields(clause: Clause, language: Language) -> set[Field]:
    """The fields that it names. "The name on the card" names the name, "the name and the card" names both."""
    if language.unspaced:
        named = {Field(field) for word, field in language.fields.items() if word in clause.text}
    else:
        named = {Field(language.fields[word]) for word in clause.said & language.fields.keys()}
    if len(named) > 1 and not contains_any(clause, language, language.joins):
        named.discard(Field.CARD)
    return named


def names_nothing_else(clause: Clause, language: Language) -> bool:
    """Whether it names fields and says nothing else."""
    if language.unspaced:
        return len(clause.text) <= 12
    return all(word in language.fields or word in language.fillers or word in language.joins for word in clause.said)


def strip_fillers(text: str, fillers: frozenset[str]) -> Iterator[Phrase]:
    """An unspaced clause as it is, then with one filler after the other taken off its ends."""
    before = ""
    while text != before:
        yield tuple(text.split())
        before = text
        for filler in fillers:
            if text != filler and (text.startswith(filler) or text.endswith(filler)):
                text = text.removeprefix(filler).removesuffix(filler).strip()
                break
