"""Every screen of an order, one after the other, by a payer who has a keyboard alone. The API is one in memory."""

from collections.abc import Iterator

from playwright.sync_api import Locator, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.fake_api import FakeApi, Order
from tests.browser.payer import ANSWERS, PATIENCE, Payer

LOOKS = {"light": PHONE["viewport"], "dark": DESKTOP}
SCREENS = 31
MAX_TABS = 60  # from anywhere on a screen to anywhere else on it


def flaws(payer: Payer) -> list[str]:
    """What axe finds on a phone by day and on a desktop by night, and what is wider than the window."""
    found = []
    for scheme, size in LOOKS.items():
        payer.page.emulate_media(color_scheme=scheme)
        payer.page.set_viewport_size(size)
        expect(payer.page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
        found += [f"{scheme}: {each}" for each in payer.violations()]
        there, window = payer.width()
        found += [f"{scheme}: wider than the window"] if there > window else []
    return found


def screens(payer: Payer, api: FakeApi) -> Iterator[str]:
    """The name of each screen, while it is there."""
    yield from _in_the_chat(payer, api)
    yield from _at_stripe(payer, api)
    yield from _receipts(payer, api)
    yield from _troubles(payer, api)
    yield from _no_conversation(payer, api)


def _in_the_chat(payer: Payer, api: FakeApi) -> Iterator[str]:
    for purpose in ("charge", "authorize", "save"):
        _open(payer, api.order(purpose))
        for step in ANSWERS:
            payer.sees(step)
            if purpose == "charge":
                yield step
            _type(payer, ANSWERS[step])
        payer.sees("confirm")
        yield f"review of a card, {purpose}"
    _press(payer, payer.page.locator(".pay-head").get_by_role("button", name=payer.says["cancel"]))
    expect(payer.button("cancel_yes")).to_be_visible()
    yield "whether to cancel"
    _press(payer, payer.button("cancel_yes"))
    payer.sees_text("reopen")
    yield "cancelled: reopen the link"


def _at_stripe(payer: Payer, api: FakeApi) -> Iterator[str]:
    _open(payer, api.order(action_type="authenticate"))
    _give_card(payer)
    _press(payer, payer.button("confirm"))
    _link(payer, "authenticate_go").wait_for()
    yield "the way to the bank"
    order = api.order(capture="hosted", action_type="checkout")
    _open(payer, order)
    payer.sees("confirm")
    yield "review, hosted"
    _press(payer, payer.button("confirm"))
    _link(payer, "checkout_go").wait_for()
    yield "the way to Stripe's page"
    _press(payer, payer.button("recheck"))
    check = payer.page.locator(".pay-check")
    expect(check).to_have_text(payer.says["checking"])
    yield "checking"
    payer.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 61000 }")
    expect(check).to_have_text(payer.says["no_result"], timeout=PATIENCE)
    yield "no result yet"
    stripe, api.stripe_url = api.stripe_url, "http://elsewhere.example/pay"  # an address that is not followed
    _press(payer, payer.button("recheck"))
    payer.sees_text("action_over")
    yield "the step has timed out"
    api.stripe_url = stripe


def _receipts(payer: Payer, api: FakeApi) -> Iterator[str]:
    for purpose in ("charge", "authorize", "save"):
        _open(payer, api.order(purpose))
        _give_card(payer)
        _press(payer, payer.button("confirm"))
        _heading(payer, f"done_{purpose}").wait_for()
        yield f"receipt, {purpose}"
    payer.has_no_cookie()
    payer.page.reload(wait_until="commit")
    payer.sees_text("lost")
    yield "lost, after a reload"
    _open(payer, api.order("save", capture="hosted", status="completed"))
    _heading(payer, "done_save").wait_for()
    yield "receipt, hosted"


def _troubles(payer: Payer, api: FakeApi) -> Iterator[str]:
    api.refusals += [(409, "busy")]
    _open(payer, api.order())
    payer.sees_text("wait")
    yield "opened while it is busy"
    payer.sees("name")
    for step, refusal, text, remedy in (
        ("name", (500, "internal_error"), "failed", "try_again"),
        ("card", (409, "step_changed"), "moved_on", "continue_here"),
    ):
        api.refusals.append(refusal)
        _type(payer, ANSWERS[step])
        payer.sees_text(text)
        yield f"trouble: {text}"
        _press(payer, payer.button(remedy))
        payer.sees("card")
        expect(payer.field("card")).to_have_value("")  # drawn anew
    api.refusals.append((410, "session_expired"))
    _type(payer, ANSWERS["card"])
    payer.sees_text("expired")
    payer.sees_text("reopen")
    yield "session over: reopen the link"


def _no_conversation(payer: Payer, api: FakeApi) -> Iterator[str]:
    for status in ("expired", "cancelled", "failed"):
        _open(payer, api.order(status=status))
        _heading(payer, f"link_{status}").wait_for()
        yield f"link of an order that is {status}"
    payer.page.goto(f"{payer.url}/#order={'x' * 43}", wait_until="commit")
    _heading(payer, "link_unknown").wait_for()
    yield "link that nobody knows"
    payer.context.clear_cookies()
    payer.page.goto("about:blank")
    payer.page.goto(f"{payer.url}/?returned", wait_until="commit")
    payer.sees_text("lost")
    yield "lost, back from Stripe"
    api.needs_order = True
    payer.page.goto("about:blank")
    payer.page.goto(payer.url, wait_until="commit")
    payer.button("start").wait_for()
    yield "welcome"
    _press(payer, payer.button("start"))
    payer.sees_text("needs_link")
    api.needs_order = False
    yield "a link is needed"


def _open(payer: Payer, order: Order) -> None:
    payer.page.goto("about:blank")
    payer.page.goto(f"{payer.url}/#order={order.token}", wait_until="commit")


def _give_card(payer: Payer) -> None:
    for step, value in ANSWERS.items():
        payer.sees(step)
        _type(payer, value)
    payer.sees("confirm")


def _type(payer: Payer, value: str) -> None:
    """Into the field, which has the focus after every answer."""
    _tab_to(payer, payer.page.locator("#pay-field"))
    payer.page.keyboard.type(value)
    payer.page.keyboard.press("Enter")


def _press(payer: Payer, target: Locator) -> None:
    expect(target).to_be_visible()
    _tab_to(payer, target)
    payer.page.keyboard.press("Enter")


def _tab_to(payer: Payer, target: Locator) -> None:
    for _ in range(MAX_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        payer.page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not lead there")


def _link(payer: Payer, text: str) -> Locator:
    return payer.page.get_by_role("link", name=payer.says[text], exact=True)


def _heading(payer: Payer, text: str) -> Locator:
    return payer.page.get_by_role("heading", level=2, name=payer.says[text], exact=True)
