"""Which amounts Stripe takes. https://docs.stripe.com/currencies"""

from babel.core import UnknownLocaleError
from babel.numbers import format_currency, is_currency

from local.stripe.requests.refusals import invalid

NO_DECIMALS = frozenset(
    {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"}
)
THREE_DECIMALS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
# Counted in hundredths although they have none: the last two digits have to be zero.
WHOLE_HUNDREDTHS = frozenset(["isk", "ugx"])
MAX_AMOUNT = 99_999_999
# The least that Stripe charges, in the smallest unit; 1 where Stripe names none.
MINIMUMS = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Raises Refusal."""
    if not is_currency(currency.upper()):
        raise invalid("currency", "Invalid currency.")
    if amount > MAX_AMOUNT:
        raise invalid(param, "Amount must be no more than 999,999.99.", "amount_too_large")
    if amount < MINIMUMS.get(currency, 1):
        raise invalid(param, "Amount is below Stripe's minimum for this currency.", "amount_too_small")
    if (currency in THREE_DECIMALS and amount % 10) or (currency in WHOLE_HUNDREDTHS and amount % 100):
        raise invalid(param, "Amount has more digits than this currency is charged in.")


def amount_text(amount: int, currency: str, locale: str) -> str:
    exponent = 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    try:
        return format_currency(amount / 10**exponent, currency.upper(), locale=locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return format_currency(amount / 10**exponent, currency.upper(), locale="en")
