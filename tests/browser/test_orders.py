"""An order's link in a browser: opened, paid in the chat or at Stripe, and back. The API is one in memory."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from payment_page.texts import texts
from tests.browser.conftest import DESKTOP, PHONE, nobody_met_an_error
from tests.browser.fake_api import FakeApi, Order, fake_api
from tests.browser.payer import ANSWERS, PATIENCE, Payer
from tests.browser.served import Served
from tests.browser.test_accessible import violations

NewOrderPayer = Callable[..., Payer]
BOTS = ("WhatsApp/2.24", "facebookexternalhit/1.1", "Twitterbot/1.0", "Slackbot-LinkExpanding 1.0", "TelegramBot")


@pytest.fixture(scope="module")
def shared_api() -> Iterator[FakeApi]:
    with fake_api() as api:
        yield api


@pytest.fixture
def api(shared_api: FakeApi) -> FakeApi:
    shared_api.requests.clear()
    shared_api.refusals.clear()
    shared_api.needs_order = False
    return shared_api


@pytest.fixture(scope="module")
def page(shared_api: FakeApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(shared_api.url, tmp_path_factory.mktemp("page") / "log", merchant="ACME")
    try:
        served.start()
        yield served
    finally:
        served.stop()


@pytest.fixture
def new_payer(browser: Browser, page: Served) -> Iterator[NewOrderPayer]:
    payers: list[Payer] = []

    def arrive(*, language: str = "en", **kind: Any) -> Payer:
        context = browser.new_context(**{"viewport": DESKTOP, "locale": language, **kind})
        context.set_default_timeout(PATIENCE)
        payers.append(Payer(context.new_page(), page.url, None, language))
        return payers[-1]

    yield arrive
    for each in payers:
        each.context.close()
    nobody_met_an_error(payers)


@pytest.fixture
def payer(desktop: BrowserContext, page: Served) -> Iterator[Payer]:
    person = Payer(desktop.new_page(), page.url, None)
    yield person
    person.page.close()
    desktop.clear_cookies()
    nobody_met_an_error([person])


def open_link(payer: Payer, order: Order | str) -> None:
    token = order if isinstance(order, str) else order.token
    payer.page.goto(f"{payer.url}/#order={token}", wait_until="commit")


def come_back(payer: Payer) -> None:
    """As Stripe's page does it: by a link of another site, which our API redirects to the page."""
    payer.page.evaluate(f"location.href = '{payer.url}/?returned'")


def heading(payer: Payer, text: str) -> Any:
    return payer.page.get_by_role("heading", level=2, name=payer.says[text], exact=True)


def go_to_stripe(payer: Payer, kind: str) -> None:
    payer.page.get_by_role("link", name=payer.says[f"{kind}_go"], exact=True).click()
    payer.page.get_by_role("heading", name="Stripe").wait_for()


def give_card(payer: Payer) -> None:
    for step in ANSWERS:
        payer.answer(step)
    payer.sees("confirm")


def at_action(payer: Payer, api: FakeApi, kind: str = "checkout", **more: Any) -> Order:
    order = api.order(capture="hosted" if kind == "checkout" else "chat", action_type=kind, **more)
    open_link(payer, order)
    if kind == "authenticate":
        give_card(payer)
    payer.sees("confirm")
    payer.button("confirm").click()
    payer.page.get_by_role("link", name=payer.says[f"{kind}_go"], exact=True).wait_for()
    return order


def test_the_token_of_the_link_is_gone_at_once_and_kept_nowhere(payer: Payer, api: FakeApi, page: Served) -> None:
    order = api.order()
    open_link(payer, order)
    payer.sees("name")
    payer.session_id()

    assert payer.page.url == f"{payer.url}/"
    assert api.requests[0][3]["orderToken"] == order.token  # it did go to the API
    frames = [each if isinstance(each, str) else each.decode("latin-1") for each in payer.frames]
    asked = [json.dumps([each.url, each.headers, each.post_data]) for each in payer.requests[1:]]
    for text in (*frames, *asked, payer.everything_kept(), page.log.read_text()):
        assert order.token not in text
    payer.page.go_back()
    assert order.token not in payer.page.url


def test_the_head_says_who_asks_for_what(payer: Payer, api: FakeApi) -> None:
    open_link(payer, api.order("authorize"))
    payer.sees("name")

    expect(payer.page.get_by_role("heading", level=1)).to_have_text("ACME")
    head = payer.page.locator(".pay-order")
    for text in ("€49.90", "held now, charged later", "Two tickets, 12 December"):
        expect(head.get_by_text(text, exact=True)).to_be_visible()
    assert payer.page.title() == "ACME · Secure payment"


