"""docs/go-live.md names commands, settings, numbers and rights that exist."""

import dataclasses
import re

import pytest

from infra.config import Page, Stage
from local.runner.environment import ROOT
from local.stripe.objects.issuers import TEST_NUMBERS
from tests.infra.conftest import Template
from tests.stripe_shop import VISA

PAGE = (ROOT / "docs/go-live.md").read_text()


def test_its_settings_make_a_stage():
    (block,) = re.findall(r"^```python\n(DEV = .*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    names = {"Stage": Stage, "Page": Page}

    exec(block, names)

    made = names["DEV"]
    assert isinstance(made, Stage)
    assert (made.captures, made.webhook_url) == (("hosted",), "https://shop.acme.example/payment-chat")


def test_the_settings_that_are_to_be_set_exist():
    known = {field.name for field in dataclasses.fields(Stage)}

    named = re.findall(r"`([a-z_]+)(?:=True)?`", PAGE.partition("## 9")[2])
    assert {"merchant", "contact", "alarm_email"} <= set(named)
    assert set(named) - {"hosted", "chat"} <= known


def test_its_numbers_do_at_the_stand_in_what_it_says():
    numbers = [number.replace(" ", "") for number in re.findall(r"^\| (\d{4}(?: \d{4}){3}) \|", PAGE, re.MULTILINE)]

    assert len(numbers) >= 5
    assert [number for number in numbers[1:] if number not in TEST_NUMBERS] == []
    assert numbers[0] == VISA


@pytest.mark.parametrize("output", ["MerchantPolicy", "ApiUrl"])
def test_the_outputs_that_it_names_exist(templates: dict[str, Template], output: str):
    assert f"`{output}`" in PAGE
    assert output in templates["dev-Api"].body["Outputs"]


def test_the_alarm_that_it_tries_out_exists(templates: dict[str, Template]):
    (name,) = re.findall(r"PaymentChat-dev-Api-(Watch\w+)", PAGE)

    assert any(id_.startswith(name) for id_ in templates["dev-Api"].of_type("AWS::CloudWatch::Alarm"))
