"""The words with which a language agrees, ends and withholds, as data of its file."""

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

Said = Phrase | str  # words, or in an unspaced language a text


@dataclass(frozen=True)
class Lexicon:
    """`phrases`: by their first word, or first character where it is `unspaced`, each with the parts it can be."""

    phrases: dict[str, tuple[tuple[Said, Part], ...]]
    unspaced: bool


@cache
def load_lexicon(tag: str) -> Lexicon:
    data = tomllib.loads((FILES / f"{load_language(tag).tag}.toml").read_text(encoding="utf-8"))["decides"]
    unspaced = load_language(tag).unspaced
    parts: dict[Said, Part] = {}
    for key, part in _KEYS.items():
        for text in data[key]:
            said: Said = fold(text) if unspaced else words(text)
            parts[said] = parts.get(said, Part(0)) | part
    by_first: dict[str, list[tuple[Said, Part]]] = {}
    for said, part in parts.items():
        by_first.setdefault(said[0], []).append((said, part))
    return Lexicon({first: tuple(each) for first, each in by_first.items()}, unspaced)
