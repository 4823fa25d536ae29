"""One language: everything it says and understands, read from its data file `languages/<tag>.toml` once."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILES = Path(__file__).with_name("languages")
DEFAULT = "en"

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")

Phrase = tuple[str, ...]
"""The words of a phrase, folded."""


def fold(text: str) -> str:
    """A text as it is compared: lower case, no accents, one kind of apostrophe."""
    folded = text.replace("\u2019", "'").casefold()
    if folded.isascii():
        return folded
    return "".join(each for each in unicodedata.normalize("NFD", folded) if not unicodedata.combining(each))


def words(text: str) -> Phrase:
    return tuple(_WORD.findall(fold(text)))


@dataclass(frozen=True)
class Language:
    """Phrases are folded; `wishes` are compared whole, once `fillers` are dropped; the rest by all of their words.

    `changes`: with each phrase whether it says no itself, as "not right" does.
    `slips`: what is said before a correction, as "no" and "sorry".
    `asks_for`: by step, words one of which stands in every reply that asks for it; `claims`: words that none may have.
    Both check a reworded reply; a language without them is never reworded.
    `unspaced`: written without spaces, so that words are looked for inside a clause.
    """

    tag: str
    name: str
    unspaced: bool
    says: dict[str, str]
    errors: dict[str, list[str]]
    asks_for: dict[str, Phrase]
    claims: tuple[str, ...]
    wishes: dict[Phrase, str]
    fillers: frozenset[str]
    topics: tuple[tuple[frozenset[str], str], ...]
    changes: tuple[tuple[frozenset[str], bool], ...]
    another: frozenset[str]
    negations: frozenset[str]
    joins: frozenset[str]
    fields: dict[str, str]
    name_leads: re.Pattern[str]
    weak_leads: re.Pattern[str]
    lead_words: frozenset[str]
    name_tails: tuple[str, ...]
    slips: re.Pattern[str]
    not_names: frozenset[str]
    months: dict[str, int]

    @property
    def joiner(self) -> str:
        return "" if self.unspaced else " "

    def refusal(self, code: str, brand: str | None, attempt: int) -> str:
        """The wording of an error for this brand at this attempt (from 1); it grows until the last one written."""
        texts = self.errors.get(f"{code}_{brand or 'unknown'}") or self.errors[code]
        return texts[min(attempt, len(texts)) - 1]


@dataclass(frozen=True)
class Compounds:
    """How a language writes numbers in one word: "siebenhundertdreiundzwanzig".

    `numbers`: its number words by their first letter, the longest first. `link`: what may stand between two of them,
    or, `prefixed`, before the first as well. `unspaced`: they stand inside other words.
    """

    numbers: dict[str, tuple[str, ...]]
    link: str
    prefixed: bool
    unspaced: bool

    def parts(self, word: str, start: int) -> list[tuple[int, int]]:
        """Where number words and links follow one another from `start` on; the longest is taken each time."""
        found: list[tuple[int, int]] = []
        while True:
            size = self._number(word, start)
            if not size and self.link and (found or self.prefixed) and word.startswith(self.link, start):
                linked = start + len(self.link)
                size = self._number(word, linked)
                found += [(start, linked)] if size else []
                start = linked
            if not size:
                return found
            found.append((start, start + size))
            start += size

    def _number(self, word: str, start: int) -> int:
        numbers = self.numbers.get(word[start : start + 1], ())
        return next((len(each) for each in numbers if word.startswith(each, start)), 0)


@dataclass(frozen=True)
class Tongues:
    """What has to be understood in whatever language the conversation is: languages' names, number words and months.

    `numbers`: the value of a phrase. `longest`: the most words of a phrase, by its first word. `ands`: what a number
    has between its parts. `begins`: the first three letters of all number words.
    `months`: by names of four letters or more; "out" and "set" are also other words.
    """

    called: dict[str, str]
    native: frozenset[str]
    asks: dict[str, frozenset[str]]
    numbers: dict[Phrase, int]
    longest: dict[str, int]
    times: dict[str, int]
    ands: frozenset[str]
    begins: frozenset[str]
    compounds: tuple[Compounds, ...]
    months: dict[str, int]


@cache
def tags() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in FILES.glob("*.toml")))


def speaks(tag: str) -> Language:
    """The language of this tag, else the default one."""
    return _read(tag if tag in tags() else DEFAULT)


@cache
def _read(tag: str) -> Language:
    data = tomllib.loads((FILES / f"{tag}.toml").read_text(encoding="utf-8"))
    hears: dict[str, Any] = data["hears"]
    unspaced = data.get("unspaced", False)
    fillers = frozenset(fold(each) for each in hears["fillers"]) if unspaced else _words(hears["fillers"])
    negations = _words(hears["negations"])
    return Language(
        tag=tag,
        name=data["name"],
        unspaced=unspaced,
        says=data["says"],
        errors=data["errors"],
        asks_for={step: tuple(texts) for step, texts in data.get("checks", {}).items() if step != "claims"},
        claims=tuple(data.get("checks", {}).get("claims", ())),
        wishes={
            without_fillers(words(each), fillers): wish
            for wish, phrases in data["wishes"].items()
            for each in phrases
        },
        fillers=fillers,
        topics=tuple((_all(each), topic) for topic, phrases in data["topics"].items() for each in phrases),
        changes=tuple((_all(each), _denies(each, negations, unspaced=unspaced)) for each in hears["change"]),
        another=_words(hears["another"]),
        negations=negations,
        joins=_words(hears["joins"]),
        fields={word: field for field, names in data["fields"].items() for word in _words(names)},
        name_leads=_leads(hears["name_leads"], unspaced=unspaced),
        weak_leads=_leads(hears["weak_leads"], unspaced=unspaced),
        lead_words=frozenset(words(each)[0] for each in (*hears["name_leads"], *hears["weak_leads"])),
        name_tails=tuple(hears["name_tails"]),
        slips=_slips(hears["slips"]),
        not_names=_words(hears["not_names"]),
        months=_months(data),
    )  # fmt: skip


def without_fillers(phrase: Phrase, fillers: frozenset[str]) -> Phrase:
    """The phrase without words that change nothing; a phrase of nothing else stands as it is."""
    return tuple(word for word in phrase if word not in fillers) or phrase


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in words(text))


def _denies(text: str, negations: frozenset[str], *, unspaced: bool) -> bool:
    """Whether a phrase such as "not right" says no itself."""
    return not _all(text).isdisjoint(negations) or (unspaced and any(each in fold(text) for each in negations))


def _all(text: str) -> frozenset[str]:
    return frozenset(words(text))


def _leads(texts: list[str], *, unspaced: bool) -> re.Pattern[str]:
    """Finds a lead-in such as "my name is"; what follows up to the end of the clause is group 1."""
    longest_first = sorted(texts, key=len, reverse=True)
    either = "|".join(re.escape(each).replace(r"\ ", r"\s+").replace("'", "['’]") for each in longest_first)
    start, end = ("", r"\s*") if unspaced else (r"(?<!\w)", r"(?:(?<=['’])|[\s:]+)")
    return re.compile(rf"{start}(?:{either}){end}([^,;:!?\n\d。、，！？،؛؟]+)", re.IGNORECASE)


def _slips(texts: list[str]) -> re.Pattern[str]:
    """Finds the words before a correction, such as "no, wait"."""
    either = "|".join(re.escape(each) for each in sorted(texts, key=len, reverse=True))
    return re.compile(rf"\s*(?:(?:{either})[\s.,:;!…、。，！،؛-]+)+", re.IGNORECASE)


@cache
def tongues() -> Tongues:
    """From the head of every language's file, what stands before its first section."""
    called: dict[str, str] = {}
    native: set[str] = set()
    asks: dict[str, frozenset[str]] = {}
    numbers: dict[Phrase, int] = {}
    times: dict[str, int] = {}
    months: dict[str, int] = {}
    ands: set[str] = set()
    compounds: list[Compounds] = []
    for tag in tags():
        head = tomllib.loads((FILES / f"{tag}.toml").read_text(encoding="utf-8").split("\n[", 1)[0])
        called |= dict.fromkeys(map(fold, head["called"]), tag)
        native.add(fold(head["called"][0]))
        asks[tag] = frozenset(map(fold, head["asks"]))
        times |= {word: factor for factor, text in enumerate(head.get("times", ()), 2) for word in words(text)}
        spoken = {words(phrase): value for phrase, value in _numbers(head)}
        numbers |= spoken
        ands |= _words([head.get("and", "")])
        compounds.append(_compounds(spoken, head))
        months |= _months(head)
    months = {word: month for word, month in months.items() if len(word) > 3 and (word,) not in numbers}
    longest: dict[str, int] = {}
    for phrase in numbers:
        longest[phrase[0]] = max(len(phrase), longest.get(phrase[0], 0))
    return Tongues(
        called, frozenset(native), asks, numbers, longest, times, frozenset(ands),
        begins=frozenset(phrase[0][:3] for phrase in numbers),
        compounds=tuple(compounds),
        months=months,
    )  # fmt: skip


