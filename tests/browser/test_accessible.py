"""The page for everybody: axe on every screen, what a screen reader hears, less motion."""

from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, NewPayer
from tests.browser.gate import Gate
from tests.browser.payer import STEPS, Payer

LOOKS = {"light": PHONE["viewport"], "dark": DESKTOP}


def violations(payer: Payer) -> list[str]:
    """On a phone by day and on a desktop by night."""
    found = []
    for scheme, size in LOOKS.items():
        payer.page.emulate_media(color_scheme=scheme)
        payer.page.set_viewport_size(size)
        expect(payer.page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
        found += [f"{scheme}: {each}" for each in payer.violations()]
    return found


def test_axe_finds_nothing_on_any_screen(new_payer: NewPayer, gate: Gate) -> None:
    payer = new_payer()
    payer.open()
    payer.button("start").wait_for()
    found = {"welcome": violations(payer)}
    payer.button("start").click()
    for step in STEPS:
        payer.sees(step)
        found[step] = violations(payer)
        if step == "expiry":
            payer.answer(step, "0520")
            expect(payer.page.locator("#pay-error")).not_to_be_empty()
            found["refused"] = violations(payer)
            payer.field(step).fill("")
        if step == "cvv":
            gate.refuse(500)
            payer.answer(step)
            payer.sees_text("failed")
            found["failed"] = violations(payer)
            payer.button("try_again").click()
        elif step == "confirm":
            payer.page.locator(".pay-head").get_by_role("button", name=payer.says["cancel"]).click()
            found["cancel"] = violations(payer)
            payer.button("keep_going").click()
            payer.button("confirm").click()
        else:
            payer.answer(step)
    payer.has_receipt()
    found["receipt"] = violations(payer)

    assert {screen: each for screen, each in found.items() if each} == {}
    assert len(found) == 10


def test_what_is_said_and_what_goes_wrong_is_announced(payer: Payer, gate: Gate) -> None:
    payer.at("name")
    region = payer.page.locator(".pay-panel [role=status]")
    gate.delay = 1
    payer.answer("name")
    expect(region).to_have_text(payer.says["sending"])
    payer.sees("card")
    expect(region).to_have_text(payer.transcript[-1])

    gate.delay = 0
    gate.refuse(500)
    payer.answer("card")
    expect(payer.page.get_by_role("alert").filter(has_text=payer.says["failed"])).to_be_visible()
    assert payer.focused == payer.says["try_again"]


def test_nothing_moves_for_whom_motion_is_too_much(new_payer: NewPayer, gate: Gate) -> None:
    payer = new_payer(reduced_motion="reduce")
    payer.at("name")
    gate.delay = 2
    payer.answer("name")

    moving = "each => getComputedStyle(each, '::after').animationName"
    assert payer.page.locator(".pay-typing").evaluate(moving) == "none"
    payer.sees("card")
