"""Which scripts run in the page, and how somebody hears of another one (PCI DSS 6.4.3 and 11.6.1)."""

import json
import re

import httpx
import pytest

from infra.operations.check_page import INVENTORY, find_changes
from tests.browser.conftest import NewPayer
from tests.browser.payer import Payer
from tests.browser.script_inventory import PURPOSES, Script, scripts_of_a_payment
from tests.browser.served import Served


@pytest.fixture(scope="module")
def inventory() -> set[Script]:
    return {Script(each["place"], each["sha256"]) for each in json.loads(INVENTORY.read_text())}


def test_the_scripts_that_run_are_those_of_the_inventory(new_payer: NewPayer, inventory: set[Script]) -> None:
    scripts, policy = scripts_of_a_payment(new_payer())
    sources = re.search(r"script-src ([^;]+)", policy)[1].split()

    assert scripts == inventory, "the page's scripts have changed: review them, then `make page-scripts`"
    inline = {f"'sha256-{each.sha256}'" for each in scripts if each.place == "inline"}
    assert set(sources) == {"'self'"} | inline


def test_every_script_has_a_purpose_and_comes_from_the_pages_own_host(inventory: set[Script]) -> None:
    written = {(each["place"], each["sha256"]): each["purpose"] for each in json.loads(INVENTORY.read_text())}

    assert len(inventory) > 8
    assert all(each.place.startswith(tuple(PURPOSES)) for each in inventory)
    assert written == {(each.place, each.sha256): each.purpose for each in inventory}


def test_the_check_of_a_deployed_page_finds_this_one_unchanged(served: Served) -> None:
    with httpx.Client(base_url=served.url, trust_env=False) as http:
        assert list(find_changes(http)) == []


def test_a_report_that_is_too_long_is_not_read(served: Served) -> None:
    answer = httpx.post(f"{served.url}/violations", json=["x" * 10_000], trust_env=False)

    assert answer.status_code == 413


def test_a_foreign_script_is_reported_in_the_servers_log(payer: Payer, served: Served) -> None:
    before = served.log.read_text()
    payer.start()
    payer.page.evaluate(
        """() => { const script = document.createElement('script');
        script.textContent = 'window.intruded = true'; document.body.append(script) }"""
    )
    line = "content security policy violated: directive script-src-elem, source inline"

    for _ in range(50):
        if line in served.log.read_text().removeprefix(before):
            break
        payer.page.wait_for_timeout(100)
    else:
        pytest.fail("nothing was reported")
    payer.console.clear()
