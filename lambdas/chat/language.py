"""One language: everything it says and understands, read from its data file `languages/<tag>.toml` once."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILES = Path(__file__).with_name("languages")
DEFAULT = "en"

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def words(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: lower case, no accents, one kind of apostrophe."""
    folded = text.replace("\u2019", "'").casefold()
    if not folded.isascii():
        parts = unicodedata.normalize("NFKD", folded)
        folded = "".join(each for each in parts if unicodedata.category(each) != "Mn")
    return tuple(_WORD.findall(folded))


@dataclass(frozen=True)
class Language:
    """`wishes`, `numbers`, `months` map a phrase's words to what it means; `fillers` are dropped before comparing."""

    tag: str
    name: str
    joiner: str
    says: dict[str, str]
    errors: dict[str, list[str]]
    wishes: dict[tuple[str, ...], str]
    topics: tuple[tuple[frozenset[str], str], ...]
    fillers: frozenset[str]
    change_words: frozenset[str]
    negations: frozenset[str]
    other_words: frozenset[str]
    field_words: dict[str, str]
    name_leads: tuple[str, ...]
    not_names: frozenset[str]
    numbers: dict[str, str]
    months: dict[str, int]

    def refusal(self, code: str, brand: str | None, attempt: int) -> str:
        """The wording of an error for this brand at this attempt (from 1); it grows until the last one written."""
        texts = self.errors.get(f"{code}_{brand or 'unknown'}") or self.errors[code]
        return texts[min(attempt, len(texts)) - 1]


@cache
def tags() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in FILES.glob("*.toml")))


@cache
def speaks(tag: str) -> Language:
    """The language of this tag, else the default one."""
    return _read(tag if tag in tags() else DEFAULT)


@cache
def _read(tag: str) -> Language:
    data = tomllib.loads((FILES / f"{tag}.toml").read_text(encoding="utf-8"))
    hears: dict[str, Any] = data["hears"]
    fillers = _set(hears["fillers"])
    return Language(
        tag=tag,
        name=data["name"],
        joiner=data.get("joiner", " "),
        says=data["says"],
        errors=data["errors"],
        wishes={_key(each, fillers): wish for wish, phrases in data["wishes"].items() for each in phrases},
        topics=tuple((frozenset(words(each)), topic) for topic, phrases in data["topics"].items() for each in phrases),
        fillers=fillers,
        change_words=_set(hears["change"]),
        negations=_set(hears["negations"]),
        other_words=_set(hears["another"]),
        field_words={word: field for field, names in data["fields"].items() for word in _set(names)},
        name_leads=tuple(hears["name_leads"]),
        not_names=_set(hears["not_names"]),
        numbers={word: str(value) for value, names in enumerate(data["numbers"]) for word in _set(names)},
        months={word: month for month, names in enumerate(data["months"], 1) for word in _set(names)},
    )


def _set(texts: list[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in words(text))


def _key(text: str, fillers: frozenset[str]) -> tuple[str, ...]:
    found = words(text)
    return tuple(word for word in found if word not in fillers) or found