def test_a_card_is_given_in_the_chat_and_the_bank_asks_with_the_keyboard_alone(payer: Payer, api: FakeApi) -> None:
    order = api.order(action_type="authenticate")
    open_link(payer, order)
    keyboard = payer.page.keyboard
    for step, value in ANSWERS.items():
        payer.sees(step)
        keyboard.type(value)
        keyboard.press("Enter")
    payer.sees("confirm")
    assert [body["field"] for *_, body in api.requests if "field" in body] == list(ANSWERS)
    expect(payer.page.get_by_role("definition").filter(has_text="€49.90")).to_be_visible()
    keyboard.press("Enter")
    payer.page.get_by_role("link", name=payer.says["authenticate_go"]).wait_for()
    payer.page.wait_for_timeout(500)
    assert payer.page.url == f"{payer.url}/"  # nothing leads away by itself
    assert payer.focused == payer.says["authenticate_go"]
    keyboard.press("Enter")
    payer.page.get_by_role("heading", name="Stripe").wait_for()

    order.at_stripe = "paid"
    come_back(payer)
    heading(payer, "done_charge").wait_for()
    assert payer.page.url == f"{payer.url}/"
    assert payer.focused == payer.says["done_charge"]
    expect(payer.page.locator(".pay-panel [role=status]")).to_have_text("Done. Thank you.")


def test_a_payer_who_comes_back_early_sees_the_result_as_soon_as_it_is_there(payer: Payer, api: FakeApi) -> None:
    order = at_action(payer, api)
    go_to_stripe(payer, "checkout")
    come_back(payer)
    checking = payer.page.locator(".pay-check")
    expect(checking).to_have_text(payer.says["checking"])
    payer.page.get_by_role("link", name=payer.says["checkout_go"]).wait_for()
    assert payer.transcript[0].startswith("You are paying")  # the conversation is still there
    order.at_stripe = "paid"

    heading(payer, "done_charge").wait_for()
    expect(checking).to_be_hidden()
    payer.has_no_cookie()


def test_a_result_that_does_not_come_is_never_called_a_failure(payer: Payer, api: FakeApi) -> None:
    at_action(payer, api)
    payer.button("recheck").click()
    expect(payer.page.locator(".pay-check")).to_have_text(payer.says["checking"])
    api.refusals += [(503, "temporarily_unavailable")] * 3
    payer.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 61000 }")

    expect(payer.page.locator(".pay-check")).to_have_text(payer.says["no_result"], timeout=PATIENCE)
    expect(payer.page.get_by_role("link", name=payer.says["checkout_go"])).to_be_visible()
    api.refusals.clear()
    order = next(each for each in reversed(api.orders.values()))
    order.at_stripe = "paid"
    payer.button("recheck").click()
    heading(payer, "done_charge").wait_for()


def test_a_try_that_was_declined_at_stripe_leads_to_the_next_one(payer: Payer, api: FakeApi) -> None:
    order = at_action(payer, api)
    go_to_stripe(payer, "checkout")
    order.at_stripe = "declined"
    come_back(payer)

    payer.sees("confirm")
    assert payer.transcript[-1] == "That did not work. Would you like to try again?"
    payer.button("confirm").click()
    payer.page.get_by_role("link", name=payer.says["checkout_go"]).wait_for()


def test_the_time_at_stripe_is_shown_and_its_end_is_looked_up(payer: Payer, api: FakeApi) -> None:
    order = at_action(payer, api, action_minutes=0.08)
    expect(payer.page.locator(".pay-time")).to_contain_text("0:0")
    order.at_stripe = "declined"

    payer.sees("confirm")


def test_a_browser_that_knows_nothing_is_sent_to_the_link(payer: Payer, api: FakeApi) -> None:
    payer.page.goto(f"{payer.url}/?returned", wait_until="commit")

    payer.sees_text("lost")
    assert payer.page.url == f"{payer.url}/"
    assert api.requests == []


def test_a_reload_goes_on_and_another_link_replaces_the_conversation(payer: Payer, api: FakeApi) -> None:
    open_link(payer, api.order(description="A hat"))
    payer.answer("name")
    payer.sees("card")
    payer.page.reload(wait_until="commit")
    payer.sees("card")
    expect(payer.page.locator(".pay-description")).to_have_text("A hat")

    open_link(payer, api.order(description="Two tickets"))  # the same document: only the fragment is another
    payer.sees("name")
    expect(payer.page.locator(".pay-description")).to_have_text("Two tickets")
    assert "A hat" not in payer.page.inner_text("body")
    payer.page.reload(wait_until="commit")
    payer.sees("name")
    expect(payer.page.locator(".pay-description")).to_have_text("Two tickets")


def test_a_link_that_is_opened_in_trouble_is_opened_when_it_is_over(payer: Payer, api: FakeApi) -> None:
    api.refusals.append((409, "busy"))
    open_link(payer, api.order())
    payer.sees_text("wait")

    payer.sees("name")
    assert len({body["messageId"] for *_, body in api.requests}) == 1


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("expired", "link_expired"),
        ("cancelled", "link_cancelled"),
        ("failed", "link_failed"),
        ("x" * 43, "link_unknown"),
        ("cut", "link_unknown"),
    ],
)
def test_a_link_that_cannot_be_used_is_explained_kindly(payer: Payer, api: FakeApi, link: str, said: str) -> None:
    open_link(payer, api.order(status=link) if link in {"expired", "cancelled", "failed"} else link)

    heading(payer, said).wait_for()
    assert payer.focused == payer.says[said]
    expect(payer.page.locator("input:visible")).to_have_count(0)
    back = payer.page.get_by_role("link", name="Back to ACME")
    expect(back).to_have_count(0 if said == "link_unknown" else 1)
    assert payer.violations() == []


