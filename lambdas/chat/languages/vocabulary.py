"""What is understood in every language at once: languages' names, number words and months."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from chat.languages.folding import Phrase, fold, words
from chat.languages.language import language_tags, month_numbers, read_vocabulary, words_of
from chat.languages.spellings import NumberWriting, Spellings, spellings_of


@dataclass(frozen=True)
class Compounds:
    """How a language writes numbers in one word: "siebenhundertdreiundzwanzig".

    `numbers`: its number words by their first letter, the longest first. `link`: what may stand between two of them,
    and with `link_may_come_first` also before the first one. `unspaced`: numbers may stand inside other words.
    """

    numbers: dict[str, tuple[str, ...]]
    link: str
    link_may_come_first: bool
    unspaced: bool

    def parts(self, word: str, start: int) -> list[tuple[int, int]]:
        """The places of number words and links that follow one another from `start`, as far as they go."""
        return self._parts(word, start, {}, is_first=True)

    def _parts(
        self, word: str, start: int, known: dict[int, list[tuple[int, int]]], *, is_first: bool = False
    ) -> list[tuple[int, int]]:
        """The longest number word is not always right: "settecentottanta" is settecent(o) and ottanta."""
        if start in known and not is_first:
            return known[start]
        best: list[tuple[int, int]] = []
        links = [start]
        if self.link and word.startswith(self.link, start) and (not is_first or self.link_may_come_first):
            links.append(start + len(self.link))
        for begin in links:
            for name in self.numbers.get(word[begin : begin + 1], ()):
                if word.startswith(name, begin):
                    end = begin + len(name)
                    rest = self._parts(word, end, known)
                    reached = rest[-1][1] if rest else end
                    if not best or reached > best[-1][1]:
                        best = [*([(start, begin)] if begin > start else []), (begin, end), *rest]
        if not is_first:
            known[start] = best
        return best


@dataclass(frozen=True)
class Vocabulary:
    """What is understood in every conversation, whatever its language: languages' names, number words and months.

    `language_names`: the tag by a language's name. `own_names`: what languages call themselves. `request_words`: by
    tag, the words around a language's name when somebody asks for it. `numbers`: the value of a phrase. `max_words`: of
    a number phrase, by its first word. `repeats`: how often a word such as "double" repeats the next digit. `links`:
    what may stand between the parts of a number. `prefixes`: the first three letters of all number words. `spellings`:
    for words that are nearly one. `months`: only by names of four letters or more, because short ones are also other
    words ("out", "set").
    """

    language_names: dict[str, str]
    own_names: frozenset[str]
    request_words: dict[str, frozenset[str]]
    numbers: dict[Phrase, int]
    max_words: dict[str, int]
    repeats: dict[str, int]
    links: frozenset[str]
    prefixes: frozenset[str]
    compounds: tuple[Compounds, ...]
    spellings: Spellings
    months: dict[str, int]


@cache
def vocabulary() -> Vocabulary:
    data = {tag: read_vocabulary(tag) for tag in language_tags()}
    numbers = {tag: {words(phrase): value for phrase, value in _spellings(each)} for tag, each in data.items()}
    all_numbers = {phrase: value for each in numbers.values() for phrase, value in each.items()}
    months = {word: month for each in data.values() for word, month in month_numbers(each).items()}
    max_words: dict[str, int] = {}
    for phrase in all_numbers:
        max_words[phrase[0]] = max(len(phrase), max_words.get(phrase[0], 0))
    return Vocabulary(
        language_names={fold(name): tag for tag, each in data.items() for name in each["names"]},
        own_names=frozenset(fold(each["names"][0]) for each in data.values()),
        request_words={tag: frozenset(map(fold, each["request_words"])) for tag, each in data.items()},
        numbers=all_numbers,
        max_words=max_words,
        repeats={
            fold(word): times
            for each in data.values()
            for times, names in enumerate(each.get("repeats", ()), 2)
            for word in names
        },
        links=words_of(each.get("link", "") for each in data.values()),
        prefixes=frozenset(phrase[0][:3] for phrase in all_numbers),
        compounds=tuple(_compounds(numbers[tag], each) for tag, each in data.items()),
        spellings=spellings_of(_number_writing(numbers[tag], each) for tag, each in data.items()),
        months={word: month for word, month in months.items() if len(word) > 3 and (word,) not in all_numbers},
    )


def _number_writing(phrases: dict[Phrase, int], data: dict[str, Any]) -> NumberWriting:
    link = fold(data.get("link", ""))
    return NumberWriting(phrases, link, data.get("link_may_come_first", False), data.get("unspaced", False))


def _compounds(numbers: Iterable[Phrase], data: dict[str, Any]) -> Compounds:
    """A single Latin letter ("o") is no part of a compound."""
    by_letter: dict[str, set[str]] = {}
    for phrase in numbers:
        if len(phrase) == 1 and (len(phrase[0]) > 1 or not phrase[0].isascii()):
            by_letter.setdefault(phrase[0][0], set()).add(phrase[0])
    longest_first = {letter: tuple(sorted(each, key=len, reverse=True)) for letter, each in by_letter.items()}
    link_may_come_first = data.get("link_may_come_first", False)
    return Compounds(longest_first, fold(data.get("link", "")), link_may_come_first, data.get("unspaced", False))


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def _spellings(data: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Number words, also as they are typed without umlauts: "fuenf"."""
    for name, value in _number_words(data):
        yield name, value
        yield name.translate(_UMLAUTS), value


def _number_words(data: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """0 to 19, the tens, tens with units, the hundreds and thousands, and what is none of these."""
    for value, names in enumerate(data["units"]):
        yield from ((name, value) for name in names)
    for ten, value in ((ten, 20 + index * 10) for index, names in enumerate(data["tens"]) for ten in names):
        yield ten, value
        for unit, names in enumerate(data["units"][1:10], 1):
            for name in names:
                for compound in data["compounds"]:
                    yield compound.format(ten=ten, unit=name, elided=ten[:-1]), value + unit
    for key, power in (("hundreds", 100), ("thousands", 1000)):
        for times, names in enumerate(data.get(key, ()), 1):
            yield from ((name, times * power) for name in names)
    yield from data.get("other_numbers", {}).items()
