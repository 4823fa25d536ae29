"""The amounts that may be asked for, in every currency that Stripe charges cards in."""

from decimal import Decimal

import pytest
from babel import Locale
from babel.numbers import get_currency_precision

from payments.money import CURRENCIES, AmountRefused, Currency, check_amount

EVERY = pytest.mark.parametrize("currency", CURRENCIES.values(), ids=CURRENCIES.keys())

# As https://docs.stripe.com/currencies writes them, in whole units.
PUBLISHED_MINIMUMS = """
    0.50 USD, 2.00 AED, 0.50 ARS, 0.50 AUD, 0.50 BRL, 0.50 CAD, 0.50 CHF, 0.50 COP, 15.00 CZK, 2.50 DKK, 0.50 EUR,
    0.30 GBP, 4.00 HKD, 175.00 HUF, 0.50 IDR, 0.50 ILS, 0.50 INR, 50 JPY, 50 KRW, 10 MXN, 2.00 MYR, 3.00 NOK, 0.50 NZD,
    0.50 PHP, 2.00 PLN, 2.00 RON, 0.50 RUB, 3.00 SEK, 0.50 SGD, 10 THB, 0.50 ZAR
"""
MINIMUMS = {code.lower(): Decimal(least) for least, code in (each.split() for each in PUBLISHED_MINIMUMS.split(","))}
ZERO_DECIMALS = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
THREE_DECIMALS = {"bhd", "jod", "kwd", "omr", "tnd"}
ALWAYS_00 = {"isk", "ugx"}


@EVERY
def test_a_currency_is_counted_as_stripe_counts_it(currency: Currency) -> None:
    code = currency.code
    expected = 0 if code in ZERO_DECIMALS.split() else 3 if code in THREE_DECIMALS else 2

    assert currency.exponent == expected
    assert currency.step == (10 if code in THREE_DECIMALS else 100 if code in ALWAYS_00 else 1)


@EVERY
def test_a_currency_has_a_name_and_no_finer_unit_than_people_know(currency: Currency) -> None:
    assert currency.code.upper() in Locale("en").currencies
    assert get_currency_precision(currency.code.upper()) in (0, currency.exponent)


@EVERY
def test_the_minimum_is_the_published_one_or_one_unit(currency: Currency) -> None:
    assert currency.minimum == MINIMUMS.get(currency.code, Decimal(1)) * 10**currency.exponent
    check_amount(currency.minimum, currency.code)
    with pytest.raises(AmountRefused, match=f"at least {currency.minimum}"):
        check_amount(currency.minimum - currency.step, currency.code)


@EVERY
def test_the_maximum_has_as_many_digits_as_stripe_takes(currency: Currency) -> None:
    digits = {"inr": 9, "cop": 10, "idr": 12}.get(currency.code, 8)

    assert currency.maximum == 10**digits - 1
    check_amount(currency.maximum // currency.step * currency.step, currency.code)
    with pytest.raises(AmountRefused, match=f"at most {currency.maximum}"):
        check_amount(10**digits, currency.code)


@pytest.mark.parametrize(("amount", "code"), [(5124, "kwd"), (1001, "bhd"), (550, "isk"), (199_950, "ugx")])
def test_a_fraction_that_cards_do_not_carry_is_refused(amount: int, code: str) -> None:
    with pytest.raises(AmountRefused, match="multiple of") as refused:
        check_amount(amount, code)

    assert refused.value.field == "amount"


@pytest.mark.parametrize("code", ["", "EUR", "xxx", "btc", "hrk", "bgn"])
def test_a_currency_that_cards_are_not_charged_in_is_refused(code: str) -> None:
    with pytest.raises(AmountRefused) as refused:
        check_amount(1000, code)

    assert refused.value.field == "currency"


@pytest.mark.parametrize("amount", [True, 49.9, "4990", None])
def test_what_is_no_integer_is_refused(amount: object) -> None:
    with pytest.raises(AmountRefused, match="integer"):
        check_amount(amount, "eur")  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", [0, -4990])
def test_nothing_and_less_than_nothing_are_refused(amount: int) -> None:
    with pytest.raises(AmountRefused):
        check_amount(amount, "eur")
