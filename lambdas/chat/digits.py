"""The digits in a message, whatever script or words they are written in, and where they stand."""

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import islice

from chat.language import Tongues, fold

_ATOM = re.compile(r"\d+", re.ASCII)
_TOKEN = re.compile(r"[^\W_]+")
IDEOGRAPHS = "〇零一二三四五六七八九"
_IDEOGRAPH_RUN = re.compile(rf"[{IDEOGRAPHS}](?:[\s.,;:_·•*()/|+、-]{{0,5}}[{IDEOGRAPHS}]){{2,}}")
_MIXED_RUN = re.compile(rf"[{IDEOGRAPHS}\d](?:[\s-]?[{IDEOGRAPHS}\d]){{2,}}", re.ASCII)
_VALUES = str.maketrans(IDEOGRAPHS, "00123456789")
_LONG_VOWEL = re.compile(r"(?<=[\d ])ー(?=[\d ])", re.ASCII)
"""What a Japanese keyboard gives for a dash."""
JOINS = re.compile(r"[\s.,;:_·•*()/|+-]{0,5}")
"""What may stand between two groups of one number."""
_MOST = 64
BLANK = "\x00"
"""Stands where something has been understood already; joins nothing."""


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
        return self.typed[self.places[start] : self._place(end)]

    def _place(self, index: int) -> int:
        return self.places[index] if index < len(self.places) else len(self.typed)


@dataclass(frozen=True)
class Atom:
    """A group of digits without a gap, and whether it may go on the number of the group before."""

    digits: str = field(repr=False)
    start: int
    end: int
    joined: bool


def read(message: str) -> Text:
    if message.isascii():
        return Text(message, message.replace(BLANK, " "))
    plain: list[str] = []
    places: list[int] = []
    for place, char in enumerate(message):
        seen = char if char.isascii() and char != BLANK else _seen(char)
        plain.append(seen)
        places += [place] * len(seen)
    text = "".join(plain)
    text = _LONG_VOWEL.sub("-", text)
    for run_of_digits in (_IDEOGRAPH_RUN, _MIXED_RUN):
        text = run_of_digits.sub(lambda run: run[0].translate(_VALUES), text)
    return Text(message, text, tuple(places))


_ALIKE = {"⁄": "/", "∕": "/", "−": "-", "’": "'", BLANK: " "}


def _seen(char: str) -> str:
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
    return _ALIKE.get(char, char)


Token = tuple[int, int, str]
"""A word or group of digits: where it begins and ends, and its folded text."""


def tokens(text: Text) -> list[Token]:
    folded = fold(text.plain)
    if len(folded) != len(text.plain):  # "İ" and few others grow
        return [(match.start(), match.end(), fold(match[0])) for match in _TOKEN.finditer(text.plain)]
    return [(match.start(), match.end(), match[0]) for match in _TOKEN.finditer(folded)]


def least(said: list[Token], tongues: Tongues, *, few: int) -> int:
    """How many number words in a row are digits where digits are asked for: one, in few words or if there are two."""
    return 1 if len(said) <= few or sum(word in tongues.longest for _, _, word in said) > 1 else 3


def spelled(text: Text, said: list[Token], tongues: Tongues, least: int, months: dict[str, int]) -> Text:
    """The text with number words as digits, where at least so many stand in a row, or one follows a month.

    `months`: of the conversation's language; "sept" is a month where it is one, not the French seven.
    """
    if tongues.longest.keys().isdisjoint([word for _, _, word in said]):
        return text
    found: list[Token] = []
    run: list[Token] = []
    spoken, enough, index = 0, least, 0
    while index < len(said):
        start, _, word = said[index]
        value, used = ("", 0) if word in months and not run else _number(said, index, tongues)
        if run and not (value and JOINS.fullmatch(text.plain, run[-1][1], start)):
            found += run if len(run) >= enough and spoken >= min(enough, 2) else []
            run, spoken = [], 0
        if value:
            enough = enough if run else 1 if index and said[index - 1][2] in months else least
            spoken += not word.isdigit()
            run.append((start, said[index + used - 1][1], value))
        index += used or 1
    found += run if len(run) >= enough and spoken >= min(enough, 2) else []
    return _replaced(text, found) if found else text


def _number(said: list[Token], index: int, tongues: Tongues) -> tuple[str, int]:
    """The digits of the number that begins here and how many tokens it takes; ("", 0) for none."""
    word = said[index][2]
    if word.isdigit():
        return word, 1
    if word in tongues.times and index + 1 < len(said):
        once, used = _number(said, index + 1, tongues)
        return (once * tongues.times[word], used + 1) if len(once) == 1 else ("", 0)
    for size in range(min(tongues.longest.get(word, 0), len(said) - index), 0, -1):
        value = tongues.numbers.get(tuple(each for _, _, each in said[index : index + size]))
        if value is not None:
            return str(value), size
    return "", 0


def _replaced(text: Text, found: list[Token]) -> Text:
    plain: list[str] = []
    places: list[int] = []
    done = 0
    all_places = text.places or range(len(text.plain))
    for start, end, value in found:
        plain += (text.plain[done:start], value)
        places += [*all_places[done:start], *[all_places[start]] * len(value)]
        done = end
    plain.append(text.plain[done:])
    places += all_places[done:]
    return Text(text.typed, "".join(plain), tuple(places))


def atoms(plain: str) -> list[Atom]:
    """The groups of digits; what so many groups may mean is not looked into any further than `_MOST`."""
    found: list[Atom] = []
    for match in islice(_ATOM.finditer(plain), _MOST):
        joined = bool(found) and JOINS.fullmatch(plain, found[-1].end, match.start()) is not None
        found.append(Atom(match[0], match.start(), match.end(), joined))
    return found
