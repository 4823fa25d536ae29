"""The page for everybody: axe on every screen, what a screen reader hears, less motion."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, NewPayer
from tests.browser.gate import Gate
from tests.browser.payer import STEPS, Payer


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param({"color_scheme": "light", **PHONE}, id="light, phone"),
        pytest.param({"color_scheme": "dark"}, id="dark, desktop"),
    ],
)
def test_axe_finds_nothing_on_any_screen(new_payer: NewPayer, gate: Gate, kind: dict[str, object]) -> None:
    payer = new_payer(**kind)
    payer.open()
    payer.button("start").wait_for()
    found = {"welcome": payer.violations()}
    payer.button("start").click()
    for step in STEPS:
        payer.sees(step)
        found[step] = payer.violations()
        if step == "expiry":
            payer.answer(step, "0520")
            expect(payer.page.locator("#pay-error")).not_to_be_empty()
            found["refused"] = payer.violations()
            payer.field(step).fill("")
        if step == "cvv":
            gate.refuse(429, Retry_After="2")
            payer.answer(step)
            payer.sees_text("wait")
            found["wait"] = payer.violations()
        elif step == "confirm":
            payer.page.locator(".pay-head").get_by_role("button", name=payer.says["cancel"]).click()
            found["cancel"] = payer.violations()
            payer.button("keep_going").click()
            payer.button("confirm").click()
        else:
            payer.answer(step)
    payer.has_receipt()
    found["receipt"] = payer.violations()

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
