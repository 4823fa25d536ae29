"""Amounts as eleven languages write them. The expected ones are ICU's (CLDR 48), an implementation beside ours."""

import subprocess
import sys

import pytest

from payments.amount_text import LOCALE_DATA, LOCALES, amount_text
from payments.money import CURRENCIES

_ = "\u00a0"  # no-break space
THIN = "\u202f"  # narrow no-break space
RLM = "\u200f"  # right-to-left mark

WRITTEN = {
    "ar": (f"{RLM}1,249.90{_}€", f"{RLM}49.90{_}US$", f"{RLM}500{_}JP¥", f"{RLM}5.120{_}د.ك.{RLM}", f"{RLM}5{_}ISK"),
    "de": (f"1.249,90{_}€", f"49,90{_}$", f"500{_}¥", f"5,120{_}KWD", f"5{_}ISK"),
    "en": ("€1,249.90", "$49.90", "¥500", f"KWD{_}5.120", f"ISK{_}5"),
    "es": (f"1249,90{_}€", f"49,90{_}US$", f"500{_}JPY", f"5,120{_}KWD", f"5{_}ISK"),
    "fr": (f"1{THIN}249,90{_}€", f"49,90{_}$US", f"500{_}JPY", f"5,120{_}KWD", f"5{_}ISK"),
    "it": (f"1249,90{_}€", f"49,90{_}USD", f"500{_}JPY", f"5,120{_}KWD", f"5{_}ISK"),
    "ja": ("€1,249.90", "$49.90", "￥500", f"KWD{_}5.120", f"ISK{_}5"),
    "nl": (f"€{_}1.249,90", f"US${_}49,90", f"JP¥{_}500", f"KWD{_}5,120", f"ISK{_}5"),
    "pt": (f"€{_}1.249,90", f"US${_}49,90", f"JP¥{_}500", f"KWD{_}5,120", f"ISK{_}5"),
    "sw": (f"€{_}1,249.90", f"US${_}49.90", f"JP¥{_}500", f"KWD{_}5.120", f"ISK{_}5"),
    "zh": ("€1,249.90", "US$49.90", "JP¥500", f"KWD{_}5.120", f"ISK{_}5"),
}
AMOUNTS = ((124_990, "eur"), (4990, "usd"), (500, "jpy"), (5120, "kwd"), (500, "isk"))


@pytest.mark.parametrize("language", WRITTEN)
def test_an_amount_is_written_as_the_language_writes_it(language: str) -> None:
    assert tuple(amount_text(*each, language) for each in AMOUNTS) == WRITTEN[language]


@pytest.mark.parametrize(("language", "written"), [("es", f"12.490,90{_}€"), ("it", f"12.490,90{_}€")])
def test_spanish_and_italian_group_from_five_digits_on(language: str, written: str) -> None:
    assert amount_text(1_249_090, "eur", language) == written


def test_a_fraction_that_nobody_uses_is_written_all_the_same() -> None:
    assert amount_text(120_000, "rsd", "de") == f"1.200{_}RSD"
    assert amount_text(120_050, "rsd", "de") == f"1.200,50{_}RSD"


@pytest.mark.parametrize("code", CURRENCIES)
def test_no_amount_is_rounded(code: str) -> None:
    currency = CURRENCIES[code]
    amount = currency.maximum // currency.step * currency.step

    for language in LOCALES:
        digits = "".join(each for each in amount_text(amount, code, language) if each.isdigit())
        assert str(amount).startswith(digits)
        assert str(amount).removeprefix(digits).strip("0") == ""


def test_an_unknown_language_is_written_as_english() -> None:
    assert amount_text(4990, "eur", "xx") == "€49.90"


def test_the_locale_data_that_is_named_is_what_babel_reads() -> None:
    """So that a package with these files alone writes every amount."""
    program = """
from babel import localedata
from payments.amount_text import LOCALES, amount_text
for tag in LOCALES: amount_text(4990, "eur", tag)
print(*sorted(localedata._cache))
"""
    read = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert read.stdout.split() == sorted(LOCALE_DATA)


def test_babel_is_not_imported_before_an_amount_is_written() -> None:
    program = "import sys, payments.amount_text; print('babel' in sys.modules)"
    read = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert read.stdout.strip() == "False"
