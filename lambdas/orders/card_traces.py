"""Card numbers in a merchant's text: where money is asked for, none may stand. By shape, not by checksum."""

from __future__ import annotations

import re
import unicodedata

MIN_DIGITS = 12  # of the shortest card number

_IDEOGRAPHS = {char: str(value) for value, chars in enumerate(("〇零", *"一二三四五六七八九")) for char in chars}
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d([-./])(?:0?[1-9]|1[0-2])\1(?:[0-2]?\d|3[01])(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(?:[0-2]?\d|3[01])([-./])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d(?!\d)")
_TIME = re.compile(r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:])")
_SEPARATOR = r"[^\w]{0,3}_?[^\w]{0,3}"
_NUMBER = re.compile(rf"\d(?:{_SEPARATOR}\d){{{MIN_DIGITS - 1},}}")
_DOT = r"[•●∙·⋅◦*✱∗#×]"
_MASKED = re.compile(
    rf"(?:(?:{_DOT}\W*){{2,}}|(?<![^\W\d])(?:[xX]\W*){{4,}})\d{{4,5}}(?!\d)"  # •••• 4242, xxxx-4242
    rf"|\d{{4}}\W*\d{{0,4}}\W*(?:(?:{_DOT}|[xX])\W*){{4,}}"  # 4242 42** **** ****
)


def shows_card_number(text: str) -> bool:
    """Whether a card number stands in the text, in any writing of its digits, or a masked one. Dates are none."""
    plain = "".join(map(_digit, unicodedata.normalize("NFKC", text)))
    if _MASKED.search(plain):
        return True
    for pattern in (_DATE, _DAY_FIRST, _TIME):
        plain = pattern.sub("—a—", plain)
    return _NUMBER.search(plain) is not None


def _digit(char: str) -> str:
    """A digit of any script as an ASCII one; every other character as it is."""
    if char in _IDEOGRAPHS:
        return _IDEOGRAPHS[char]
    value = unicodedata.digit(char, None)
    return char if value is None else str(value)
