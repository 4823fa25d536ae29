"""One language: everything it says and understands, read from its data file `languages/<tag>.toml` once."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from chat.languages.folding import Phrase, fold, words
from chat.languages.patterns import lead_pattern, slip_pattern
from chat.languages.phrase_sets import PhraseSets

FILES = Path(__file__).parent
DEFAULT = "en"


class Topic(NamedTuple):
    """What a question is about, by the key of its answer. `only_asked`: not so in a clause without a question mark."""

    key: str
    only_asked: bool


@dataclass(frozen=True)
class Language:
    """`says`: the wording of the conversation; `order`: what is said of an order; `answers`: to questions, by topic.

    Phrases are folded; `intents` are compared whole, once `fillers` are dropped; the rest by all of their words.

    `changes`: whether each phrase says no itself, as "not right" does. `phrases`: those of `intents` with fillers.
    `doubts`: what makes a yes or a stop a question: "can", "maybe", "right?"; two words where they begin it: "is it".
    `doubts_as_typed`: the same, compared with their accents: "si" is "if" in Spanish, and "sí" is "yes".
    `known_words`: all words, or phrases where it is `unspaced`, that are understood.
    `slips`, `slip_words`: said before a correction, as "sorry". `instead_of`: before a value that is replaced.
    `negation_follows`: a negation stands after what it denies.
    `asks_for`: by step, words one of which stands in every reply that asks for it; `claims`: words that none may have.
    Both check a reworded reply; a language without them is never reworded.
    `unspaced`: written without spaces, so that words are looked for inside a clause.
    """

    tag: str
    name: str
    unspaced: bool
    says: dict[str, str]
    order: dict[str, str]
    answers: dict[str, str]
    errors: dict[str, list[str]]
    asks_for: dict[str, Phrase]
    claims: tuple[str, ...]
    intents: dict[Phrase, str]
    phrases: frozenset[Phrase]
    fillers: frozenset[str]
    doubts: frozenset[str]
    doubts_as_typed: frozenset[str]
    topics: PhraseSets[Topic]
    changes: PhraseSets[bool]
    another: frozenset[str]
    negations: frozenset[str]
    joins: frozenset[str]
    fields: dict[str, str]
    name_leads: re.Pattern[str]
    weak_leads: re.Pattern[str]
    lead_words: frozenset[str]
    name_tails: tuple[str, ...]
    slips: re.Pattern[str]
    slip_words: frozenset[str]
    negation_follows: bool
    instead_of: frozenset[str]
    not_names: frozenset[str]
    months: dict[str, int]
    known_words: frozenset[str]

    @property
    def joiner(self) -> str:
        return "" if self.unspaced else " "

    def refusal(self, code: str, brand: str | None, attempt: int) -> str:
        """The wording of an error for this brand at this attempt (from 1); it grows until the last one written."""
        texts = self.errors.get(f"{code}_{brand or 'unknown'}") or self.errors[code]
        return texts[min(attempt, len(texts)) - 1]


@cache
def language_tags() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in FILES.glob("*.toml")))


def load_language(tag: str) -> Language:
    """The language of this tag, else the default one."""
    return _read(tag if tag in language_tags() else DEFAULT)


@cache
def _read(tag: str) -> Language:
    data = tomllib.loads((FILES / f"{tag}.toml").read_text(encoding="utf-8"))
    vocabulary = read_vocabulary(tag)
    hears: dict[str, Any] = data["hears"]
    unspaced = vocabulary.get("unspaced", False)
    fillers = frozenset(fold(each) for each in hears["fillers"]) if unspaced else words_of(hears["fillers"])
    negations = words_of(hears["negations"])
    return Language(
        tag=tag,
        name=vocabulary["name"],
        unspaced=unspaced,
        says=data["says"],
        order=data["order"],
        answers=data["answers"],
        errors=data["errors"],
        asks_for={step: tuple(texts) for step, texts in data.get("checks", {}).items() if step != "claims"},
        claims=tuple(data.get("checks", {}).get("claims", ())),
        intents={
            without_fillers(words(each), fillers): intent
            for intent, phrases in data["intents"].items()
            for each in phrases
        },
        phrases=frozenset(words(each) for phrases in data["intents"].values() for each in phrases),
        fillers=fillers,
        doubts=frozenset(map(fold, hears["doubts"])),
        doubts_as_typed=frozenset(hears["doubts_as_typed"]),
        topics=PhraseSets(
            (_word_set(each), Topic(key, only_asked=each.endswith(("?", "؟"))))
            for key, phrases in data["topics"].items()
            for each in phrases
        ),
        changes=PhraseSets(
            (_word_set(each), _is_negative(each, negations, unspaced=unspaced)) for each in hears["change"]
        ),
        another=words_of(hears["another"]),
        negations=negations,
        joins=words_of(hears["joins"]),
        fields={word: field for field, names in data["fields"].items() for word in words_of(names)},
        name_leads=lead_pattern(hears["name_leads"], unspaced=unspaced),
        weak_leads=lead_pattern(hears["weak_leads"], unspaced=unspaced),
        lead_words=frozenset(words(each)[0] for each in (*hears["name_leads"], *hears["weak_leads"])),
        name_tails=tuple(hears["name_tails"]),
        slips=slip_pattern(hears["slips"]),
        slip_words=frozenset(" ".join(words(each)) for each in hears["slips"]),
        negation_follows=vocabulary.get("negation_follows", False),
        instead_of=frozenset(" ".join(words(each)) for each in vocabulary["instead_of"]),
        not_names=words_of(hears["not_names"]),
        months=month_numbers(vocabulary),
        known_words=_known_words(data, unspaced=unspaced),
    )  # fmt: skip


def read_vocabulary(tag: str) -> dict[str, Any]:
    """The language's part of what is understood in every conversation."""
    return tomllib.loads((FILES / "vocabularies" / f"{tag}.toml").read_text(encoding="utf-8"))


def without_fillers(phrase: Phrase, fillers: frozenset[str]) -> Phrase:
    """The phrase without words that change nothing; a phrase of nothing else stands as it is."""
    return tuple(word for word in phrase if word not in fillers) or phrase


def words_of(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in words(text))


def _known_words(data: dict[str, Any], *, unspaced: bool) -> frozenset[str]:
    """Every word, or in an unspaced language every phrase, of what the language understands."""
    texts = [*chain(*data["intents"].values(), *data["topics"].values(), *data["hears"].values()), *_names(data)]
    return frozenset(map(fold, texts)) if unspaced else words_of(texts)


def _names(data: dict[str, Any]) -> Iterator[str]:
    """The names of the fields."""
    return chain(*data["fields"].values())


def _is_negative(text: str, negations: frozenset[str], *, unspaced: bool) -> bool:
    """Whether a phrase such as "not right" says no itself."""
    return not _word_set(text).isdisjoint(negations) or (unspaced and any(each in fold(text) for each in negations))


def _word_set(text: str) -> frozenset[str]:
    return frozenset(words(text))


def month_numbers(vocabulary: dict[str, Any]) -> dict[str, int]:
    """1 to 12, by name and abbreviation."""
    return {fold(name): month for month, names in enumerate(vocabulary["months"], 1) for name in names}
