"""The rules of a payment card: brands, number, expiry, security code. Each returns the value, or why it is refused."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from chat.values.brands import ACCEPTED, COMMON, LENGTHS, MAX_CARD_DIGITS, MIN_CARD_DIGITS, Brand, brand_of


class Field(StrEnum):
    """What is collected, in the order it is asked for."""

    NAME = "name"
    CARD = "card"
    EXPIRY = "expiry"
    CVV = "cvv"


FIELDS = tuple(Field)


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
    """A security code of the length that its card's brand has."""

    digits: str = field(repr=False)


def masked_card(brand: Brand, last4: str) -> str:
    """The one form in which a card is shown: "Visa •••• 4242"."""
    return f"{brand.label} •••• {last4}"


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    doubled = digits[-2::-2].translate(_DOUBLED)
    return sum(map(int, digits[-1::-2] + doubled)) % 10 == 0


_DOUBLED = str.maketrans("0123456789", "0246813579")  # twice the digit, its own digits added


def check_card(digits: str, accepted: frozenset[Brand] = ACCEPTED) -> CardNumber | Refusal:
    """`digits`: ASCII digits, at least one."""
    brand = brand_of(digits)
    if brand and brand not in accepted and len(digits) >= MIN_CARD_DIGITS:
        return Refusal("card_brand_unsupported", Field.CARD, brand)
    lengths = LENGTHS.get(brand, COMMON) if brand else range(MIN_CARD_DIGITS, MAX_CARD_DIGITS + 1)
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
    "4000000000000119 4000000000000341 4000002500003155 4000002760003184 4000000000003220"
)
PUBLIC_TEST_NUMBERS = frozenset(_PUBLIC_TEST_NUMBERS.split())


def is_public_test_number(card: CardNumber) -> bool:
    return card.digits in PUBLIC_TEST_NUMBERS
