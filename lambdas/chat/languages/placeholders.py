"""A phrase with its placeholders filled in, whichever way the languages of both are written."""

from collections.abc import Mapping
from unicodedata import bidirectional

_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟")


def fill(phrase: str, values: Mapping[str, str]) -> str:
    """The values are data: nothing in them is a placeholder. A full stop after one that ends itself is dropped.

    A value with letters of the other direction is isolated, so that it cannot reorder the text around it (UAX #9).
    """
    rtl = _has(phrase, rtl=True)
    shown = {
        key: f"{_FIRST_STRONG_ISOLATE}{value}{_POP_ISOLATE}" if _has(value, rtl=not rtl) else value
        for key, value in values.items()
        if f"{{{key}}}" in phrase
    }
    for key in shown:
        if values[key].endswith(_ENDS):
            phrase = phrase.replace(f"{{{key}}}.", f"{{{key}}}").replace(f"{{{key}}}。", f"{{{key}}}")
    return phrase.format_map(shown)


def _has(text: str, *, rtl: bool) -> bool:
    """Whether it has letters that are written from right to left, or from left to right."""
    return any(bidirectional(char) in (("R", "AL") if rtl else ("L",)) for char in text)
