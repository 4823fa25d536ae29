"""Nothing typed is lost or sent twice, whatever goes wrong between the payer and the API."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import NewPayer
from tests.browser.gate import Gate
from tests.browser.payer import STEPS, VISA, Payer
from tests.browser.served import Served


def sent(gate: Gate, message: str) -> list[dict[str, Any]]:
    return [call.body for call in gate.calls if re.sub(r"\D", "", call.body.get("message", "")) == message]


def test_every_step_survives_a_reload(payer: Payer) -> None:
    payer.start()
    for step in STEPS:
        payer.sees(step)
        before = payer.transcript
        payer.page.reload(wait_until="commit")
        payer.sees(step)
        after = payer.transcript
        assert after[-1] == before[-1]
        assert before[-len(after) :] == after  # the API keeps the last messages, and masks as the page does
        if step == "confirm":
            payer.button("confirm").click()
        else:
            payer.answer(step)
    payer.has_receipt()


def test_a_restart_of_the_pages_server_loses_nothing(payer: Payer, served: Served) -> None:
    payer.at("card")
    served.stop()
    payer.field("card").press_sequentially(VISA)
    payer.field("card").press("Enter")
    expect(payer.page.get_by_text("Visa •••• 4242")).to_be_visible()
    served.start()

    payer.sees("expiry")
    assert payer.transcript.count("Visa •••• 4242") == 1
    payer.answer("expiry")
    payer.sees("cvv")


def test_an_api_that_is_down_and_comes_back_gets_the_message_once(payer: Payer, gate: Gate) -> None:
    payer.at("card")
    gate.is_down = True
    payer.answer("card")
    payer.sees_text("unreachable")
    expect(payer.field("card")).to_have_value("4242 4242 4242 4242")
    gate.is_down = False
    payer.button("try_again").click()

    payer.sees("expiry")
    assert len({body["messageId"] for body in sent(gate, VISA)}) == 1
    assert payer.transcript.count("Visa •••• 4242") == 1


def test_a_message_whose_answer_was_lost_is_answered_without_being_done_twice(payer: Payer, gate: Gate) -> None:
    payer.at("card")
    gate.rewrite = lambda reply: gate.refuse(500) if not gate.refusals and reply.pop("currentStep") else None
    payer.answer("card")
    payer.sees_text("failed")
    gate.rewrite = lambda _: None
    gate.refusals.clear()
    payer.button("try_again").click()

    payer.sees("expiry")
    first, again = sent(gate, VISA)
    assert first == again


def test_a_message_that_is_stuck_gives_way_to_another(payer: Payer, gate: Gate) -> None:
    payer.at("name")
    gate.refuse(500)
    payer.answer("name")
    payer.sees_text("failed")
    payer.field("name").fill("Jane Roe")
    payer.field("name").press("Enter")

    payer.sees("card")
    assert "Jane Roe" in payer.transcript
    assert "John" not in payer.transcript


def test_too_many_requests_are_waited_for_and_sent_again_by_themselves(payer: Payer, gate: Gate) -> None:
    payer.at("expiry")
    gate.refuse(429, Retry_After="2")
    payer.answer("expiry")
    expect(payer.page.locator(".pay-count")).to_have_text("Again in 2 s")
    payer.sees_text("wait")

    payer.sees("cvv")
    assert len({body["messageId"] for body in sent(gate, "1230")}) == 1


def confirmations(gate: Gate) -> list[dict[str, Any]]:
    return [call.body for call in gate.calls if call.body.get("message") == "Confirm"]


def test_too_many_attempts_are_not_counted_down_and_nothing_is_sent_again(payer: Payer, gate: Gate) -> None:
    payer.at("confirm")
    gate.refuse(429, Retry_After="3421")
    payer.button("confirm").click()
    payer.sees_text("later")
    expect(payer.page.locator(".pay-count")).to_have_count(0)
    expect(payer.page.locator(".pay-waiting")).to_be_hidden()
    assert payer.violations() == []

    payer.page.wait_for_timeout(5_000)  # longer than what is under way waits before it is sent once more
    assert len(confirmations(gate)) == 1
    payer.button("confirm").click()
    payer.has_receipt()


def test_a_confirmation_is_not_sent_long_after_it_was_asked_for(payer: Payer, gate: Gate) -> None:
    payer.at("confirm")
    payer.context.set_offline(True)
    payer.button("confirm").click()
    payer.sees_text("offline")
    payer.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 3 * 60 * 1000 }")
    payer.context.set_offline(False)

    expect(payer.page.get_by_text(payer.says["offline"])).to_be_hidden()
    payer.sees("confirm")
    assert confirmations(gate) == []
    payer.button("confirm").click()
    payer.has_receipt()


def test_a_slow_answer_is_said_to_be_worked_on(payer: Payer, gate: Gate) -> None:
    payer.at("name")
    gate.delay = 6
    payer.answer("name")
    own = payer.page.locator(".pay-own")
    expect(own).to_have_text("••••", timeout=500)
    expect(payer.page.locator(".pay-typing")).to_have_text(payer.says["still_working"], timeout=6_000)
    gate.delay = 0
    payer.sees("card")
    assert payer.transcript.count("John") == 1


def test_a_tab_that_was_left_behind_continues_where_the_other_one_is(payer: Payer) -> None:
    payer.at("cvv")
    other = Payer(payer.context.new_page(), payer.url, payer.stage).open()
    other.answer("cvv")
    other.sees("confirm")

    payer.answer("cvv", "321")
    payer.sees_text("moved_on")
    payer.button("continue_here").click()
    payer.sees("confirm")
    payer.button("confirm").click()
    payer.has_receipt()
    other.button("confirm").click()
    other.has_receipt()
    assert other.token == payer.token


def expire(stage: Any, session_id: str) -> None:
    table = stage.aws.resource("dynamodb", endpoint_url=stage.endpoint).Table(stage.tables["sessions"])
    table.update_item(
        Key={"sessionId": session_id},
        UpdateExpression="SET #ttl = :past",
        ExpressionAttributeNames={"#ttl": "ttl"},
        ExpressionAttributeValues={":past": int((datetime.now(UTC) - timedelta(minutes=1)).timestamp())},
    )


def test_an_expired_session_is_said_to_be_over_and_a_new_one_begun(payer: Payer, stage: Any) -> None:
    payer.at("expiry")
    expire(stage, payer.session_id())
    payer.answer("expiry")

    payer.sees_text("expired")
    expect(payer.page.locator("input:visible")).to_have_count(0)
    payer.button("start_again").click()
    payer.button("start").click()
    payer.sees("name")
    payer.answer("name")
    payer.sees("card")


def test_the_time_runs_out_before_the_payers_eyes(payer: Payer, gate: Gate, stage: Any) -> None:
    payer.at("name")
    soon = (datetime.now(UTC) + timedelta(seconds=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
    gate.rewrite = lambda reply: reply.update(expiresAt=soon)
    payer.answer("name")
    expect(payer.page.locator(".pay-time")).to_have_text(re.compile(r"0:0\d left"))
    expire(stage, payer.session_id())

    payer.sees_text("expired")
    assert payer.cookie is None


def test_an_offline_payer_goes_on_when_the_network_is_back(payer: Payer) -> None:
    payer.at("name")
    payer.context.set_offline(True)
    payer.answer("name")
    payer.sees_text("offline")
    payer.context.set_offline(False)

    payer.sees("card")
    assert payer.transcript.count("John") == 1


def test_an_earlier_visit_that_cannot_be_looked_up_can_be_tried_again(payer: Payer, gate: Gate) -> None:
    payer.at("card")
    gate.is_down = True
    payer.page.reload(wait_until="commit")
    payer.sees_text("unreachable")
    gate.is_down = False
    payer.button("try_again").click()

    payer.sees("card")


def test_two_payers_do_not_meet(new_payer: NewPayer) -> None:
    first, second = new_payer(), new_payer()
    first.at("card")
    second.open()

    expect(second.button("start")).to_be_visible()
    assert second.cookie is None
