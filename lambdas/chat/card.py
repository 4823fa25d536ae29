"""The rules of a payment card: brands, number, expiry, security code. Each returns the value, or why it is refused."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Field(StrEnum):
    """What is collected, in the order it is asked for."""

    NAME = "name"
    CARD = "card"
    EXPIRY = "expiry"
    CVV = "cvv"


FIELDS = tuple(Field)


class Brand(StrEnum):
    VISA = "visa"
    MASTERCARD = "mastercard"
    AMEX = "amex"
    DISCOVER = "discover"
    DINERS = "diners"
    JCB = "jcb"
    UNIONPAY = "unionpay"
    # Recognised, so that the refusal can name them:
    MAESTRO = "maestro"
    MIR = "mir"
    ELO = "elo"
    HIPER = "hiper"
    HIPERCARD = "hipercard"
    TROY = "troy"
    VERVE = "verve"
    NARANJA = "naranja"

    @property
    def label(self) -> str:
        """The brand as it is written on the card."""
        return LABELS.get(self, self.value.capitalize())

    @property
    def cvv_length(self) -> int:
        return 4 if self is Brand.AMEX else 3


LABELS = {
    Brand.AMEX: "American Express",
    Brand.DINERS: "Diners Club",
    Brand.JCB: "JCB",
    Brand.UNIONPAY: "UnionPay",
}
ACCEPTED = frozenset(list(Brand)[:7])

_COMMON = (16,)
LENGTHS: dict[Brand, tuple[int, ...]] = {
    Brand.VISA: (16, 18, 19),
    Brand.AMEX: (15,),
    Brand.DISCOVER: (16, 19),
    Brand.DINERS: (14, 16, 19),
    Brand.JCB: (16, 17, 18, 19),
    Brand.UNIONPAY: (16, 17, 18, 19),
    Brand.MAESTRO: (12, 13, 14, 15, 16, 17, 18, 19),
    Brand.MIR: (16, 17, 18, 19),
    Brand.VERVE: (16, 18, 19),
}
SHORTEST, LONGEST = 12, 19
"""Digits of any card number (ISO/IEC 7812-1)."""

# Issuer identification numbers, as published by the schemes; where two brands overlap the narrower range wins.
RANGES: dict[Brand, str] = {
    Brand.VISA: "4",
    Brand.MASTERCARD: "51-55 2221-2720",
    Brand.AMEX: "34 37",
    Brand.DISCOVER: "6011 644-649 65",
    Brand.DINERS: "300-305 3095 36 38-39",
    Brand.JCB: "1800 2131 3528-3589",
    Brand.UNIONPAY: "62 81",
    Brand.MAESTRO: "493698 50 56-58 6304 6390 67",
    Brand.MIR: "2200-2204",
    Brand.ELO: "401178-401179 431274 438935 451416 457393 457631-457632 504175 506699-506778 509000-509999 627780 "
    "636297 636368 650031-650033 650035-650051 650405-650439 650485-650538 650541-650598 650700-650718 650720-650727 "
    "650901-650978 651652-651679 655000-655019 655021-655058",
    Brand.HIPER: "637095 637568 637599 637609 637612 63737423 63743358",
    Brand.HIPERCARD: "606282",
    Brand.TROY: "9792",
    Brand.VERVE: "506099-506198 507865-507964 650002-650027",
    Brand.NARANJA: "589562",
}


def _segments() -> tuple[list[int], list[Brand | None]]:
    """The first eight digits cut where a range begins or ends, and each segment's brand: its narrowest range's."""
    ranges = []
    for brand, text in RANGES.items():
        for part in text.split():
            low, _, high = part.partition("-")
            ranges.append((int(low.ljust(8, "0")), int((high or low).ljust(8, "9")), brand))
    ranges.sort(key=lambda each: each[1] - each[0])
    cuts = sorted({0, *(low for low, _, _ in ranges), *(high + 1 for _, high, _ in ranges)})
    return cuts, [next((brand for low, high, brand in ranges if low <= cut <= high), None) for cut in cuts]


_CUTS, _BRANDS = _segments()


@dataclass(frozen=True)
class Refusal:
    """Why a value was refused: one of the contract's error codes, and the field it is about (none: our own side)."""

    code: str
    field: Field | None = None
    brand: Brand | None = None


