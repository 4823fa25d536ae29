"""Where a secret could come to light, and whether one has: seven digits in a row, a code, words of either."""

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

from boto3.dynamodb.types import Binary

from chat.languages.folding import words
from chat.languages.language import FILES, language_tags
from chat.values.card import CardNumber, check_card
from tests.evidence.canary import IDEOGRAPHS, WORDS, Typed

PRINTABLE = re.compile(rb"[\x20-\x7e]{6,}")
MAX_SHORT_BYTES = 32  # no ciphertext is so short
RUN = 7  # typed digits in a row are a leak
WORD = re.compile("|".join(WORDS), re.IGNORECASE)
# What may stand between two digits of one number; not the quotes and colons of JSON.
BETWEEN = re.compile(r"(?<=\d)[^\w<>{}\[\]\":=;]{1,3}(?=\d)")
ESCAPED = re.compile(r"\\u([0-9a-f]{4})", re.IGNORECASE)

# What this system makes by itself and is full of digits: identifiers, hashes, times, each of one exact form. A UUID has
# no end of its own: a ciphertext begins with that of its key, and goes on with any byte.
OWN = re.compile(
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{64}\b|\b1-[0-9a-f]{8}-[0-9a-f]{24}\b|"
    r"\b(?:pm|pi|seti|ch)_[0-9A-Za-z]{24}\b|\breq_[0-9a-f]{14}\b|"
    r"\b\w+\.py:\d+\b|\bPaymentChat-[a-z]+-[A-Za-z]+-[A-Za-z]+[0-9A-F]{8}-[0-9A-F]{10,16}\b|"
    r"\bsealed-\d{1,7}\b|\b(?:id|token)-\d{1,7}\b|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|\+0000)?"
)
# Numbers of our own, by the name they stand under.
OWN_NUMBERS = frozenset(
    {
        *("ttl", "version", "schema", "refusals", "declines", "claimUntil", "cardDeadline", "milliseconds", "ms"),
        *("Timestamp", "TurnTime", "created", "exp_month", "exp_year", "http_status", "status", "attempts"),
        *("StepAsked", "StepGiven", "StepRefused", "ModelFallback", "Completed", "Declined", "GuardRefused"),
        *("DependencyDenied", "ModelWorded", "ModelPointed", "ProcessorBusy", "ProcessorFailed", "RawCardRefused"),
        *("SequenceNumber", "SizeBytes"),  # of a stream's records, with many zeros before them
    }
)


@dataclass
class Secrets:
    """What was typed in one session."""

    numbers: list[str] = field(default_factory=list, repr=False)
    cvvs: list[str] = field(default_factory=list, repr=False)
    written: set[str] = field(default_factory=set, repr=False)  # those that have words in them, as typed

    def add(self, typed: Typed) -> None:
        """A code said after the first part of a number may complete it; its digits are then the last four, shown."""
        whole = self.numbers[-1] + typed.cvv if self.numbers else ""
        if whole and len(typed.cvv) == 4 and isinstance(check_card(whole), CardNumber):
            self.numbers.append(whole)
        self.numbers += [typed.digits] if typed.digits else []
        self.cvvs += [typed.cvv] if typed.cvv else []
        self.written |= {each for each in typed.written if words(each)}

    def found_in(self, text: str) -> str | None:
        """What kind of secret stands in a text, never which."""
        plain = squeezed(text)
        for digits in self.numbers:
            if any(digits[start : start + RUN] in plain for start in range(len(digits) - RUN + 1)):
                return "number"
        shown = OWN.sub(" ", ascii_digits(text))
        last_fours = {digits[-4:] for digits in self.numbers}  # these are shown, rightly
        for cvv in set(self.cvvs) - last_fours:
            if re.search(rf"(?<![\d/]){cvv}(?![\d/])", shown):
                return "security code"
        return "words" if self._said_in(text) else None

    def _said_in(self, text: str) -> bool:
        if not self.written:
            return False
        shown = pieces(ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))
        return any(not shown.isdisjoint(pieces(secret) - own_pieces()) for secret in self.written)


def pieces(text: str) -> set[str]:
    """What would tell a number in words: long words, two in a row, three characters where there are no gaps."""
    said = words(text)
    unspaced = "".join(each for each in said if each[0] > "\u3000")
    spaced = [each for each in said if each[0] < "\u3000"]
    return {
        *(each for each in spaced if len(each) > 5),
        *map(" ".join, pairwise(spaced)),
        *(unspaced[start : start + 3] for start in range(len(unspaced) - 2)),
    }


@cache
def own_pieces() -> frozenset[str]:
    """Those of every reply, in every language."""
    own: set[str] = set()
    for tag in language_tags():
        data = tomllib.loads((FILES / f"{tag}.toml").read_text(encoding="utf-8"))
        errors = (each for texts in data["errors"].values() for each in texts)
        for text in (*data["says"].values(), *data["order"].values(), *data["answers"].values(), *errors):
            own |= pieces(text)
    return frozenset(own)


@dataclass
class Strangers:
    """Every number typed in any session, for a text that does not say whose it is.

    Nine digits in a row here: of seven, some would stand by chance among so many times and sizes.
    """

    grams: set[str] = field(default_factory=set, repr=False)
    run: int = 9

    def add(self, secrets: Secrets) -> None:
        for digits in secrets.numbers:
            self.grams |= {digits[start : start + self.run] for start in range(len(digits) - self.run + 1)}

    def found_in(self, text: str) -> str | None:
        for digits in re.findall(rf"\d{{{self.run},}}", squeezed(text)):
            if any(digits[start : start + self.run] in self.grams for start in range(len(digits) - self.run + 1)):
                return "number"
        return None


def ascii_digits(text: str) -> str:
    """The text with every digit of any script, and every ideograph of one, as ASCII."""
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if text.isascii():
        return text
    return "".join(_digit(char) for char in text)


def _digit(char: str) -> str:
    if char.isascii():
        return char
    value = unicodedata.digit(char, None)
    if value is None and char in IDEOGRAPHS:
        value = IDEOGRAPHS.index(char)
    if value is not None:
        return str(value)
    return "" if unicodedata.category(char) in ("Cf", "Mn", "Me") else char


def squeezed(text: str) -> str:
    """The digits of a text as one would read them aloud: without what stands between two of them."""
    text = OWN.sub(" x ", ascii_digits(text))
    text = WORD.sub(lambda word: f" {WORDS.index(word[0].lower())} ", text)
    return BETWEEN.sub("", text)


def texts(value: Any, name: str = "") -> Iterator[str]:
    """Every text in a structure, numbers of our own left out."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from texts(inner, name if key in ("N", "S", "M", "L") else str(key))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner, name)
    elif isinstance(value, (bytes, bytearray, Binary)):
        yield from _legible(bytes(value))
    elif value is not None and not isinstance(value, bool) and name not in OWN_NUMBERS:
        yield str(value)


def _legible(value: bytes) -> Iterator[str]:
    """What could be read in bytes: all of a short value, and in a long one what is not there by chance.

    Three digits in a row stand by chance in one of some thousand ciphertexts.
    """
    if len(value) <= MAX_SHORT_BYTES:
        yield value.decode(errors="replace")
    else:
        yield from (run.decode() for run in PRINTABLE.findall(value))


def lines(text: str) -> Iterator[str]:
    """The texts of a log: each line as JSON where it is that, else as it stands."""
    for line in text.splitlines():
        try:
            yield from texts(json.loads(line))
        except ValueError:
            yield line
