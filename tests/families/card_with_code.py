"""A card number and its security code in one run of digits, of every brand and length, in every grouping and split."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from chat.values.brands import ACCEPTED, LENGTHS, RANGES, Brand, brand_of
from tests.conversations.offline import Payer

SEPARATORS = (
    "", " ", "-", ", ", "  ", ".", "/", " - ", "\n", ":", "; ", "_", "|", "·", "–", "\t", "\u00a0", "\u200b", "\u3000",
    "、", "~", "=", "#", "*", "+", "'", "(", " and ", " code ", " cvv ", "....", "→",
)  # fmt: skip
BEFORE = {  # what is said until a step is reached
    "name": ("hello",),
    "card": ("hello", "Ada"),
    "expiry": ("hello", "Ada", "5555 5555 5555 4444"),
    "cvv": ("hello", "Ada", "5555 5555 5555 4444", "12/30"),
    "confirm": ("hello", "Ada", "5555 5555 5555 4444", "12/30", "987"),
}


@dataclass(frozen=True)
class Typed:
    """`messages`: the number and the code, in one message or cut in two or three. `step`: where they are sent."""

    number: str = field(repr=False)
    code: str = field(repr=False)
    messages: tuple[str, ...] = field(repr=False)
    step: str
    way: str

    def leaks(self) -> list[str]:
        """What of the code comes to light: as last four digits, in a reply, in what is remembered."""
        payer = Payer()
        for text in BEFORE[self.step]:
            payer.send(text)
        wrong = []
        for text in self.messages:
            reply = payer.send(text)
            last4 = reply["collected"]["last4"]
            if last4 not in (None, "4444") and last4 not in self.number:
                wrong.append("last four")
            shown = [reply["response"], *(line.content for line in payer.session.history)]
            if any(_stands_in(self.code, each.replace(last4 or "\n", "")) for each in shown):
                wrong.append("shown")
        return wrong


def _stands_in(code: str, text: str) -> bool:
    """As it is, or as a date: "01/34" of 0134."""
    return re.search(rf"(?<!\d){'/?'.join(code)}(?!\d)", text) is not None


def typed(rng: Random, brand: Brand, length: int, *, checked: bool) -> Typed:
    number = valid_number(rng, brand, length, checked=checked)
    code = "".join(rng.choices("0123456789", k=brand.cvv_length))
    separator, size = rng.choice(SEPARATORS), rng.choice((1, 2, 4, 4, 19))
    groups = [number[at : at + size] for at in range(0, length, size)]
    codes = rng.choice(([code], [code], list(code)))
    step = rng.choice(tuple(BEFORE))
    text = separator.join((*groups, *codes))
    if step == "card" and rng.random() < 0.5:
        # The 19th digit of a Visa may be the number's or the first of the code: no cut within the code there.
        last = text.rindex(codes[0]) if (brand, length) == (Brand.VISA, 18) else len(text) - 1
        cuts = sorted(rng.sample(range(1, last), rng.choice((1, 2))))
        parts = [text[start:end] for start, end in pairwise((0, *cuts, len(text)))]
        messages = tuple(part for part in parts if part.strip())
        return Typed(number, code, messages, step, f"{brand} {length}, cut, {separator!r}")
    return Typed(number, code, (text,), step, f"{brand} {length}, {separator!r}")


def family(each: int, seed: int = 0) -> Iterator[Typed]:
    """So many of every brand and length, with a check digit; and of UnionPay's also without."""
    rng = Random(seed)
    for brand in sorted(ACCEPTED):
        for length in LENGTHS.get(brand, (16,)):
            for _ in range(each):
                yield typed(rng, brand, length, checked=True)
                if brand is Brand.UNIONPAY:
                    yield typed(rng, brand, length, checked=False)


def valid_number(rng: Random, brand: Brand, length: int, *, checked: bool = True) -> str:
    while True:
        low, _, high = rng.choice(RANGES[brand].split()).partition("-")
        body = str(rng.randint(int(low), int(high or low))) + "".join(rng.choices("0123456789", k=20))
        body = body[: length - 1]
        last = _check_digit(body)
        if brand_of(body) is brand:
            return body + str(last if checked else (last + rng.randrange(1, 10)) % 10)


def _check_digit(body: str) -> int:
    total = sum(int(digit) for digit in body[-2::-2]) + sum(sum(divmod(2 * int(digit), 10)) for digit in body[::-2])
    return -total % 10
