"""Once it is paid: the open page keeps its receipt, and nobody else at that computer sees anything of it."""

from playwright.sync_api import Request, Route, expect

from tests.browser.gate import Gate
from tests.browser.payer import Payer


def pay(payer: Payer) -> None:
    payer.at("confirm")
    payer.button("confirm").click()
    payer.has_receipt()


def test_the_cookie_ends_with_the_payment_and_a_reload_shows_nothing(payer: Payer) -> None:
    pay(payer)
    token = payer.token
    payer.has_no_cookie()

    payer.page.reload(wait_until="commit")

    expect(payer.button("start")).to_be_visible()
    kept = payer.everything_kept()
    assert token not in kept
    assert "4242" not in kept


def test_another_tab_of_the_same_computer_shows_nothing(payer: Payer) -> None:
    pay(payer)
    payer.has_no_cookie()

    other = Payer(payer.context.new_page(), payer.url, payer.stage).open()

    expect(other.button("start")).to_be_visible()
    assert payer.token not in other.everything_kept()


def test_the_open_page_keeps_its_receipt_and_prints_it(payer: Payer) -> None:
    pay(payer)
    payer.has_no_cookie()

    payer.page.emulate_media(media="print")

    expect(payer.page.locator("#pay-token")).to_be_visible()
    expect(payer.page.get_by_text("Visa •••• 4242", exact=True).last).to_be_visible()
    expect(payer.page.get_by_role("button")).to_have_count(0)
    assert payer.page.pdf().startswith(b"%PDF")


def test_the_open_page_begins_another_payment(payer: Payer) -> None:
    pay(payer)
    payer.has_no_cookie()

    payer.button("start_again").click()
    payer.button("start").click()

    payer.sees("name")
    payer.session_id()


def test_a_payer_who_reloads_before_the_answer_sees_the_receipt_once(payer: Payer, gate: Gate) -> None:
    payer.at("confirm")
    session_id = payer.session_id()
    gate.rewrite = lambda reply: gate.refuse(500) if not gate.refusals and reply.pop("currentStep") else None
    payer.button("confirm").click()
    payer.sees_text("failed")
    gate.rewrite = lambda _: None
    gate.refusals.clear()
    assert payer.session_id() == session_id  # the page does not know yet that it is paid

    payer.page.reload(wait_until="commit")
    payer.has_receipt()
    payer.has_no_cookie()
    payer.page.reload(wait_until="commit")
    expect(payer.button("start")).to_be_visible()


def test_a_late_request_for_the_cookie_does_not_bring_it_back(payer: Payer) -> None:
    delayed: list[Route] = []

    def delay_the_first(route: Route, _: Request) -> None:
        if delayed:
            route.continue_()
        else:
            delayed.append(route)

    payer.page.route("**/session", delay_the_first)
    payer.start()
    for step in ("name", "card", "expiry", "cvv"):
        payer.answer(step)
    payer.sees("confirm")
    payer.button("confirm").click()
    payer.has_receipt()
    delayed[0].continue_()

    payer.page.wait_for_timeout(1000)
    payer.has_no_cookie()
