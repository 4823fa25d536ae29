"""An order's link in a browser: opened, paid in the chat or at Stripe, and back. The API is one in memory."""

import json
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from payment_page.texts import texts
from tests.browser.conftest import PHONE, NewPayer
from tests.browser.fake_api import FakeApi, Order
from tests.browser.order_screens import SCREENS, flaws, screens
from tests.browser.payer import ANSWERS, PATIENCE, Payer
from tests.browser.served import Served
from tests.browser.test_accessible import violations

BOTS = ("WhatsApp/2.24", "facebookexternalhit/1.1", "Twitterbot/1.0", "Slackbot-LinkExpanding 1.0", "TelegramBot")


@pytest.fixture
def payer(orders_payer: Payer) -> Payer:
    return orders_payer


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


def at_action(payer: Payer, orders_api: FakeApi, kind: str = "checkout", **more: Any) -> Order:
    order = orders_api.order(capture="hosted" if kind == "checkout" else "chat", action_type=kind, **more)
    open_link(payer, order)
    if kind == "authenticate":
        give_card(payer)
    payer.sees("confirm")
    payer.button("confirm").click()
    payer.page.get_by_role("link", name=payer.says[f"{kind}_go"], exact=True).wait_for()
    return order


def test_the_token_of_the_link_is_gone_at_once_and_kept_nowhere(
    payer: Payer, orders_api: FakeApi, orders_page: Served
) -> None:
    order = orders_api.order()
    open_link(payer, order)
    payer.sees("name")
    payer.session_id()

    assert payer.page.url == f"{payer.url}/"
    assert orders_api.requests[0][3]["orderToken"] == order.token  # it did go to the API
    frames = [each if isinstance(each, str) else each.decode("latin-1") for each in payer.frames]
    asked = [json.dumps([each.url, each.headers, each.post_data]) for each in payer.requests[1:]]
    for text in (*frames, *asked, payer.everything_kept(), orders_page.log.read_text()):
        assert order.token not in text
    payer.page.go_back()
    assert order.token not in payer.page.url


def test_the_head_says_who_asks_for_what(payer: Payer, orders_api: FakeApi) -> None:
    open_link(payer, orders_api.order("authorize"))
    payer.sees("name")

    expect(payer.page.get_by_role("heading", level=1)).to_have_text("ACME")
    head = payer.page.locator(".pay-order")
    for text in ("€49.90", "held now, charged later", "Two tickets, 12 December"):
        expect(head.get_by_text(text, exact=True)).to_be_visible()
    assert payer.page.title() == "ACME · Secure payment"


def test_a_card_is_given_in_the_chat_and_the_bank_asks_with_the_keyboard_alone(
    payer: Payer, orders_api: FakeApi
) -> None:
    order = orders_api.order(action_type="authenticate")
    open_link(payer, order)
    keyboard = payer.page.keyboard
    for step, value in ANSWERS.items():
        payer.sees(step)
        keyboard.type(value)
        keyboard.press("Enter")
    payer.sees("confirm")
    assert [body["field"] for *_, body in orders_api.requests if "field" in body] == list(ANSWERS)
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


def test_a_payer_who_comes_back_early_sees_the_result_as_soon_as_it_is_there(payer: Payer, orders_api: FakeApi) -> None:
    order = at_action(payer, orders_api)
    go_to_stripe(payer, "checkout")
    payer.page.go_back()
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


def test_a_result_that_does_not_come_is_never_called_a_failure(payer: Payer, orders_api: FakeApi) -> None:
    at_action(payer, orders_api)
    payer.button("recheck").click()
    expect(payer.page.locator(".pay-check")).to_have_text(payer.says["checking"])
    orders_api.refusals += [(503, "temporarily_unavailable")] * 3
    payer.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 61000 }")

    expect(payer.page.locator(".pay-check")).to_have_text(payer.says["no_result"], timeout=PATIENCE)
    expect(payer.page.get_by_role("link", name=payer.says["checkout_go"])).to_be_visible()
    orders_api.refusals.clear()
    order = next(each for each in reversed(orders_api.orders.values()))
    order.at_stripe = "paid"
    payer.button("recheck").click()
    heading(payer, "done_charge").wait_for()