@dataclass(frozen=True)
class CardNumber:
    """A number that passed every rule."""

    digits: str = field(repr=False)
    brand: Brand

    @property
    def last4(self) -> str:
        return self.digits[-4:]


@dataclass(frozen=True)
class Expiry:
    """Valid through the last day of its month. `str()` is MM/YY."""

    month: int
    year: int

    def __str__(self) -> str:
        return f"{self.month:02}/{self.year % 100:02}"


@dataclass(frozen=True)
class Cvv:
    digits: str = field(repr=False)


def brand_of(digits: str) -> Brand | None:
    return _BRANDS[bisect_right(_CUTS, int(digits[:8].ljust(8, "0"))) - 1]


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    doubled = digits[-2::-2].translate(_DOUBLED)
    return sum(map(int, digits[-1::-2] + doubled)) % 10 == 0


_DOUBLED = str.maketrans("0123456789", "0246813579")
"""Twice the digit, its own digits added."""


def check_card(digits: str, accepted: frozenset[Brand] = ACCEPTED) -> CardNumber | Refusal:
    """`digits`: ASCII digits, at least one."""
    brand = brand_of(digits)
    if brand and brand not in accepted and len(digits) >= SHORTEST:
        return Refusal("card_brand_unsupported", Field.CARD, brand)
    lengths = LENGTHS.get(brand, _COMMON) if brand else range(SHORTEST, LONGEST + 1)
    if len(digits) < min(lengths):
        return Refusal("card_incomplete", Field.CARD, brand)
    if len(digits) not in lengths:
        return Refusal("card_length", Field.CARD, brand)
    if brand is not Brand.UNIONPAY and not luhn(digits):  # some UnionPay issuers leave the check digit out
        return Refusal("card_checksum", Field.CARD, brand)
    if brand is None:
        return Refusal("card_brand_unsupported", Field.CARD, brand)
    return CardNumber(digits, brand)


def check_expiry(month: int, year: int, today: date) -> Expiry | Refusal:
    """`year`: two digits mean this century."""
    if not 1 <= month <= 12 or 100 <= year < 1900:
        return Refusal("expiry_invalid", Field.EXPIRY)
    year += 2000 if year < 100 else 0
    if (year, month) < (today.year, today.month):
        return Refusal("expiry_past", Field.EXPIRY)
    if (year, month) > (today.year + 20, today.month):
        return Refusal("expiry_too_far", Field.EXPIRY)
    return Expiry(month, year)


def check_cvv(digits: str, brand: Brand) -> Cvv | Refusal:
    if len(digits) != brand.cvv_length:
        return Refusal("cvv_length", Field.CVV, brand)
    return Cvv(digits)


# https://docs.stripe.com/testing: the only numbers a stage that exchanges numbers for test tokens takes.
_PUBLIC_TEST_NUMBERS = (
    "4242424242424242 4000056655665556 5555555555554444 2223003122003222 5200828282828210 5105105105105100 "
    "378282246310005 371449635398431 6011111111111117 6011000990139424 6011981111111113 "
    "3056930009020004 36227206271667 3566002020360505 6200000000000005 6200000000000047 6205500000000000004 "
    "4000000000000002 4000000000009995 4000000000009987 4000000000009979 4000000000000069 4000000000000127 "
    "4000000000000119 4000000000000341 4000002500003155 4000000000003220"
)
PUBLIC_TEST_NUMBERS = frozenset(_PUBLIC_TEST_NUMBERS.split())


def is_public_test_number(card: CardNumber) -> bool:
    return card.digits in PUBLIC_TEST_NUMBERS
