"""What the page makes of an answer, and what it shows of a person's own message."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from payment_page.api_types import Message, RefusedError, Reply, SessionKey, UnreachableError
from payment_page.conversation import (
    ARRIVING,
    NOTHING_COLLECTED,
    Conversation,
    after_error,
    after_lookup,
    after_reply,
)
from payment_page.transcript import HIDDEN, find_masked_message, show_field_value

NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)
VISA = {"brand": "visa", "last4": "4242"}
EXPIRY = {"expiry": "12/30"}
MISTYPED = {"code": "card_checksum", "field": "card"}


def reply(step="card", *, text="What is the card number?", **more):
    collected = {**NOTHING_COLLECTED, **more.pop("collected", {})}
    given = {"token": None, "status": "collecting", "error": None, "payment": None, "expires_at": NOW, **more}
    return Reply(session_id="abc", text=text, step=step, collected=collected, **given)


def talk(step="name", **more):
    return Conversation(SessionKey("abc", "t"), step=step, **more)


@pytest.mark.parametrize(
    ("step", "answered", "line"),
    [
        pytest.param("name", reply(collected={"name": "John"}), "John", id="name"),
        pytest.param("card", reply("expiry", collected=VISA), "Visa •••• 4242", id="card"),
        pytest.param("expiry", reply("cvv", collected=VISA | EXPIRY), "12/30", id="expiry"),
        pytest.param("cvv", reply("confirm", collected=VISA | EXPIRY | {"cvv": True}), "•••", id="code"),
        pytest.param("name", reply("name", error={"code": "name_invalid", "field": "name"}), HIDDEN, id="refused name"),
        pytest.param("name", reply("name", collected={"name": "John"}), HIDDEN, id="no name, while one is known"),
        pytest.param("card", reply("card", error=MISTYPED), HIDDEN, id="refused card"),
        pytest.param("expiry", reply("expiry", collected=EXPIRY), HIDDEN, id="no expiry, while one is known"),
        pytest.param("card", reply("done", status="completed", collected=VISA), HIDDEN, id="paid in another tab"),
        pytest.param("name", reply("done", status="cancelled"), HIDDEN, id="cancelled by what was written"),
    ],
)
def test_the_transcript_shows_of_a_fields_value_what_was_understood(step, answered, line):
    assert show_field_value(step, answered) == line


SAID = {"role": "user", "content": "my card is Visa •••• 4242"}
ASKED = {"role": "assistant", "content": "What is the card number?"}


@pytest.mark.parametrize(
    ("history", "text", "line"),
    [
        pytest.param((ASKED, SAID, ASKED), ASKED["content"], SAID["content"], id="the last two lines"),
        pytest.param((SAID, ASKED), "And the expiry?", None, id="another tab has gone on"),
        pytest.param((ASKED,), ASKED["content"], None, id="no room for the payer's line"),
        pytest.param((), ASKED["content"], None, id="nothing is remembered"),
    ],
)
def test_the_masked_form_of_a_message_stands_before_its_answer(history, text, line):
    assert find_masked_message(reply(), reply(text=text, history=history)) == line


@pytest.mark.parametrize(
    ("more", "screen", "is_live"),
    [
        pytest.param({"step": ARRIVING}, "arriving", False, id="before the browser has said how the payer came"),
        pytest.param({"step": "none"}, "welcome", False, id="before the first message"),
        pytest.param({"step": "cvv"}, "cvv", True, id="at a step"),
        pytest.param({"step": "confirm", "status": "awaiting_confirmation"}, "confirm", True, id="review"),
        pytest.param({"step": "action", "status": "requires_action"}, "action", True, id="the payer is at Stripe"),
        pytest.param({"step": "done", "status": "completed"}, "receipt", False, id="paid"),
        pytest.param({"step": "done", "status": "cancelled"}, "closed", False, id="cancelled"),
        pytest.param({"step": "done", "status": "failed"}, "closed", False, id="failed"),
        pytest.param({"step": "card", "ended": "expired"}, "expired", False, id="expired"),
    ],
)
def test_the_state_decides_the_screen(more, screen, is_live):
    conversation = talk(**more)

    assert (conversation.screen, conversation.is_live) == (screen, is_live)


@pytest.mark.parametrize(
    ("error", "kind", "seconds"),
    [
        pytest.param(UnreachableError(), "unreachable", None, id="no answer"),
        pytest.param(RefusedError(429, "too_many_requests", 30), "wait", 30, id="throttled"),
        pytest.param(RefusedError(429, "too_many_requests", 60), "wait", 60, id="throttled for a minute"),
        pytest.param(RefusedError(429, "too_many_requests", 61), "later", None, id="too many attempts"),
        pytest.param(RefusedError(503, "temporarily_unavailable", 2), "wait", 2, id="unavailable"),
        pytest.param(RefusedError(503, "temporarily_unavailable", 600), "failed", None, id="unavailable for long"),
        pytest.param(RefusedError(409, "busy"), "wait", 5, id="busy"),
        pytest.param(RefusedError(409, "step_changed"), "moved_on", None, id="another tab moved on"),
        pytest.param(RefusedError(500, "internal_error"), "failed", None, id="broken"),
        pytest.param(RefusedError(400, "invalid_request"), "failed", None, id="not understood"),
    ],
)
def test_trouble_leaves_the_conversation_where_it_stands(error, kind, seconds):
    before = talk("card", lines=())

    after = after_error(before, error)

    assert (after.trouble.kind, after.trouble.seconds) == (kind, seconds)
    assert replace(after, trouble=None) == before


@pytest.mark.parametrize("status", [401, 410])
def test_a_session_that_is_gone_is_over_and_forgotten(status):
    after = after_error(talk("cvv", collected={**NOTHING_COLLECTED, **VISA}), RefusedError(status, "session_expired"))

    assert after.screen == "expired"
    assert after.collected == NOTHING_COLLECTED


def test_an_answer_ends_the_trouble_and_names_the_message_it_answers():
    troubled = after_error(talk(), UnreachableError())

    after = after_reply(troubled, Message("m-a", "John", "name"), reply(), "John")

    assert (after.trouble, after.answered_id, after.step) == (None, "m-a", "card")
    assert [line.content for line in after.lines] == ["John", "What is the card number?"]
    assert after.revision == troubled.revision + 1


def test_the_first_reply_hands_out_the_key_and_later_ones_keep_it():
    first = after_reply(
        Conversation(SessionKey("abc")), Message("a", "payment"), reply("name", token="secret"), "payment"
    )
    second = after_reply(first, Message("b", "John"), reply(), "John")

    assert second.key == SessionKey("abc", "secret")


def test_a_conversation_looked_up_shows_what_the_api_remembers():
    history = ({"role": "user", "content": "Visa •••• 4242"}, {"role": "assistant", "content": "When?"})

    after = after_lookup(talk("name", answered_id="m-a"), reply("expiry", history=history, language="de"))

    assert [line.content for line in after.lines] == ["Visa •••• 4242", "When?"]
    assert (after.screen, after.last_reply, after.language) == ("expiry", "When?", "de")


def test_time_is_left_only_while_something_is_kept():
    live = talk("card", expires_at=NOW + timedelta(seconds=90))

    assert live.seconds_left(NOW) == 90
    assert live.seconds_left(NOW + timedelta(hours=1)) == 0
    assert replace(live, status="completed").seconds_left(NOW) is None
