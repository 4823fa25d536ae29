"""Amounts as people read them: 4990 of eur is 49.90 EUR."""

from decimal import Decimal, InvalidOperation

# Stripe's table: the currencies whose smallest unit is not a hundredth. (ISK and UGX have no smaller unit either, but
# Stripe counts them in hundredths.)
WHOLE = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"],
)
THOUSANDTHS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])


def exponent(currency: str) -> int:
    """How many decimals the currency's amounts have at Stripe."""
    return 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2


def amount_text(amount: int | None, currency: str | None) -> str | None:
    """`amount` in the currency's smallest unit, with its decimals and the currency's code. None without an amount."""
    if amount is None or currency is None:
        return None
    return f"{Decimal(amount).scaleb(-exponent(currency)):,f} {currency.upper()}"


def parse_amount(text: str) -> tuple[int, str]:
    """The smallest units and the currency of a text like "49.90 EUR". Raises ValueError for another text."""
    number, _, code = text.strip().partition(" ")
    currency = code.strip().lower()
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise ValueError(f"{text!r} is not an amount like 49.90 EUR")
    try:
        amount = Decimal(number.replace(",", "")).scaleb(exponent(currency))
    except InvalidOperation:
        raise ValueError(f"{text!r} is not an amount like 49.90 EUR") from None
    if not amount.is_finite() or amount != int(amount) or amount < 0:
        raise ValueError(f"{text!r} is not an amount like 49.90 EUR")
    return int(amount), currency
