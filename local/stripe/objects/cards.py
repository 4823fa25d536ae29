"""What Stripe itself checks when it creates a card PaymentMethod. It does not ask the issuer: declines come later."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

# Stripe's test tokens: token → brand, and last four digits of the number that the token stands for.
TOKENS = {
    "tok_visa": ("visa", "4242"),
    "tok_visa_debit": ("visa", "5556"),
    "tok_mastercard": ("mastercard", "4444"),
    "tok_mastercard_debit": ("mastercard", "3222"),
    "tok_mastercard_prepaid": ("mastercard", "5100"),
    "tok_amex": ("amex", "0005"),
    "tok_discover": ("discover", "1117"),
    "tok_diners": ("diners", "0004"),
    "tok_jcb": ("jcb", "0505"),
    "tok_unionpay": ("unionpay", "0005"),
    # The issuer declines these, but only when a payment is tried: a PaymentMethod can still be created.
    "tok_visa_chargeDeclined": ("visa", "0002"),
    "tok_visa_chargeDeclinedInsufficientFunds": ("visa", "9995"),
    "tok_visa_chargeDeclinedExpiredCard": ("visa", "0069"),
    "tok_visa_chargeDeclinedIncorrectCvc": ("visa", "0127"),
    "tok_visa_chargeDeclinedProcessingError": ("visa", "0119"),
}

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


class CardError(Exception):
    """A card that Stripe refuses with 402."""

    def __init__(self, code: str, param: str, message: str) -> None:
        super().__init__(code)
        self.code, self.param, self.message = code, param, message

    def error(self) -> dict[str, str]:
        url = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        return {
            "code": self.code,
            "doc_url": url,
            "message": self.message,
            "param": self.param,
            "type": "card_error",
        }


class UnknownTokenError(Exception):
    """`card[token]` is not one of Stripe's test tokens."""


def check_card(card: dict[str, Any], today: date) -> Card:
    """`card` has passed Stripe's schema. Raises CardError in Stripe's words, or UnknownTokenError."""
    if "token" in card:
        if card["token"] not in TOKENS:
            raise UnknownTokenError
        brand, last4 = TOKENS[card["token"]]
        return Card(brand, last4, today.month, today.year + 1, raw=False)
    number = re.sub(r"[\s-]", "", card["number"])
    brand = check_number(number)
    month, year = check_expiry(int(card["exp_month"]), int(card["exp_year"]), today)
    if "cvc" in card and not re.fullmatch(r"[0-9]{4}" if brand == "amex" else r"[0-9]{3}", card["cvc"]):
        raise CardError("invalid_cvc", "cvc", "Your card's security code is invalid.")
    return Card(brand, number[-4:], month, year, raw=True)


def check_number(number: str) -> str:
    """Returns the brand."""
    if not re.fullmatch(r"[0-9]+", number):
        raise CardError("invalid_number", "number", "The card number is not a valid credit card number.")
    for brand, prefix, lengths in BRANDS:
        if prefix.match(number) and len(number) in lengths and luhn(number):
            return brand
    raise CardError("incorrect_number", "number", "Your card number is incorrect.")


def check_expiry(month: int, year: int, today: date) -> tuple[int, int]:
    year += 2000 if 0 <= year < 100 else 0
    if not 1 <= month <= 12 or (year == today.year and month < today.month):
        raise CardError("invalid_expiry_month", "exp_month", "Your card's expiration month is invalid.")
    if not today.year <= year <= today.year + 50:
        raise CardError("invalid_expiry_year", "exp_year", "Your card's expiration year is invalid.")
    return month, year


def luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0