def test_a_try_that_was_declined_at_stripe_leads_to_the_next_one(payer: Payer, orders_api: FakeApi) -> None:
    order = at_action(payer, orders_api)
    go_to_stripe(payer, "checkout")
    order.at_stripe = "declined"
    come_back(payer)

    payer.sees("confirm")
    assert payer.transcript[-1] == "That did not work. Would you like to try again?"
    payer.button("confirm").click()
    payer.page.get_by_role("link", name=payer.says["checkout_go"]).wait_for()


def test_the_time_at_stripe_is_shown_and_its_end_is_looked_up(payer: Payer, orders_api: FakeApi) -> None:
    order = at_action(payer, orders_api, action_minutes=0.08)
    expect(payer.page.locator(".pay-time")).to_contain_text("0:0")
    order.at_stripe = "declined"

    payer.sees("confirm")


def test_a_browser_that_knows_nothing_is_sent_to_the_link(payer: Payer, orders_api: FakeApi) -> None:
    payer.page.goto(f"{payer.url}/?returned", wait_until="commit")

    payer.sees_text("lost")
    assert payer.page.url == f"{payer.url}/"
    assert orders_api.requests == []


def test_a_reload_goes_on_and_another_link_replaces_the_conversation(payer: Payer, orders_api: FakeApi) -> None:
    open_link(payer, orders_api.order(description="A hat"))
    payer.answer("name")
    payer.sees("card")
    payer.page.reload(wait_until="commit")
    payer.sees("card")
    expect(payer.page.locator(".pay-description")).to_have_text("A hat")

    open_link(payer, orders_api.order(description="Two tickets"))  # the same document: only the fragment is another
    payer.sees("name")
    expect(payer.page.locator(".pay-description")).to_have_text("Two tickets")
    assert "A hat" not in payer.page.inner_text("body")
    payer.page.reload(wait_until="commit")
    payer.sees("name")
    expect(payer.page.locator(".pay-description")).to_have_text("Two tickets")


def test_a_link_that_is_opened_in_trouble_is_opened_when_it_is_over(payer: Payer, orders_api: FakeApi) -> None:
    orders_api.refusals.append((409, "busy"))
    open_link(payer, orders_api.order())
    payer.sees_text("wait")

    payer.sees("name")
    assert len({body["messageId"] for *_, body in orders_api.requests}) == 1


def test_a_reload_after_the_end_of_an_order_says_to_open_its_link_again(payer: Payer, orders_api: FakeApi) -> None:
    order = orders_api.order()
    open_link(payer, order)
    give_card(payer)
    payer.button("confirm").click()
    heading(payer, "done_charge").wait_for()
    payer.sees_text("deleted")
    payer.sees_text("kept_payment")
    payer.has_no_cookie()

    for _ in range(2):
        payer.page.reload(wait_until="commit")
        payer.sees_text("lost")
    expect(payer.button("start")).to_have_count(0)
    assert payer.violations() == []
    other = Payer(payer.context.new_page(), payer.url, None).open()
    other.button("start").wait_for()  # the note is this tab's alone
    other.page.close()

    open_link(payer, order)
    heading(payer, "done_charge").wait_for()


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
def test_a_link_that_cannot_be_used_is_explained_kindly(
    payer: Payer, orders_api: FakeApi, link: str, said: str
) -> None:
    open_link(payer, orders_api.order(status=link) if link in {"expired", "cancelled", "failed"} else link)

    heading(payer, said).wait_for()
    assert payer.focused == payer.says[said]
    expect(payer.page.locator("input:visible")).to_have_count(0)
    back = payer.page.get_by_role("link", name="Back to ACME")
    expect(back).to_have_count(0 if said == "link_unknown" else 1)
    assert payer.violations() == []


def test_a_page_that_takes_payments_by_link_only_says_so(payer: Payer, orders_api: FakeApi) -> None:
    orders_api.needs_order = True
    payer.open()
    payer.button("start").click()

    payer.sees_text("needs_link")
    assert payer.violations() == []


