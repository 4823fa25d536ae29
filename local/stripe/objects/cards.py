"""What Stripe itself checks when it creates a card PaymentMethod. It does not ask the issuer: declines come later."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from local.stripe.objects.issuers import AGREES, TEST_NUMBERS, TOKENS, Issuer
from local.stripe.requests.refusals import Refusal, card_refused, missing

# brand, prefixes, lengths
BRANDS = (
    ("visa", re.compile(r"4"), {13, 16, 19}),
    ("mastercard", re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), {16}),
    ("amex", re.compile(r"3[47]"), {15}),
    ("diners", re.compile(r"30[0-5]|309|3[689]"), {14, 16, 19}),
    ("discover", re.compile(r"6011|64[4-9]|65"), {16, 17, 18, 19}),
    ("jcb", re.compile(r"35(2[89]|[3-8])"), {16, 17, 18, 19}),
    ("unionpay", re.compile(r"62|81"), {16, 17, 18, 19}),
)


@dataclass(frozen=True)
class Card:
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    raw: bool  # sent as a number, not as a test token
    issuer: Issuer = AGREES
    wallet: str | None = None


def check_card(card: dict[str, Any], today: date) -> Card:
    """`card` has passed Stripe's schema. Raises Refusal in Stripe's words."""
    if "token" in card:
        return card_of_token(card["token"], today)
    number = re.sub(r"[\s-]", "", card["number"])
    brand = check_number(number)
    month, year = check_expiry(int(card["exp_month"]), int(card["exp_year"]), today)
    if "cvc" in card and not re.fullmatch(r"[0-9]{4}" if brand == "amex" else r"[0-9]{3}", card["cvc"]):
        raise refused("invalid_cvc", "cvc", "Your card's security code is invalid.")
    return Card(brand, number[-4:], month, year, raw=True, issuer=TEST_NUMBERS.get(number, AGREES))


def card_of_token(token: str, today: date, param: str = "card[token]") -> Card:
    """A token `tok_…`, or a ready-made PaymentMethod `pm_card_…`. Raises Refusal when Stripe has none of that name."""
    found = TOKENS.get(re.sub(r"^pm_card_", "tok_", token))
    if found is None:
        raise missing("token" if param == "card[token]" else "PaymentMethod", param, status=400)
    return Card(found.brand, found.last4, today.month, today.year + 1, raw=False, issuer=found.issuer)


def check_number(number: str) -> str:
    """Returns the brand."""
    if not re.fullmatch(r"[0-9]+", number):
        raise refused("invalid_number", "number", "The card number is not a valid credit card number.")
    for brand, prefix, lengths in BRANDS:
        if prefix.match(number) and len(number) in lengths and luhn(number):
            return brand
    raise refused("incorrect_number", "number", "Your card number is incorrect.")


def check_expiry(month: int, year: int, today: date) -> tuple[int, int]:
    year += 2000 if 0 <= year < 100 else 0
    if not 1 <= month <= 12 or (year == today.year and month < today.month):
        raise refused("invalid_expiry_month", "exp_month", "Your card's expiration month is invalid.")
    if not today.year <= year <= today.year + 50:
        raise refused("invalid_expiry_year", "exp_year", "Your card's expiration year is invalid.")
    return month, year


def luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def refused(code: str, param: str, message: str) -> Refusal:
    return card_refused(code, message, param=param)
