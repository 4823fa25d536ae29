"""Amounts as Stripe counts them: integers of a currency's smallest unit.

Sources, read in November 2026: https://docs.stripe.com/currencies, and the API reference on a PaymentIntent's `amount`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


class AmountRefused(Exception):
    """An amount that cannot be asked for. `field`: what is wrong with the order; `reason`: why, for the merchant."""

    def __init__(self, reason: str, field: Literal["amount", "currency"] = "amount") -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


@dataclass(frozen=True)
class Currency:
    """A currency that Stripe charges cards in. All amounts are in its smallest unit as Stripe counts it.

    `code`: ISO 4217, lower case, as Stripe takes it. `exponent`: one unit is 10 to this power of the smallest units.
    `minimum`: the least that Stripe charges where it publishes a figure, else one unit. There, and where the merchant
    is paid out in another currency, Stripe may refuse a small amount all the same. `step`: amounts are multiples of it.
    `maximum`: eight digits, more where Stripe names more; card networks may allow less.
    """

    code: str
    exponent: int
    minimum: int
    step: int = 1
    maximum: int = 99_999_999


_WITHOUT_DECIMALS = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_TWO_DECIMALS = """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc cve czk
    dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk jmd kes kgs khr kyd kzt lak
    lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar
    ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah ugx usd uyu uzs wst xcd xcg
    yer zar zmw
"""
_THREE_DECIMALS = "bhd jod kwd omr tnd"
_STEPS = {
    **dict.fromkeys(_THREE_DECIMALS.split(), 10),  # the card networks carry two decimals of the three
    "isk": 100,  # has no decimals any more, but Stripe goes on counting two: always 00
    "ugx": 100,
}
_PUBLISHED_MINIMUMS = """
    30 gbp, 50 ars, 50 aud, 50 brl, 50 cad, 50 chf, 50 cop, 50 eur, 50 idr, 50 ils, 50 inr, 50 jpy, 50 krw, 50 nzd,
    50 php, 50 rub, 50 sgd, 50 usd, 50 zar, 200 aed, 200 myr, 200 pln, 200 ron, 250 dkk, 300 nok, 300 sek, 400 hkd,
    1000 mxn, 1000 thb, 1500 czk, 17500 huf
"""
_MINIMUMS = {code: int(least) for least, code in map(str.split, _PUBLISHED_MINIMUMS.split(","))}
_MAXIMUMS = {"inr": 999_999_999, "cop": 9_999_999_999, "idr": 999_999_999_999}


def _currency(code: str, exponent: int) -> Currency:
    return Currency(
        code,
        exponent,
        minimum=_MINIMUMS.get(code, 10**exponent),
        step=_STEPS.get(code, 1),
        maximum=_MAXIMUMS.get(code, Currency.maximum),
    )


CURRENCIES: Mapping[str, Currency] = MappingProxyType(
    {
        code: _currency(code, exponent)
        for exponent, codes in ((0, _WITHOUT_DECIMALS), (2, _TWO_DECIMALS), (3, _THREE_DECIMALS))
        for code in codes.split()
    }
)


def check_amount(amount: int, currency: str) -> None:
    """Raises AmountRefused unless Stripe can charge this amount. `currency`: lower case."""
    known = CURRENCIES.get(currency)
    if known is None:
        raise AmountRefused("is not a currency that cards are charged in, in lower case", "currency")
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise AmountRefused("must be an integer of the currency's smallest unit")
    if amount < known.minimum:
        raise AmountRefused(f"must be at least {known.minimum} in {currency}")
    if amount > known.maximum:
        raise AmountRefused(f"must be at most {known.maximum} in {currency}")
    if amount % known.step:
        raise AmountRefused(f"must be a multiple of {known.step} in {currency}")