@pytest.mark.parametrize("purpose", ["charge", "authorize", "save"])
def test_the_link_of_a_completed_order_shows_a_receipt_that_prints_well(
    new_orders_payer: NewPayer, orders_api: FakeApi, purpose: str
) -> None:
    payer = new_orders_payer(color_scheme="dark")
    open_link(payer, orders_api.order(purpose, "hosted", status="completed"))
    heading(payer, f"done_{purpose}").wait_for()

    receipt = payer.page.locator(".pay-paper")
    shown = ("ACME", "INV-1042", "Two tickets, 12 December", "Visa •••• 4242")
    for text in shown if purpose == "save" else (*shown, "€49.90"):
        expect(receipt.get_by_text(text, exact=True)).to_be_visible()
    expect(receipt.get_by_text("November 22, 2026")).to_be_visible()
    for text in ("kept_elsewhere", "kept_save" if purpose == "save" else "kept_payment"):
        expect(receipt.get_by_text(payer.says[text].format(merchant="ACME"), exact=True)).to_be_visible()
    expect(receipt.get_by_text(payer.says["deleted"])).to_have_count(0)
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


def test_a_payer_who_cancels_is_told_that_the_link_still_works(payer: Payer, orders_api: FakeApi) -> None:
    order = orders_api.order()
    open_link(payer, order)
    payer.sees("name")
    payer.button("cancel").click()
    payer.button("cancel_yes").click()
    payer.sees_text("reopen")
    expect(payer.button("start_again")).to_have_count(0)

    open_link(payer, order)
    payer.sees("name")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_on_any_screen_of_an_order(
    new_orders_payer: NewPayer, orders_api: FakeApi, language: str
) -> None:
    payer = new_orders_payer(language=language)
    order = at_action(payer, orders_api)
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
    open_link(payer, orders_api.order("save"))
    payer.sees("name")
    found["name"] = violations(payer)
    give_card(payer)
    found["review of a card"] = violations(payer)

    assert {screen: each for screen, each in found.items() if each} == {}


@pytest.mark.timeout(240)
def test_every_screen_is_reached_with_the_keyboard_alone_and_has_no_flaw(
    new_orders_payer: NewPayer, orders_api: FakeApi
) -> None:
    payer = new_orders_payer()

    found = {screen: flaws(payer) for screen in screens(payer, orders_api)}

    assert {screen: each for screen, each in found.items() if each} == {}
    assert len(found) == SCREENS


@pytest.mark.parametrize("language", ["en", "ar", "de", "sw"])
def test_an_order_fits_on_a_phone(new_orders_payer: NewPayer, orders_api: FakeApi, language: str) -> None:
    payer = new_orders_payer(language=language, **PHONE)
    order = at_action(payer, orders_api, description="Mitgliedschaft " + "Eisenbahnwagenerhaltungsgesellschaft" * 4)
    go = payer.page.get_by_role("link", name=payer.says["checkout_go"])
    assert payer.width()[0] <= 390
    expect(go).to_be_in_viewport()
    assert payer.page.locator(".pay-head").bounding_box()["height"] < 844 / 4
    order.at_stripe = "paid"
    payer.button("recheck").tap()
    heading(payer, "done_charge").wait_for()
    assert payer.width()[0] <= 390


def test_link_previews_show_the_merchant_and_use_nothing_up(orders_page: Served, orders_api: FakeApi) -> None:
    for method in ("GET", "HEAD"):
        for agent in BOTS:
            answer = httpx.request(method, orders_page.url, headers={"User-Agent": agent}, trust_env=False)
            assert answer.status_code == 200
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
            assert answer.headers["Content-Security-Policy"]
            assert "set-cookie" not in answer.headers

    german = httpx.get(orders_page.url, headers={"Accept-Language": "de"}, trust_env=False).text
    assert f'<meta property="og:title" content="{texts("de")["title"]}" />' in german
    assert '<meta property="og:site_name" content="ACME" />' in german
    assert orders_api.requests == []
