"""Security codes of American Express that read as a date: after the number, in every writing, at every step."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from chat.values.brands import Brand
from tests.conversations.offline import Payer
from tests.families.card_with_code import BEFORE, valid_number

GAPS = (" ", "  ", ", ", "-", "\n", " - ", " and ", ". ")


@dataclass(frozen=True)
class Typed:
    text: str = field(repr=False)
    code: str = field(repr=False)
    step: str

    def is_taken(self) -> bool:
        """Whether the code is taken for an expiry or shown, as it is or as a date."""
        payer = Payer()
        for text in BEFORE[self.step]:
            payer.send(text)
        before = payer.session.expiry
        reply = payer.send(self.text)
        date = f"{self.code[:2]}/{self.code[2:]}"
        shown = [reply["response"], *(line.content for line in payer.session.history)]
        return payer.session.expiry not in (None, before) or any(date in text or self.code in text for text in shown)


def family(each: int, seed: int = 0) -> Iterator[Typed]:
    """So many numbers for every month, with years that a card may have, never the one that was given before."""
    rng = Random(seed)
    for month in range(1, 13):
        for _ in range(each):
            number = valid_number(rng, Brand.AMEX, 15)
            code = f"{month:02}{rng.choice([year for year in range(26, 46) if year != 30])}"
            if code in number:
                continue
            written = rng.choice((number, f"{number[:4]} {number[4:10]} {number[10:]}"))
            code_written = rng.choice((code, code, f"{code[:2]} {code[2:]}"))
            yield Typed(written + rng.choice(GAPS) + code_written, code, rng.choice(tuple(BEFORE)))