def test_a_page_that_takes_payments_by_link_only_says_so(payer: Payer, api: FakeApi) -> None:
    api.needs_order = True
    payer.open()
    payer.button("start").click()

    payer.sees_text("needs_link")
    assert payer.violations() == []


@pytest.mark.parametrize("purpose", ["charge", "authorize", "save"])
def test_the_link_of_a_completed_order_shows_a_receipt_that_prints_well(
    new_payer: NewOrderPayer, api: FakeApi, purpose: str
) -> None:
    payer = new_payer(color_scheme="dark")
    open_link(payer, api.order(purpose, "hosted", status="completed"))
    heading(payer, f"done_{purpose}").wait_for()

    receipt = payer.page.locator(".pay-paper")
    shown = ("ACME", "INV-1042", "Two tickets, 12 December", "Visa •••• 4242")
    for text in shown if purpose == "save" else (*shown, "€49.90"):
        expect(receipt.get_by_text(text, exact=True)).to_be_visible()
    expect(receipt.get_by_text("November 22, 2026")).to_be_visible()
    expect(payer.page.get_by_role("link", name="Back to ACME")).to_have_attribute(
        "href", "https://shop.example.org/thanks"
    )
    expect(payer.button("start_again")).to_have_count(0)
    assert "pm_" not in payer.page.content()
    payer.page.evaluate("() => { window.print = () => { window.printed = true } }")
    payer.button("print").click()
    assert payer.page.evaluate("window.printed")

    payer.page.emulate_media(media="print", color_scheme="dark")
    expect(receipt.get_by_text("INV-1042")).to_have_css("color", "rgb(0, 0, 0)")
    expect(payer.page.get_by_role("button")).to_have_count(0)
    expect(payer.page.get_by_test_id("stChatMessage")).not_to_be_visible()
    assert payer.page.pdf().startswith(b"%PDF")


def test_a_payer_who_cancels_is_told_that_the_link_still_works(payer: Payer, api: FakeApi) -> None:
    order = api.order()
    open_link(payer, order)
    payer.sees("name")
    payer.button("cancel").click()
    payer.button("cancel_yes").click()
    payer.sees_text("reopen")
    expect(payer.button("start_again")).to_have_count(0)

    open_link(payer, order)
    payer.sees("name")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_on_any_screen_of_an_order(new_payer: NewOrderPayer, api: FakeApi, language: str) -> None:
    payer = new_payer(language=language)
    order = at_action(payer, api)
    found = {"action": violations(payer)}
    payer.button("recheck").click()
    expect(payer.page.locator(".pay-check")).to_be_visible()
    found["checking"] = violations(payer)
    order.at_stripe = "declined"
    payer.sees("confirm")
    found["review"] = violations(payer)
    payer.button("confirm").click()
    order.at_stripe = "paid"
    payer.button("recheck").click()
    heading(payer, "done_charge").wait_for()
    found["receipt"] = violations(payer)
    open_link(payer, api.order("save"))
    payer.sees("name")
    found["name"] = violations(payer)
    give_card(payer)
    found["review of a card"] = violations(payer)

    assert {screen: each for screen, each in found.items() if each} == {}


@pytest.mark.parametrize("language", ["en", "ar", "de", "sw"])
def test_an_order_fits_on_a_phone(new_payer: NewOrderPayer, api: FakeApi, language: str) -> None:
    payer = new_payer(language=language, **PHONE)
    order = at_action(payer, api, description="Mitgliedschaft " + "Eisenbahnwagenerhaltungsgesellschaft" * 4)
    go = payer.page.get_by_role("link", name=payer.says["checkout_go"])
    assert payer.width()[0] <= 390
    expect(go).to_be_in_viewport()
    assert payer.page.locator(".pay-head").bounding_box()["height"] < 844 / 4
    order.at_stripe = "paid"
    payer.button("recheck").tap()
    heading(payer, "done_charge").wait_for()
    assert payer.width()[0] <= 390


def test_link_previews_show_the_merchant_and_use_nothing_up(page: Served, api: FakeApi) -> None:
    for method in ("GET", "HEAD"):
        for agent in BOTS:
            answer = httpx.request(method, page.url, headers={"User-Agent": agent}, trust_env=False)
            assert answer.status_code == 200
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
            assert answer.headers["Content-Security-Policy"]
            assert "set-cookie" not in answer.headers

    german = httpx.get(page.url, headers={"Accept-Language": "de"}, trust_env=False).text
    assert f'<meta property="og:title" content="{texts("de")["title"]}" />' in german
    assert '<meta property="og:site_name" content="ACME" />' in german
    assert api.requests == []
