"""Checkout and 3-D Secure of the Stripe stand-in in a browser, on another site than the shop's."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from local.stand_in.service import Answer, Request
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.payer import AXE
from tests.stripe_shop import CHALLENGED, DECLINED, VISA, Shop, served, shop

RECEIPT = "<!doctype html><html lang=en><title>Receipt</title><main><h1>{}</h1></main></html>"


def pages_of_a_shop(request: Request) -> Answer:
    """As ours: the address that Stripe leads back to answers with the clean page."""
    if request.path == "/back":
        return Answer(303, "", headers={"Location": "/receipt"})
    return Answer(200, RECEIPT.format("Welcome back" if request.path == "/receipt" else "You left"))


@pytest.fixture(scope="module")
def store() -> Iterator[Shop]:
    with shop() as opened:
        yield opened


@pytest.fixture(scope="module")
def shop_url() -> Iterator[str]:
    with served(pages_of_a_shop) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE["viewport"], locale="en")
    context.set_default_timeout(15_000)
    tab = context.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    yield tab
    context.close()
    assert said == []


def opened(page: Page, store: Shop, shop_url: str, mode: str = "payment", **more: object) -> str:
    addresses = {"success_url": f"{shop_url}/back?checkout={{CHECKOUT_SESSION_ID}}", "cancel_url": f"{shop_url}/left"}
    session = store.checkout(mode, **addresses, **more)
    page.goto(str(session.url))
    return session.id


def types_card(page: Page, number: str) -> None:
    """With the keyboard alone, from the first field to the button."""
    page.get_by_label("Email").focus()
    for answer in ("jenny@example.com", number, "12/34", "123", "Jenny Rosen"):
        page.keyboard.insert_text(answer)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def violations(page: Page) -> list[str]:
    """On a phone by day and on a desktop by night."""
    found = []
    for scheme, size in (("light", PHONE["viewport"]), ("dark", DESKTOP)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        if not page.evaluate("'axe' in window"):
            page.evaluate(f"{AXE.read_text()}; 0")
        found += [f"{scheme}: {each['id']}" for each in page.evaluate("axe.run(document)")["violations"]]
        width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        found += [f"{scheme}: wider than the window"] if width[0] > width[1] else []
    page.set_viewport_size(PHONE["viewport"])
    return found


def test_a_declined_card_then_a_good_one(page: Page, store: Shop, shop_url: str) -> None:
    name = opened(page, store, shop_url)

    types_card(page, DECLINED)
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    types_card(page, VISA)

    expect(page.get_by_role("heading")).to_have_text("Welcome back")
    assert page.url == f"{shop_url}/receipt"
    assert store.session(name).status == "complete"


@pytest.mark.parametrize(
    ("answer", "status"), [("Complete authentication", "complete"), ("Fail authentication", "open")]
)
@pytest.mark.parametrize("mode", ["payment", "setup"])
def test_three_d_secure_is_passed_or_failed(
    page: Page, store: Shop, shop_url: str, mode: str, answer: str, status: str
) -> None:
    name = opened(page, store, shop_url, mode)

    types_card(page, CHALLENGED)
    page.get_by_role("button", name=answer).click()

    heading = "Welcome back" if status == "complete" else "ACME"
    expect(page.get_by_role("heading")).to_contain_text(heading)
    assert store.session(name).status == status


def test_the_bank_leads_back_from_a_payment_in_the_chat(page: Page, store: Shop, shop_url: str) -> None:
    intent = store.payment("pm_card_authenticationRequired")
    waiting = store.sdk.v1.payment_intents.confirm(intent.id, {"return_url": f"{shop_url}/back"})

    page.goto(str(waiting.next_action.redirect_to_url.url))
    page.get_by_role("button", name="Complete authentication").click()

    expect(page.get_by_role("heading")).to_have_text("Welcome back")


def test_a_wallet_pays_with_one_press(page: Page, store: Shop, shop_url: str) -> None:
    opened(page, store, shop_url)

    page.get_by_role("button", name="Apple Pay").click()

    expect(page.get_by_role("heading")).to_have_text("Welcome back")


def test_the_payer_can_go_back(page: Page, store: Shop, shop_url: str) -> None:
    name = opened(page, store, shop_url)

    page.get_by_role("link", name="Back to ACME").click()

    expect(page.get_by_role("heading")).to_have_text("You left")
    assert store.session(name).status == "open"


def test_axe_finds_nothing_on_any_screen(page: Page, store: Shop, shop_url: str) -> None:
    found = {}
    name = opened(page, store, shop_url, customer_email="jenny@example.com")
    found["checkout"] = violations(page)
    types_card(page, DECLINED)
    page.get_by_role("alert").wait_for()
    found["declined"] = violations(page)
    types_card(page, CHALLENGED)
    page.get_by_role("button", name="Complete authentication").wait_for()
    found["3-D Secure"] = violations(page)
    page.get_by_role("button", name="Leave").click()
    page.get_by_role("heading", name="Nothing was confirmed").wait_for()
    found["left"] = violations(page)
    store.sdk.v1.checkout.sessions.expire(name)
    page.goto(f"{store.url}/c/pay/{name}")
    found["expired"] = violations(page)
    done = opened(page, store, shop_url, "setup", locale="fr")
    found["setup in French"] = violations(page)
    page.get_by_role("button", name="Apple Pay").click()
    page.get_by_role("heading", name="Welcome back").wait_for()
    page.goto(f"{store.url}/c/pay/{done}")
    found["complete"] = violations(page)

    assert {screen: each for screen, each in found.items() if each} == {}
    assert len(found) == 7
