"""The words with which a language agrees, ends, withholds and corrects, as data of its file."""

import tomllib
from dataclasses import dataclass
from enum import IntFlag, auto
from functools import cache

from chat.languages.folding import Phrase, fold, words
from chat.languages.language import FILES, load_language


class Part(IntFlag):
    """What a phrase does in a decision. `WITHHELD`: what may stand with a `WITHHOLD` besides an act."""

    AGREE = auto()
    ACT = auto()
    OBJECT = auto()
    BESIDE = auto()
    ASK = auto()
    END = auto()
    END_BESIDE = auto()
    WITHHOLD = auto()
    WITHHELD = auto()


_KEYS = {
    "agree": Part.AGREE, "acts": Part.ACT, "objects": Part.OBJECT, "beside": Part.BESIDE, "asks": Part.ASK,
    "end": Part.END, "end_beside": Part.END_BESIDE, "withhold": Part.WITHHOLD, "withheld": Part.WITHHELD,
}  # fmt: skip

_WORDS = ("card_parts", "back", "copulas", "instead", "but", "month_words", "year_words", "chatter")

Said = Phrase | str  # words, or in an unspaced language a text


@dataclass(frozen=True)
class Lexicon:
    """`phrases`: by their first word, or first character where it is `unspaced`, each with the parts it can be.

    `card_parts`: what a card number is made of. `back`: words for the side of the card where the security code is.
    `tags`: what makes a question of what stands before: one word, of an act, as in "confirm right"; several, as in
    "ok and now", of anything. `copulas`: what joins a field and its new value. `instead`: what denies a value, as
    "not" does. `but`: after which more is said. `month_words` and `year_words` name the parts of a date.
    `asking_ends`: what a sentence ends with that asks without a mark. `chatter`: words of talk that names are
    hardly made of.
    """

    phrases: dict[str, tuple[tuple[Said, Part], ...]]
    unspaced: bool
    card_parts: frozenset[str]
    back: frozenset[str]
    tags: frozenset[Phrase]
    copulas: frozenset[str]
    instead: frozenset[str]
    but: frozenset[str]
    month_words: frozenset[str]
    year_words: frozenset[str]
    chatter: frozenset[str]
    asking_ends: tuple[str, ...]


@cache
def load_lexicon(tag: str) -> Lexicon:
    data = tomllib.loads((FILES / f"{load_language(tag).tag}.toml").read_text(encoding="utf-8"))["lexicon"]
    unspaced = load_language(tag).unspaced
    parts: dict[Said, Part] = {}
    for key, part in _KEYS.items():
        for text in data[key]:
            said: Said = fold(text) if unspaced else words(text)
            parts[said] = parts.get(said, Part(0)) | part
    by_first: dict[str, list[tuple[Said, Part]]] = {}
    for said, part in parts.items():
        by_first.setdefault(said[0], []).append((said, part))
    return Lexicon(
        {first: tuple(each) for first, each in by_first.items()},
        unspaced,
        tags=frozenset(map(words, data["tags"])),
        asking_ends=tuple(fold(text) for text in data.get("asking_ends", ())),
        **{key: frozenset(word for text in data[key] for word in fold(text).split()) for key in _WORDS},
    )


@dataclass(frozen=True)
class Labels:
    """How a name is labelled in a form that is pasted, in any language: its parts, and the whole."""

    given: frozenset[str]
    family: frozenset[str]
    whole: frozenset[str]


@cache
def name_labels() -> Labels:
    data = [tomllib.loads(file.read_text(encoding="utf-8"))["labels"] for file in sorted(FILES.glob("*.toml"))]
    return Labels(
        *(frozenset(fold(text) for each in data for text in each[key]) for key in ("given", "family", "whole"))
    )
