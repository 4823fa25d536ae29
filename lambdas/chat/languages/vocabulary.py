"""What is understood in every language at once: languages' names, number words and months."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from chat.languages.language import FILES, Phrase, fold, language_tags, months_of, words, words_of


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
class Vocabulary:
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
def vocabulary() -> Vocabulary:
    """From the head of every language's file, what stands before its first section."""
    called: dict[str, str] = {}
    native: set[str] = set()
    asks: dict[str, frozenset[str]] = {}
    numbers: dict[Phrase, int] = {}
    times: dict[str, int] = {}
    months: dict[str, int] = {}
    ands: set[str] = set()
    compounds: list[Compounds] = []
    for tag in language_tags():
        head = tomllib.loads((FILES / f"{tag}.toml").read_text(encoding="utf-8").split("\n[", 1)[0])
        called |= dict.fromkeys(map(fold, head["called"]), tag)
        native.add(fold(head["called"][0]))
        asks[tag] = frozenset(map(fold, head["asks"]))
        times |= {word: factor for factor, text in enumerate(head.get("times", ()), 2) for word in words(text)}
        spoken = {words(phrase): value for phrase, value in _numbers(head)}
        numbers |= spoken
        ands |= words_of([head.get("and", "")])
        compounds.append(_compounds(spoken, head))
        months |= months_of(head)
    months = {word: month for word, month in months.items() if len(word) > 3 and (word,) not in numbers}
    longest: dict[str, int] = {}
    for phrase in numbers:
        longest[phrase[0]] = max(len(phrase), longest.get(phrase[0], 0))
    return Vocabulary(
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
