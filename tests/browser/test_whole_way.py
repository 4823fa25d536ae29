"""An order from its link to the merchant's event, in a browser: the real stage on 127.0.0.1, Stripe on localhost."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import DESKTOP, nobody_met_an_error
from tests.browser.payer import ANSWERS, PATIENCE, VISA, Payer
from tests.browser.served import Served
from tests.browser.test_accessible import violations
from tests.browser.test_stripe_pages import types_card
from tests.order_on_stage import OrderOnStage, place
from tests.stripe_shop import CHALLENGED

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def page_url(stage: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page where links and returns lead to: that of the stage when it runs one, else one for these tests."""
    assert stage.stripe
    url = place(stage).link.partition("/#")[0]
    try:
        httpx.get(f"{url}/healthz", timeout=2, trust_env=False)
    except httpx.TransportError:
        log = tmp_path_factory.mktemp("stage-page") / "log"
        page = Served(stage.api.url, log, port=urlsplit(url).port or 0, merchant="ACME")
        try:
            page.start()
            yield url
        finally:
            page.stop()
    else:
        yield url


@pytest.fixture
def payer(browser: Browser, page_url: str, stage: Any) -> Iterator[Payer]:
    context = browser.new_context(viewport=DESKTOP, locale="en")
    context.set_default_timeout(PATIENCE)
    person = Payer(context.new_page(), page_url, stage)
    yield person
    context.close()
    nobody_met_an_error([person])


def goes_to_stripe(payer: Payer, kind: str) -> None:
    payer.page.get_by_role("link", name=payer.says[f"{kind}_go"], exact=True).click()
    payer.page.wait_for_url("http://localhost:*/**")


def has_paid(payer: Payer, order: OrderOnStage) -> None:
    payer.page.get_by_role("heading", level=2, name=payer.says["done_charge"], exact=True).wait_for()
    assert payer.page.url == f"{payer.url}/"  # neither Stripe's parameters nor ours
    expect(payer.page.locator(".pay-paper").get_by_text("Visa •••• ")).to_be_visible()
    assert violations(payer) == []
    payer.has_no_cookie()
    assert order.shown()["status"] == "completed"
    assert order.is_told("order.completed")


def gives_card(payer: Payer, number: str) -> None:
    for step in ANSWERS:
        payer.answer(step, number if step == "card" else None)
    payer.sees("confirm")
    payer.button("confirm").click()


def test_a_card_in_the_chat_and_the_bank_on_another_site(payer: Payer, stage: Any) -> None:
    order = place(stage)
    payer.page.goto(order.link, wait_until="commit")

    gives_card(payer, CHALLENGED)
    goes_to_stripe(payer, "authenticate")
    payer.page.get_by_role("button", name="Complete authentication").click()

    has_paid(payer, order)


def test_a_bank_that_was_not_convinced_leads_back_to_the_same_conversation(payer: Payer, stage: Any) -> None:
    order = place(stage)
    payer.page.goto(order.link, wait_until="commit")
    gives_card(payer, CHALLENGED)

    goes_to_stripe(payer, "authenticate")
    payer.page.get_by_role("button", name="Fail authentication").click()
    payer.sees("card")
    assert "You are paying" in payer.transcript[0]

    payer.answer("card", VISA)
    for step in ("expiry", "cvv"):
        payer.answer(step)
    payer.sees("confirm")
    payer.button("confirm").click()
    has_paid(payer, order)


def test_a_card_on_stripes_page_after_a_look_around(payer: Payer, stage: Any) -> None:
    order = place(stage, capture="hosted")
    payer.page.goto(order.link, wait_until="commit")
    payer.sees("confirm")
    payer.button("confirm").click()

    goes_to_stripe(payer, "checkout")
    payer.page.get_by_role("link", name="Back to ACME").click()
    payer.page.get_by_role("link", name=payer.says["checkout_go"], exact=True).wait_for()
    assert "You are paying" in payer.transcript[0]  # the conversation was kept across sites
    assert violations(payer) == []

    goes_to_stripe(payer, "checkout")
    types_card(payer.page, VISA)
    has_paid(payer, order)


def test_three_d_secure_on_stripes_page(payer: Payer, stage: Any) -> None:
    order = place(stage, capture="hosted")
    payer.page.goto(order.link, wait_until="commit")
    payer.sees("confirm")
    payer.button("confirm").click()

    goes_to_stripe(payer, "checkout")
    types_card(payer.page, CHALLENGED)
    payer.page.get_by_role("button", name="Complete authentication").click()

    has_paid(payer, order)
