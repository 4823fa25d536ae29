"""What may be remembered of a message: no digit that was typed, whatever it was meant to be."""

import re

from chat.understanding.ideographs import IDEOGRAPHS
from chat.understanding.normalize import Text
from chat.values.card import Field

_RUN = re.compile(r"\d(?:[\s.,_·•*()/|+-]{0,5}\d)*", re.ASCII)
BULLETS = "••••"

_PART = rf"(?:[{IDEOGRAPHS}]|{BULLETS})"
# Ideographs among other digits: part of the same number.
_BESIDE = re.compile(rf"(?:{_PART}[\s._/-]{{0,5}})*{BULLETS}(?:[\s._/-]{{0,5}}{_PART})*")

Span = tuple[int, int, Field]


def mask(text: Text, rendered: list[tuple[Span, str]]) -> str:
    """The message with every accepted value as the code renders it and every other run of digits as bullets.

    It goes by where digits stand, not by what they are: a mistyped number is as secret as a right one.
    """
    pieces: list[str] = []
    done = 0
    for (start, end, _), form in sorted(rendered):
        pieces += (_without_digits(text, done, start), form)
        done = end
    pieces.append(_without_digits(text, done, len(text.plain)))
    return "".join(pieces).strip()


def _without_digits(text: Text, start: int, end: int) -> str:
    pieces: list[str] = []
    for run in _RUN.finditer(text.plain, start, end):
        pieces += (text.original(start, run.start()), BULLETS)
        start = run.end()
    pieces.append(text.original(start, end))
    return _BESIDE.sub(BULLETS, "".join(pieces))
