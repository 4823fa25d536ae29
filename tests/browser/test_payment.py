"""From the welcome to the receipt, by every way there is."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, NewPayer
from tests.browser.payer import AMEX, ANSWERS, STEPS, VISA, Payer


def item_of(stage: Any, session_id: str) -> Any:
    table = stage.aws.resource("dynamodb", endpoint_url=stage.endpoint).Table(stage.tables["sessions"])
    return table.get_item(Key={"sessionId": session_id}, ConsistentRead=True).get("Item")


def test_a_card_is_collected_with_the_mouse(payer: Payer, stage: Any) -> None:
    payer.start()
    session_id = payer.session_id()
    for step, value in ANSWERS.items():
        payer.sees(step)
        payer.field(step).fill(value)
        payer.button("next").click()
    payer.sees("confirm")
    assert item_of(stage, session_id)
    payer.button("confirm").click()

    payer.has_receipt()
    assert payer.token.startswith("pm_")
    expect(payer.page.get_by_text("Visa •••• 4242", exact=True).last).to_be_visible()
    payer.sees_text("deleted")
    assert item_of(stage, session_id) is None


def test_a_card_is_collected_with_the_keyboard_alone(payer: Payer) -> None:
    payer.open()
    payer.button("start").wait_for()
    keyboard = payer.page.keyboard
    for _ in range(6):
        if payer.focused == payer.says["start"]:
            break
        keyboard.press("Tab")
    keyboard.press("Enter")

    for step, value in ANSWERS.items():
        payer.sees(step)
        assert payer.focused == payer.says[step]
        keyboard.type(value)
        keyboard.press("Enter")
    payer.sees("confirm")
    assert payer.focused == payer.says["confirm"]
    keyboard.press("Enter")

    payer.has_receipt()
    keyboard.press("Tab")
    assert payer.focused.startswith("pm_")


def test_a_card_is_collected_on_a_phone(new_payer: NewPayer) -> None:
    payer = new_payer(**PHONE)
    payer.open()
    payer.button("start").tap()

    for step, value in ANSWERS.items():
        payer.sees(step)
        needed, there = payer.width()
        assert needed <= there
        assert float(payer.field(step).evaluate("each => parseFloat(getComputedStyle(each).fontSize)")) >= 16
        expect(payer.field(step)).to_be_in_viewport()
        payer.field(step).fill(value)
        payer.button("next").tap()
    payer.sees("confirm")
    assert payer.width()[0] <= 390
    payer.button("confirm").tap()
    payer.has_receipt()
    assert payer.width()[0] <= 390


def test_everything_can_be_written_into_the_chat_line(payer: Payer) -> None:
    payer.open()
    payer.button("start").wait_for()
    for message, then in (
        ("I want to pay", "name"),
        ("my name is John", "card"),
        ("4242 4242 4242 4242", "expiry"),
        ("12/30", "cvv"),
        ("123", "confirm"),
    ):
        payer.writes(message)
        payer.sees(then)
    payer.writes("confirm")

    payer.has_receipt()
    assert "Visa •••• 4242" in payer.transcript
    assert "4242 4242" not in " ".join(payer.transcript)


def test_the_card_field_helps_while_it_is_typed_in(payer: Payer) -> None:
    payer.at("card")
    field = payer.field("card")
    for attribute, value in (("inputmode", "numeric"), ("autocomplete", "cc-number")):
        expect(field).to_have_attribute(attribute, value)

    field.press_sequentially(AMEX)
    expect(field).to_have_value("3782 822463 10005")
    expect(payer.page.get_by_text("American Express", exact=True)).to_be_visible()
    field.fill("4242424242424241")
    payer.sees_text("card_typo")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert payer.focused == payer.says["card"]  # nothing was sent: it would have been refused

    field.fill("")
    payer.answer("card", AMEX)
    payer.sees("expiry")
    expect(payer.field("expiry")).to_have_attribute("autocomplete", "cc-exp")
    payer.field("expiry").press_sequentially("130")
    expect(payer.field("expiry")).to_have_value("13/0")
    payer.field("expiry").fill("")
    payer.field("expiry").press_sequentially("5")
    expect(payer.field("expiry")).to_have_value("05/")
    payer.field("expiry").press_sequentially("31")
    payer.field("expiry").press("Enter")
    payer.sees("cvv")
    for attribute, value in (("autocomplete", "cc-csc"), ("type", "password"), ("maxlength", "4")):
        expect(payer.field("cvv")).to_have_attribute(attribute, value)
    payer.sees_text("cvv_front")


def test_a_refused_value_is_explained_beside_its_field_and_kept_for_correction(payer: Payer) -> None:
    payer.at("expiry")
    payer.answer("expiry", "0520")

    expect(payer.field("expiry")).to_have_attribute("aria-invalid", "true")
    beside = payer.page.locator("#pay-error")
    expect(beside).to_have_text(payer.transcript[-1])
    expect(payer.field("expiry")).to_have_attribute("aria-describedby", "pay-help pay-error")
    expect(payer.field("expiry")).to_have_value("05/20")
    assert payer.focused == payer.says["expiry"]
    payer.field("expiry").fill("")
    payer.answer("expiry")
    payer.sees("cvv")


def test_what_was_given_can_be_changed_at_the_review(payer: Payer) -> None:
    payer.at("confirm")
    payer.button("change_name").click()
    payer.answer("name", "John Roe")
    payer.sees("confirm")
    expect(payer.page.get_by_role("definition").filter(has_text="John Roe")).to_be_visible()
    payer.button("change_expiry").click()
    payer.answer("expiry", "0131")
    payer.sees("confirm")
    expect(payer.page.get_by_role("definition").filter(has_text="01/31")).to_be_visible()


def test_a_declined_card_is_replaced_by_another(payer: Payer, stage: Any) -> None:
    payer.at("confirm")
    stage.stripe.plan("card_declined", session=payer.session_id())
    payer.button("confirm").click()

    payer.sees("card")
    expect(payer.page.locator("#pay-error")).not_to_be_empty()
    payer.answer("card", VISA)
    payer.answer("expiry")
    payer.answer("cvv")
    payer.sees("confirm")
    payer.button("confirm").click()
    payer.has_receipt()


def test_a_payment_is_cancelled_only_when_asked_twice(payer: Payer, stage: Any) -> None:
    payer.at("cvv")
    session_id = payer.session_id()
    payer.button("cancel").click()
    payer.button("keep_going").click()
    payer.sees("cvv")
    assert item_of(stage, session_id)

    payer.button("cancel").click()
    payer.button("cancel_yes").click()
    expect(payer.button("start_again")).to_be_visible()
    assert item_of(stage, session_id) is None
    payer.button("start_again").click()
    payer.button("start").click()
    payer.sees("name")
    assert payer.session_id() != session_id


@pytest.mark.parametrize("language", ["de", "ar"])
def test_the_page_speaks_the_language_of_the_conversation(new_payer: NewPayer, language: str) -> None:
    payer = new_payer(language=language)
    payer.start()
    for step in ANSWERS:
        payer.answer(step)
    payer.sees("confirm")

    assert payer.page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
        language,
        "rtl" if language == "ar" else "ltr",
    ]
    assert payer.page.title() == payer.says["title"]
    payer.button("change_card").click()
    payer.sees("card")
    payer.answer("card", AMEX)
    payer.answer("cvv", "1234")
    payer.sees("confirm")
    payer.button("confirm").click()
    payer.has_receipt()


def test_the_page_changes_its_language_with_the_conversation(payer: Payer) -> None:
    payer.at("card")
    payer.writes("auf Deutsch bitte")

    payer.language = "de"
    payer.sees("card")
    expect(payer.page.get_by_role("heading", level=1)).to_have_text(payer.says["title"])


def test_the_head_says_where_the_payment_stands_and_how_long_it_is_kept(payer: Payer) -> None:
    payer.at("expiry")
    current = payer.page.locator("[aria-current=step]")
    expect(current).to_have_text(payer.says["step_expiry"])
    expect(payer.page.get_by_role("list", name=f"Step {STEPS.index('expiry') + 1} of 5")).to_be_visible()
    expect(payer.page.get_by_text("60 min left")).to_be_visible()
