"""The rule for ids: a UUID in either usual writing is always accepted, a card number in any disguise never."""

import random
import uuid
from dataclasses import dataclass, field

from chat.http.events import BadRequest, parse_id
from tests.evidence.canary import number

GAPS = ("", "-", "_", "--", "-_")


@dataclass
class Tried:
    uuids: int = 0
    disguised: int = 0
    wrong: list[str] = field(default_factory=list)  # what went wrong; never an id


def judge(rounds: int, seed: int = 0) -> Tried:
    rng, tried = random.Random(seed), Tried()
    for _ in range(rounds):
        drawn = uuid.UUID(int=rng.getrandbits(128), version=4)
        for written in (str(drawn), drawn.hex, str(drawn).upper()):
            tried.uuids += 1
            if not _is_accepted(written):
                tried.wrong.append("a UUID was refused")
        digits = number(rng)
        gap = rng.choice(GAPS)
        size = rng.choice((1, 2, 4, 6))
        groups = (digits[start : start + size] for start in range(0, len(digits), size))
        disguised = (rng.choice(("", "order-", "x_")) + gap.join(groups))[:64]
        tried.disguised += 1
        if _is_accepted(disguised):
            tried.wrong.append("a card number was accepted")
    return tried


def _is_accepted(written: str) -> bool:
    try:
        parse_id(written, "sessionId")
    except BadRequest:
        return False
    return True
