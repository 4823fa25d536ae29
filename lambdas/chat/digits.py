"""The digits in a message, whatever script they are written in, and where they stand."""

import re
import unicodedata
from dataclasses import dataclass, field

_ATOM = re.compile(r"\d+", re.ASCII)
_JOINS = re.compile(r"[\s.,_·•*()-]{0,3}")
"""What may stand between two groups of one number."""


@dataclass(frozen=True)
class Text:
    """A message with every digit as ASCII, dashes as "-" and invisible characters gone.

    `places[i]` is where character `i` of `plain` stands in `typed`; empty when they are the same text.
    """

    typed: str = field(repr=False)
    plain: str = field(repr=False)
    places: tuple[int, ...] = ()

    def original(self, start: int, end: int) -> str:
        if not self.places:
            return self.typed[start:end]
        return self.typed[self.places[start] : self.places[end - 1] + 1] if end > start else ""


@dataclass(frozen=True)
class Atom:
    """A group of digits without a gap, and whether it goes on a number begun by the group before."""

    digits: str = field(repr=False)
    start: int
    end: int
    joined: bool
    gap: str = ""


def read(message: str) -> Text:
    if message.isascii():
        return Text(message, message)
    plain, places = [], []
    for place, char in enumerate(message):
        seen = _seen(char)
        if seen:
            plain.append(seen)
            places.append(place)
    return Text(message, "".join(plain), tuple(places))


def _seen(char: str) -> str:
    if char.isascii():
        return char
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(char)
    if category in ("Cf", "Me") or char == "\ufe0f":  # zero width, direction marks, keycaps
        return ""
    if category in ("Pd", "Zs"):
        return "-" if category == "Pd" else " "
    return {"／": "/", "⁄": "/", "∕": "/", "．": ".", "，": ",", "−": "-"}.get(char, char)


def atoms(plain: str) -> list[Atom]:
    found: list[Atom] = []
    end = 0
    for match in _ATOM.finditer(plain):
        gap = plain[end : match.start()]
        joined = bool(found) and _JOINS.fullmatch(gap) is not None
        found.append(Atom(match[0], match.start(), match.end(), joined, gap))
        end = match.end()
    return found
