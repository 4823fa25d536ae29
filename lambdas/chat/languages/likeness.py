"""What a message is like, among the sayings that payers use for one meaning each.

The sayings stand in `local/hearing/languages`; `make likeness` makes of them the weights in `likenesses/<tag>.json`:
those of a linear classifier over words, neighbours and parts of words, so that typos and other endings are still alike.
"""

import json
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from chat.languages.folding import Phrase
from chat.languages.language import load_language

FOLDER = Path(__file__).parent / "likenesses"
MAX_CHARS = 300  # of a message that is likened, or searched for talk: longer ones are no single wish
MAX_WORDS = 40  # of a message, or runs of characters: a bound on the work
_PART = 4  # characters of a part of a word
_UNSPACED_PARTS = (1, 2)
# The meanings that ask nothing about the payment.
TELLING = frozenset({
    "consent", "no", "cancel", "restart", "back", "change_name", "change_card", "change_expiry", "change_cvv",
    "another_card", "change", "start", "name", "hello", "thank", "moment", "smalltalk", "complaint", "refuse",
    "offtopic",
})  # fmt: skip
SCALE = 20  # weights are stored as integers


class Likeness(NamedTuple):
    """`meaning`: a key of the sayings. `share`: how sure it is; those of all meanings that were asked for add up to 1.

    `known`: the share of the message that stands in some saying: of its words, or of its characters where it is written
    without spaces. `asking`: the share of the meanings that ask something about the payment.
    """

    meaning: str
    share: float
    known: float
    asking: float


@dataclass(frozen=True)
class Weights:
    """`features`: the rarity of each, the places in `meanings` that it speaks for or against, and how much.

    `known`: the words, or pairs of characters, that stand in a saying. `talk`: words that are said again and again.
    """

    meanings: tuple[str, ...]
    biases: tuple[int, ...]
    features: dict[str, tuple[int, tuple[int, ...], tuple[int, ...]]]
    known: frozenset[str]
    talk: frozenset[str]
    unspaced: bool


@cache
def load_weights(tag: str) -> Weights:
    tag = load_language(tag).tag
    data = json.loads((FOLDER / f"{tag}.json").read_text(encoding="utf-8"))
    held = {
        name: (rarity, tuple(pairs[::2]), tuple(pairs[1::2])) for name, (rarity, *pairs) in data["features"].items()
    }
    return Weights(
        tuple(data["meanings"]), tuple(data["biases"]), held, frozenset(data["known"]), frozenset(data["talk"]),
        data["unspaced"],
    )  # fmt: skip


def features(said: Phrase, *, unspaced: bool) -> set[str]:
    """What words are made of: each followed by a space; pairs of neighbours; parts of words."""
    if unspaced:
        whole = f"^{''.join(said)}$"
        return {whole[at : at + size] for size in _UNSPACED_PARTS for at in range(len(whole) - size + 1)}
    found = {f"{word} " for word in said}
    found.update(f"{one} {two}" for one, two in zip(("^", *said), (*said, "$"), strict=True))
    for word in said:
        whole = f"^{word}$"
        found.update(whole[at : at + _PART] for at in range(len(whole) - _PART + 1))
    return found


def liken(said: Phrase, tag: str, meanings: Collection[str]) -> Likeness | None:
    """The likeliest of these meanings for a message of these words. None where none of them stands in a saying."""
    said = said[:MAX_WORDS]
    shares = _shares(said, tag, meanings)
    if not shares:
        return None
    best = max(shares, key=shares.__getitem__)
    whole = sum(shares.values())
    asking = sum(share for meaning, share in shares.items() if meaning not in TELLING) / whole
    return Likeness(best, shares[best] / whole, known_share(said, tag), asking)


def likeliest(said: Phrase, tag: str, meanings: Collection[str], count: int) -> tuple[str, ...]:
    """So many of these meanings, the likeliest first; none where none of the words stands in a saying."""
    shares = _shares(said[:MAX_WORDS], tag, meanings)
    return tuple(sorted(shares, key=shares.__getitem__, reverse=True)[:count])


def share_of(said: Phrase, tag: str, meanings: Collection[str]) -> float:
    """How sure it is that one of these is meant, of all there are, 0 to 1."""
    weights = load_weights(tag)
    shares = _shares(said[:MAX_WORDS], tag, weights.meanings)
    return (
        sum(share for meaning, share in shares.items() if meaning in meanings) / sum(shares.values()) if shares else 0.0
    )


def _shares(said: Phrase, tag: str, meanings: Collection[str]) -> dict[str, float]:
    """How like each meaning it is, 0 to 1 each; empty where none of the words stands in a saying."""
    weights = load_weights(tag)
    held = [found for each in features(said, unspaced=weights.unspaced) if (found := weights.features.get(each))]
    norm = math.sqrt(sum(rarity * rarity for rarity, *_ in held))
    if not norm:
        return {}
    sums = [0] * len(weights.meanings)
    for rarity, places, weighed in held:
        for place, weight in zip(places, weighed, strict=True):
            sums[place] += rarity * weight
    return {
        meaning: 1 / (1 + math.exp(-(total / norm + bias) / SCALE))
        for meaning, total, bias in zip(weights.meanings, sums, weights.biases, strict=True)
        if meaning in meanings
    }


def talk(tag: str) -> frozenset[str]:
    """The words of which talk is made, and names are hardly."""
    return load_weights(tag).talk


def known_share(said: Phrase, tag: str) -> float:
    """How much of it stands in some saying of that language, 0 to 1."""
    weights = load_weights(tag)
    parts: Sequence[str] = said
    if weights.unspaced:
        joined = "".join(said)
        parts = [joined[at : at + 2] for at in range(len(joined) - 1)] or [joined]
    return sum(part in weights.known for part in parts) / len(parts) if parts else 0.0
