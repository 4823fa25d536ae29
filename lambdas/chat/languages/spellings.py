"""Which languages have a number word that is written like a word, or is one letter away from it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from chat.languages.folding import Phrase

LARGE = 16  # by so many bits are those moved that have such a word for a number from 10 on
_GAP = "\0"  # stands for one letter, whichever
_MIN_CHARS = 3  # shorter number words are one letter away from anything
_MAX_RESTS = 80  # a bound on the work: of one word, parts that are compared
_MIN_JOINED_CHARS = 7  # the same of one with an "and"
_MAX_WORD_CHARS = 40  # a bound on the work: no number word is longer
_MAX_CHARS = 17  # of a number word within a compound
_EXACT_CHARS = 3  # that a compound with a mistake has besides the mistake
_EXACT_CHARS_AROUND = 10  # around a mistake that is no number word at all, and not longer than they
# The same in kana, whose number words have one letter or two; and if none has one. The most letters of a mistake there.
_EXACT_CHARS_KANA, _EXACT_CHARS_LONG_KANA, _MAX_REST_KANA = 6, 4, 3


@dataclass(frozen=True)
class Spellings:
    """Number words of all languages. A set of languages is an int with a bit for each, and another one from `LARGE` on.

    `exact`: those of some length. `gapped`: the same with one letter left open. `parts`: all of them, and what may
    stand between two. `leads`: letters that stand before a number word in the same word, as "and" does in Arabic.
    `unspaced`: the languages that are written without spaces.
    """

    exact: dict[str, int]
    gapped: dict[str, int]
    parts: dict[str, int]
    leads: dict[str, int]
    unspaced: int

    def near(self, word: str) -> int:
        """The languages with a number word that is this but for a letter: another, added, left out, or swapped."""
        if len(word) > _MAX_WORD_CHARS:
            return 0
        lead = self.leads.get(word[:1], 0)
        return self._near(word) | (lead & self._near(word[1:]) if lead else 0)

    def _near(self, word: str) -> int:
        found = self.exact.get(word, 0) | self.gapped.get(word + _GAP, 0)
        for at in range(len(word)):
            before, after = word[:at], word[at + 1 :]
            found |= self.gapped.get(f"{before}{_GAP}{after}", 0) | self.gapped.get(f"{before}{_GAP}{word[at:]}", 0)
            found |= self.exact.get(before + after, 0)
            if after:
                found |= self.exact.get(f"{before}{after[0]}{word[at]}{after[1:]}", 0)
        return found

    def near_compound(self, word: str) -> int:
        """The languages of whose number words it is put together, with a mistake in one of them at most."""
        if word.isascii():
            return self._near_compound(word, 1, _EXACT_CHARS)
        return self._near_compound(word, 1, _EXACT_CHARS_KANA) | self._near_compound(word, 2, _EXACT_CHARS_LONG_KANA)

    def compound(self, word: str) -> int:
        """The languages of whose number words it is put together, without any mistake."""
        return self._reached(word, 1)[0][-1]

    def number_places(self, word: str) -> Iterator[tuple[int, int]]:
        """Where number words of two letters and more stand in kana, the longest first, from the left."""
        start = 0
        while start < len(word):
            ends = range(min(len(word), start + _MAX_CHARS), start + 1, -1)
            end = next((end for end in ends if self.parts.get(word[start:end], 0) & self.unspaced), 0)
            if end:
                yield start, end
            start = end or start + 1

    def _near_compound(self, word: str, min_chars: int, exact_chars: int) -> int:
        """`min_chars`: of a part. `exact_chars`: that it has besides the mistake."""
        ahead, behind = self._reached(word, min_chars)
        found = ahead[len(word)]
        ends = [at for at, languages in enumerate(behind) if languages]
        rests = (
            (start, end, ahead[start] & behind[end])
            for start in [at for at, languages in enumerate(ahead) if languages]
            for end in ends
            if ahead[start] & behind[end] and 0 < end - start <= min(_MAX_CHARS, len(word) - exact_chars)
        )
        for start, end, both in islice(rests, _MAX_RESTS):
            found |= both & (self.near(word[start:end]) | self._any_rest(end - start, len(word)))
        return found

    def _any_rest(self, chars: int, of: int) -> int:
        """The languages for which so few letters may be anything: "un" for "und" between numbers, a letter in kana."""
        if of - chars >= max(chars, _EXACT_CHARS_AROUND):
            return -1
        return self.unspaced if chars <= _MAX_REST_KANA else 0

    def _reached(self, word: str, min_chars: int) -> tuple[list[int], list[int]]:
        """By place, the languages of whose number words everything before it is put together; or after it."""
        ahead, behind = [-1] + [0] * len(word), [0] * len(word) + [-1]
        for start in range(len(word)):
            for end in range(start + min_chars, min(len(word), start + _MAX_CHARS) + 1) if ahead[start] else ():
                ahead[end] |= ahead[start] & self.parts.get(word[start:end], 0)
        for end in range(len(word), 0, -1):
            for start in range(max(0, end - _MAX_CHARS), end - min_chars + 1) if behind[end] else ():
                behind[start] |= behind[end] & self.parts.get(word[start:end], 0)
        return ahead, behind


@dataclass(frozen=True)
class NumberWriting:
    """How a language writes numbers: its phrases, what may stand between two of them, and whether also before one."""

    phrases: Mapping[Phrase, int]
    link: str
    link_may_come_first: bool
    unspaced: bool

    def words(self) -> Iterator[tuple[str, int]]:
        """The numbers of one word; a Latin letter is none."""
        for phrase, value in self.phrases.items():
            if len(phrase) == 1 and (len(phrase[0]) > 1 or not phrase[0].isascii()):
                yield phrase[0], value

    def with_link(self, word: str, value: int) -> Iterator[str]:
        """The word, and what it is in a compound: "achtund", "undsechzig"; nothing too short to compare."""
        if len(word) >= _MIN_CHARS:
            yield word
        if len(word) + len(self.link) >= _MIN_JOINED_CHARS and len(self.link) > 1 and value < 100:
            yield word + self.link if value < 10 else self.link + word


def spellings_of(languages: Iterable[NumberWriting]) -> Spellings:
    exact: dict[str, int] = {}
    gapped: dict[str, int] = {}
    parts: dict[str, int] = {}
    leads: dict[str, int] = {}
    unspaced = 0
    for number, language in enumerate(languages):
        every = 1 << number | 1 << number + LARGE
        unspaced |= every if language.unspaced else 0
        for word, value in language.words():
            of = 1 << number | (1 << number + LARGE if value > 9 else 0)
            _add(parts, word, of)
            for joined in language.with_link(word, value):
                _add(exact, joined, of)
                for at in range(len(joined)):
                    _add(gapped, f"{joined[:at]}{_GAP}{joined[at + 1 :]}", of)
        if language.link:
            _add(parts, language.link, every)
        if language.link_may_come_first:
            _add(leads, language.link, every)
    return Spellings(exact, gapped, parts, leads, unspaced)


def _add(known: dict[str, int], word: str, language: int) -> None:
    known[word] = known.get(word, 0) | language
