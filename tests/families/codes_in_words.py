"""Codes and card numbers in the words of eleven languages, at every step, as questions, with fillers, in names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from tests.conversations.offline import Payer
from tests.evidence import spoken
from tests.evidence.canary import AROUND_CODES, Typed
from tests.evidence.sinks import Secrets
from tests.families.card_with_code import BEFORE

BETWEEN = (
    "and", "then", "and then", "umm", "plus", "next", "ok", "is", "followed by", "puis", "dann", "luego", "poi",
    "kisha", "そして", "然后", "ثم",
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
IN_DIGITS = ("card", "expiry", "cvv")


@dataclass(frozen=True)
class Said:
    """`said`: the code or number in words; `apart`: its words, if others stand between them. `text`: the message."""

    language: str
    step: str
    said: str = field(repr=False)
    digits: str = field(repr=False)
    text: str = field(repr=False)
    has_slips: bool
    apart: tuple[str, ...] = field(default=(), repr=False)

    def leaks(self) -> bool:
        """Whether any of it comes to light: in the reply, as a name, in what is remembered and shown to the model."""
        payer = Payer(self.language)
        for text in BEFORE[self.step]:
            payer.send(text)
        reply = payer.send(self.text)
        if self.apart:
            kept = set(_WORD.findall(f"{reply['collected']['name']} {payer.session.history[-2].content}"))
            return len(kept.intersection(self.apart)) > (len(set(self.apart)) > 1)
        secrets = Secrets()
        secrets.add(Typed(self.text, cvv=self.digits if len(self.digits) < 12 else "", written=(self.said,)))
        name = reply["collected"]["name"] or ""
        shown = [reply["response"], name, *(line.content for line in payer.session.history)]
        return any(secrets.found_in(text) or self.said in text for text in shown)


def family(count: int, seed: int = 0, *, steps: tuple[str, ...] = tuple(BEFORE)) -> Iterator[Said]:
    """So many of each way to say numbers, every second with slips of the pen, every fourth with words between."""
    rng = Random(seed)
    for tongue in spoken.TONGUES:
        for turn in range(count):
            digits = "".join(rng.choices("23456789", k=rng.choice((3, 3, 4, 16))))
            said = spoken.one_by_one(tongue, digits) if len(digits) > 4 else _code(rng, tongue, digits)
            said = spoken.misspelled(rng, said) if turn % 2 else said
            apart = tuple(map(tongue.digit, digits)) if turn % 4 == 2 else ()
            said = f" {rng.choice(BETWEEN)} ".join(apart) or said
            text = rng.choice(AROUND_CODES).format(f" {said} " if apart else said)
            language = rng.choice((tongue.tag, tongue.tag, "en"))
            yield Said(language, rng.choice(steps), said, digits, text, turn % 2 == 1, apart)


def _code(rng: Random, tongue: spoken.Tongue, digits: str) -> str:
    if len(digits) == 4:
        pairs = tongue.gap.join((tongue.pair(digits[:2]), tongue.pair(digits[2:])))
        return rng.choice((spoken.one_by_one(tongue, digits), pairs))
    paired = tongue.gap.join((tongue.digit(digits[0]), tongue.pair(digits[1:])))
    return rng.choice((spoken.one_by_one(tongue, digits), paired, tongue.whole(digits)))
