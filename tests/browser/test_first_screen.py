"""What a payer sees and can do while Streamlit is still being loaded. Streamlit's main script is held back here."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import NewPayer
from tests.browser.fake_api import FakeApi
from tests.browser.payer import Payer
from tests.browser.served import Served

MAIN_SCRIPT = "**/static/js/index.*.js"
Release = Callable[[], None]


def hold_streamlit(payer: Payer) -> Release:
    """Streamlit does not start before the returned function is called."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    def release() -> None:
        for each in held:
            each.continue_()
        payer.page.unroute(MAIN_SCRIPT)

    payer.page.route(MAIN_SCRIPT, hold)
    return release


def taken_over(payer: Payer) -> None:
    expect(payer.page.locator("#pay-first-screen")).to_have_count(0)


@pytest.fixture
def early(new_orders_payer: NewPayer) -> tuple[Payer, Release]:
    payer = new_orders_payer()
    return payer, hold_streamlit(payer)


def test_a_payer_who_begins_before_the_page_has_connected_is_asked_the_first_question(
    early: tuple[Payer, Release], orders_api: FakeApi
) -> None:
    payer, release = early
    payer.open()
    payer.button("start").click()
    payer.sees_text("typing")
    assert orders_api.requests == []

    release()

    payer.sees("name")
    assert [body["message"] for _, path, _, body in orders_api.requests if path == "/chat"] == [payer.says["start"]]


def test_what_was_typed_stays_where_it_was_with_the_focus(early: tuple[Payer, Release]) -> None:
    payer, release = early
    payer.open()
    line = payer.page.get_by_label(payer.says["message"], exact=True)
    line.fill("good evening")
    before = line.bounding_box()

    release()

    taken_over(payer)
    assert line.input_value() == "good evening"
    assert payer.focused == payer.says["message"]
    assert line.bounding_box() == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_moves_when_streamlit_takes_over(new_orders_payer: NewPayer, scheme: str) -> None:
    payer = new_orders_payer(color_scheme=scheme)
    release = hold_streamlit(payer)
    payer.open()
    payer.button("start").wait_for()
    payer.page.evaluate("document.fonts.ready.then(() => 0)")
    before = payer.page.screenshot()

    release()

    taken_over(payer)
    for _ in range(20):
        if payer.page.screenshot() == before:
            return
        payer.page.wait_for_timeout(100)
    pytest.fail("the welcome looks different once Streamlit has taken over")


def test_the_first_screen_is_accessible(early: tuple[Payer, Release]) -> None:
    payer, release = early
    payer.open()
    payer.button("start").wait_for()

    assert payer.violations() == []
    release()
    taken_over(payer)


def test_an_orders_link_is_taken_from_the_address_at_once_and_opened_once(
    early: tuple[Payer, Release], orders_api: FakeApi
) -> None:
    payer, release = early
    order = orders_api.order()
    payer.page.goto(f"{payer.url}/#order={order.token}", wait_until="commit")
    payer.sees_text("opening")
    assert "order" not in payer.page.url
    expect(payer.button("start")).to_have_count(0)

    release()

    payer.sees("name")
    opened = [body for _, path, _, body in orders_api.requests if path == "/chat"]
    assert [body["orderToken"] for body in opened] == [order.token]


def test_a_payer_with_a_session_sees_no_welcome(early: tuple[Payer, Release]) -> None:
    payer, release = early
    payer.open()
    payer.button("start").click()
    release()
    payer.sees("name")
    payer.session_id()
    release_again = hold_streamlit(payer)

    payer.page.reload(wait_until="commit")
    payer.page.get_by_role("heading", name=payer.says["title"]).wait_for()

    expect(payer.button("start")).to_have_count(0)
    release_again()
    payer.sees("name")


def test_the_files_come_compressed_and_a_hashed_one_is_kept_for_a_year(orders_page: Served) -> None:
    with httpx.Client(base_url=orders_page.url, trust_env=False) as http:
        index = http.get("/")
        script = next(each for each in index.text.split('"') if each.startswith("./static/js/index."))
        hashed, own = http.get(script[1:]), http.get("/_stcore/bidi-components/payment-entry.entry/panel.js")
        plain = http.get(script[1:], headers={"Accept-Encoding": "identity"})

        assert all(each.headers["Content-Encoding"] == "gzip" for each in (index, hashed, own))
        assert "Content-Encoding" not in plain.headers
        assert plain.content == hashed.content
        assert hashed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert own.headers["Cache-Control"] == "no-cache"
        assert index.headers["Cache-Control"] == "no-store"
        again = http.get(own.url, headers={"If-None-Match": own.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