def _compounds(spoken: Iterable[Phrase], head: dict[str, Any]) -> Compounds:
    """Latin letters alone ("o") are no part of a word."""
    by_letter: dict[str, set[str]] = {}
    for phrase in spoken:
        if len(phrase) == 1 and (len(phrase[0]) > 1 or not phrase[0].isascii()):
            by_letter.setdefault(phrase[0][0], set()).add(phrase[0])
    numbers = {letter: tuple(sorted(each, key=len, reverse=True)) for letter, each in by_letter.items()}
    return Compounds(numbers, fold(head.get("and", "")), head.get("prefixed", False), head.get("unspaced", False))


def _months(head: dict[str, Any]) -> dict[str, int]:
    return {word: month for month, names in enumerate(head["months"], 1) for word in words(names)}


def _numbers(head: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Every number word of a language: 0 to 19, the tens, how it puts the two together, the hundreds and thousands."""
    units = [text.split("|") for text in head["numbers"]]
    for value, names in enumerate(units):
        yield from ((name, value) for name in names)
    for index, text in enumerate(head["tens"]):
        for ten in text.split("|"):
            yield ten, 20 + index * 10
            for value in range(1, 10):
                for unit in units[value]:
                    for compound in head["compounds"]:
                        yield compound.format(ten=ten, unit=unit, elided=ten[:-1]), 20 + index * 10 + value
    for key, power in (("hundreds", 100), ("thousands", 1000)):
        for times, text in enumerate(head.get(key, ()), 1):
            yield from ((name, times * power) for name in text.split("|"))
    yield from head.get("more", {}).items()
