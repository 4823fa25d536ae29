"""The merchant stand-in's page, as a newcomer sees it: asks for a payment, and shows by itself what came of it."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from local.merchant.inbox import Inbox
from local.merchant.server import Merchant
from local.merchant.shop import Shop
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.payer import AXE
from tests.orders_api import OrdersApi, serve
from tests.unit.test_merchant_webhooks import SECRETS, event, signed_event

Visit = tuple[Page, OrdersApi, str, list[str]]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """A phone at the merchant's page: the page, the stage's API, the merchant's address, the console's lines."""
    api = OrdersApi()
    context = browser.new_context(**PHONE)
    context.set_default_timeout(15_000)
    with serve(api) as api_url, serve(Merchant(Shop("http://127.0.0.1", api_url), Inbox(secrets=(SECRETS[0],)))) as url:
        page = context.new_page()
        console: list[str] = []
        page.on("console", lambda line: console.append(line.text))
        page.goto(url)
        yield page, api, url, console
        context.close()
    assert console == []


def tell(url: str, **changed: object) -> None:
    headers, body = signed_event(**changed)
    httpx.post(f"{url}/webhooks", headers=headers, content=body, trust_env=False).raise_for_status()


def test_an_order_is_created_and_its_end_appears_by_itself(visit: Visit) -> None:
    page, api, url, _ = visit
    page.get_by_label("For what").fill("Two hats")
    page.get_by_label("Amount").fill("59.90")
    page.get_by_role("button", name="Create the order").click()

    expect(page.get_by_role("link", name="Open the payer’s link")).to_have_attribute(
        "href", "https://pay.example.com/#order=token-of-ord_1"
    )
    expect(page.get_by_text("59.90 EUR")).to_be_visible()

    tell(url, data=api.set_status("ord_1", "completed"))

    expect(page.locator("summary", has_text="order.completed")).to_be_visible()
    expect(page.locator(".status.completed")).to_be_visible()
    assert page.get_by_label("Amount").input_value() == "49.90"  # the form was not touched


def test_somebody_who_reads_an_event_is_not_interrupted(visit: Visit) -> None:
    page, _, url, _ = visit
    tell(url)
    page.locator("summary", has_text="order.completed").click()
    tell(url, type="order.failed")
    page.wait_for_timeout(2_000)

    expect(page.locator("details[open]")).to_be_visible()
    page.locator("summary", has_text="order.completed").click()
    page.locator("h1").click()
    expect(page.locator("summary", has_text="order.failed")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE["viewport"], DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    visit: Visit, scheme: str, size: dict[str, int]
) -> None:
    page, api, url, _ = visit
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.get_by_role("button", name="Create the order").click()
    tell(url, data=api.set_status("ord_1", "completed"))
    tell(url, data={**event()["data"], "orderId": "ord_2", "status": "failed"})
    expect(page.locator(".status.failed")).to_be_visible()
    page.locator("summary", has_text="order.completed").first.click()

    page.evaluate(f"{AXE.read_text()}; 0")
    found = page.evaluate("axe.run(document)")["violations"]

    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
