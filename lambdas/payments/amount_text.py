"""Amounts of money as a language writes them (CLDR)."""


def amount_text(amount: int, currency: str, language: str) -> str:
    """`amount`: in the currency's smallest unit."""
    from babel.numbers import format_currency, get_currency_precision  # noqa: PLC0415  (loads the language's data)

    code = currency.upper()
    return format_currency(amount / 10 ** get_currency_precision(code), code, locale=language)
