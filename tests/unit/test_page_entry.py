"""The packaged component: found by Streamlit, complete as a wheel, and of one mind with the rules of the API."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import payment_entry
import pytest
from streamlit.components.v2.manifest_scanner import scan_component_manifests

from chat.values.brands import ACCEPTED, LENGTHS, RANGES, brand_of
from chat.values.card import luhn
from payment_page.transcript import BRAND_NAMES

PACKAGE = Path(payment_entry.__file__).parent
ASSETS = PACKAGE / "assets"
DANGEROUS = ("innerHTML", "insertAdjacentHTML", "eval(", "localStorage", "sessionStorage", "document.cookie")
BIN = Path(sys.executable).parent


def run(script):
    """What an ES module prints, as JSON; it can import from the component's own files."""
    done = subprocess.run(
        [BIN / "node", "--input-type=module", "-e", script], capture_output=True, text=True, cwd=ASSETS, check=True
    )
    return json.loads(done.stdout)


def test_streamlit_finds_the_component_and_its_files():
    [(manifest, root)] = [found for found in scan_component_manifests() if found[0].name == "payment-entry"]

    [component] = manifest.components
    assert f"{manifest.name}.{component.name}" == payment_entry.NAME
    assert (root / component.asset_dir / payment_entry.SCRIPT).exists()
    assert (root / component.asset_dir / payment_entry.STYLE).exists()


def test_the_wheel_is_built_without_a_network_and_holds_every_file(tmp_path):
    shutil.copytree(PACKAGE.parent, tmp_path / "source", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(
        [BIN / "uv", "build", "--quiet", "--offline", "--wheel", "--out-dir", tmp_path, tmp_path / "source"], check=True
    )

    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"payment_entry/assets/{file.name}" for file in ASSETS.iterdir()} <= names
    assert "payment_entry/pyproject.toml" in names


def test_the_component_loads_nothing_from_elsewhere_and_writes_no_html():
    for file in ASSETS.iterdir():
        text = file.read_text()
        assert "://" not in text, file.name
        for dangerous in DANGEROUS:
            assert dangerous not in text, (file.name, dangerous)


def edges():
    for ranges in RANGES.values():
        for part in ranges.split():
            low, _, high = part.partition("-")
            yield low.ljust(8, "0")
            yield (high or low).ljust(8, "9")


def test_the_field_shows_the_brand_that_the_api_will_find():
    ours = {number: brand_of(number) for number in edges() if brand_of(number) in ACCEPTED}
    assert len(ours) > 20

    shown = run(
        "import {brandOf} from './card.js';"
        f"console.log(JSON.stringify({json.dumps(list(ours))}.map(number => brandOf(number).id)))"
    )

    assert dict(zip(ours, shown, strict=True)) == {number: brand.value for number, brand in ours.items()}
    assert set(shown) == set(BRAND_NAMES)


def test_the_field_holds_nothing_back_that_the_api_would_take():
    numbers = [
        number
        for brand in ACCEPTED
        for length in LENGTHS.get(brand, (16,))
        for first in [RANGES[brand].split()[0].partition("-")[0]]
        for number in [f"{first.ljust(length - 1, '1')}{last}" for last in range(10)]
        if luhn(number) or brand == "unionpay"
    ]
    assert len(numbers) > 25

    verdicts = run(
        "import {verdict} from './card.js';"
        f"console.log(JSON.stringify({json.dumps(numbers)}.map(number => verdict(number))))"
    )

    assert set(verdicts) == {"good"}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("4242424242424242", "4242 4242 4242 4242"),
        ("378282246310005", "3782 822463 10005"),
        ("30569309025904", "3056 930902 5904"),
        ("6205500000000000004", "6205 5000 0000 0000 004"),
        ("42424", "4242 4"),
    ],
)
def test_the_number_is_grouped_as_on_the_card(typed, shown):
    assert run(f"import {{grouped}} from './card.js'; console.log(JSON.stringify(grouped('{typed}')))") == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1", "1"),
        ("5", "05/"),
        ("12", "12/"),
        ("123", "12/3"),
        ("1230", "12/30"),
        ("122030", "12/30"),
        ("203012", "12/30"),
    ],
)
def test_an_expiry_gets_its_slash(typed, shown):
    assert run(f"import {{expiry}} from './fields.js'; console.log(JSON.stringify(expiry('{typed}')))") == shown


@pytest.mark.parametrize("typed", ["4242 4242", "٤٢٤٢٤٢٤٢", "４２４２４２４２", "4242-4242"])
def test_digits_of_every_script_count(typed):
    assert run(f"import {{digitsIn}} from './card.js'; console.log(JSON.stringify(digitsIn('{typed}')))") == "42424242"


@pytest.mark.parametrize(
    ("field", "typed", "shown"),
    [
        ("name", "four two four two", "••••"),
        ("name", "John", "••••"),
        ("card", "4242 4242 4242 4242", "Visa •••• 4242"),
        ("expiry", "12/30", "12/30"),
        ("expiry", "42/4242", "••••"),
        ("cvv", "739", "•••"),
    ],
)
def test_a_value_under_way_is_shown_where_its_form_is_known(field, typed, shown):
    value = f"fields.{field}.shown('{typed}', {json.dumps(BRAND_NAMES)})"
    assert run(f"import {{fields}} from './fields.js'; console.log(JSON.stringify({value}))") == shown
