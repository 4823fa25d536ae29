"""An amount as a language writes it, by the Unicode CLDR: "€49.90", "49,90 €" with a no-break space, "¥500"."""

from __future__ import annotations

import re
from copy import copy
from decimal import Decimal

from payments.money import CURRENCIES

LOCALES = {
    "ar": "ar", "de": "de", "en": "en", "es": "es", "fr": "fr", "it": "it", "ja": "ja", "nl": "nl", "pt": "pt_BR",
    "sw": "sw", "zh": "zh_Hans_CN",
}  # fmt: skip
# The files of Babel's locale data that these need: each with those that it inherits from.
LOCALE_DATA = (
    "root",
    "ar",
    "de",
    "en",
    "es",
    "fr",
    "it",
    "ja",
    "nl",
    "pt",
    "pt_BR",
    "sw",
    "zh",
    "zh_Hans",
    "zh_Hans_CN",
)

# The CLDR's minimumGroupingDigits and currencySpacing, which Babel does not know.
_GROUPED_FROM = {"es": 10_000, "it": 10_000}
_LETTER_THEN_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")


def amount_text(amount: int, currency: str, language: str) -> str:
    """`amount`: in the currency's smallest unit as Stripe counts it. `language`: a tag; English for an unknown one.

    Nothing is rounded: decimals that a currency has but nobody uses are written when they are not zero.
    """
    # Imported here, so that only a conversation about an order waits for it (50 ms).
    from babel import Locale  # noqa: PLC0415
    from babel.numbers import get_currency_precision  # noqa: PLC0415

    code = currency.upper()
    exponent = CURRENCIES[currency].exponent
    value = Decimal(amount).scaleb(-exponent)
    usual = get_currency_precision(code)
    decimals = usual if value == round(value, usual) else exponent
    tag = language if language in LOCALES else "en"
    locale = Locale.parse(LOCALES[tag])
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (decimals, decimals)
    grouped = value >= _GROUPED_FROM.get(tag, 0)
    text: str = pattern.apply(value, locale, currency=code, currency_digits=False, group_separator=grouped)
    return _LETTER_THEN_DIGIT.sub("\u00a0", text)
