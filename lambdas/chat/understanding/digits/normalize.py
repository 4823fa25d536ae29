"""The digits in a message, whatever script they are written in, and where they stand."""

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import islice

from chat.understanding.digits.ideographs import IDEOGRAPHS, numerals_to_digits

_ATOM = re.compile(r"\d+", re.ASCII)
_IDEOGRAPH_RUN = re.compile(rf"[{IDEOGRAPHS}](?:[\s.,;:_·•*()/|+、-]{{0,5}}[{IDEOGRAPHS}]){{2,}}")
_MIXED_RUN = re.compile(rf"[{IDEOGRAPHS}\d](?:[\s-]?[{IDEOGRAPHS}\d]){{2,}}", re.ASCII)
_NUMERAL = re.compile(rf"[{IDEOGRAPHS}\d]+", re.ASCII)
_LONG_VOWEL = re.compile(r"(?<=[\d ])ー(?=[\d ])", re.ASCII)  # what a Japanese keyboard gives for a dash
JOINS = re.compile(r"[\s.,;:_·•*()/|+-]{0,5}")  # what may stand between two groups of one number
_MAX_GROUPS = 64
BLANK = "\x00"  # stands where something has been understood already; joins nothing


@dataclass(frozen=True)
class Text:
    """A message with every digit as ASCII, dashes as "-", and invisible characters and accents gone.

    `places[i]` is where character `i` of `plain` stands in `typed`; empty when they are the same text.
    """

    typed: str = field(repr=False)
    plain: str = field(repr=False)
    places: tuple[int, ...] = ()

    def original(self, start: int, end: int) -> str:
        if not self.places:
            return self.typed[start:end]
        if start >= end:
            return ""
        return self.typed[self.places[start] : self.place(end)]

    def index(self, place: int) -> int:
        """Where the character at this place in `typed` stands in `plain`."""
        return bisect_left(self.places, place) if self.places else place

    def place(self, index: int) -> int:
        if not self.places:
            return index
        return self.places[index] if index < len(self.places) else len(self.typed)

    def without(self, spans: tuple[tuple[int, int], ...]) -> "Text":
        """The same message with blanks in place of these parts."""
        plain = self.plain
        for start, end in spans:
            plain = plain[:start] + BLANK * (end - start) + plain[end:]
        return Text(self.typed, plain, self.places)

    def with_digits(self, found: list[tuple[int, int, str]]) -> "Text":
        """The same message with these digits in place of what stands from start to end."""
        if not found:
            return self
        plain: list[str] = []
        places: list[int] = []
        done = 0
        all_places = self.places or range(len(self.plain))
        for start, end, value in found:
            plain += (self.plain[done:start], value)
            places += [*all_places[done:start], *[all_places[start]] * len(value)]
            done = end
        plain.append(self.plain[done:])
        places += all_places[done:]
        return Text(self.typed, "".join(plain), tuple(places))


@dataclass(frozen=True)
class DigitGroup:
    """A group of digits without a gap, and whether it may go on the number of the group before."""

    digits: str = field(repr=False)
    start: int
    end: int
    joined: bool


def normalize(message: str) -> Text:
    if message.isascii():
        return Text(message, message.replace(BLANK, " "))
    plain: list[str] = []
    places: list[int] = []
    for place, char in enumerate(message):
        seen = char if char.isascii() and char != BLANK else _as_seen(char)
        plain.append(seen)
        places += [place] * len(seen)
    text = Text(message, _LONG_VOWEL.sub("-", "".join(plain)), tuple(places))
    for run_of_digits in (_IDEOGRAPH_RUN, _MIXED_RUN):
        runs = [run.span() for run in run_of_digits.finditer(text.plain)]
        found = [each for run in runs for each in _NUMERAL.finditer(text.plain, *run) if not each[0].isdigit()]
        text = text.with_digits([(*each.span(), numerals_to_digits(each[0])) for each in found])
    return text


_ALIKE = {"⁄": "/", "∕": "/", "−": "-", "’": "'", BLANK: " "}


def _as_seen(char: str) -> str:
    """The character as it is understood: nothing when it is not seen, more than one for "⑩"."""
    category = unicodedata.category(char)
    if category[0] == "N" and char != "〇":
        value = unicodedata.numeric(char)
        return str(int(value)) if value == int(value) else " "
    if category in ("Cf", "Me", "Mn"):  # zero width, direction marks, keycaps, accents on their own
        return ""
    if category in ("Pd", "Zs"):
        return "-" if category == "Pd" else " "
    if "\uff00" < char < "\uff5f":
        return chr(ord(char) - 0xFEE0)  # full width
    if "\uff61" <= char <= "\uff9f":  # half-width katakana; its voicing marks are accents on their own
        wide = unicodedata.normalize("NFKC", char)
        return "" if unicodedata.category(wide) == "Mn" else wide
    return _ALIKE.get(char, char)


def digit_groups(plain: str) -> list[DigitGroup]:
    """The groups of digits; what so many groups may mean is not looked into any further than `_MAX_GROUPS`."""
    found: list[DigitGroup] = []
    for match in islice(_ATOM.finditer(plain), _MAX_GROUPS):
        joined = bool(found) and JOINS.fullmatch(plain, found[-1].end, match.start()) is not None
        found.append(DigitGroup(match[0], match.start(), match.end(), joined))
    return found
