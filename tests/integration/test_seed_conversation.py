"""The ordinary conversation over HTTP, on whatever stage is under test."""

import hashlib

import pytest

from local.demo.conversation import SEED


def hash_of(token):
    return hashlib.sha256(token.encode()).hexdigest()


@pytest.fixture(scope="module")
def played(stage):
    """A whole conversation: the talk, its replies, the item stored after each."""
    stage.needs_a_test_key()
    talk = stage.conversation("seed")
    replies, items = [], []
    for message in SEED:
        replies.append(talk.send(message))
        items.append(stage.session_item(talk))
    return talk, replies, items


def test_six_turns_lead_to_a_payment_token(played):
    _, replies, _ = played

    assert [reply.status for reply in replies] == [200] * 6
    assert [reply["currentStep"] for reply in replies] == ["name", "card", "expiry", "cvv", "confirm", "done"]
    assert [reply["status"] for reply in replies] == [*["collecting"] * 4, "awaiting_confirmation", "completed"]
    assert replies[-1]["payment"].items() >= {"brand": "visa", "last4": "4242"}.items()
    assert replies[-1]["payment"]["token"].startswith("pm_")


def test_each_reply_says_what_is_collected_and_what_is_missing(played):
    _, replies, _ = played
    nothing = {"name": None, "brand": None, "last4": None, "expiry": None, "cvv": False}
    name = nothing | {"name": "John"}
    card = name | {"brand": "visa", "last4": "4242"}
    expiry = card | {"expiry": "12/30"}

    collected = [reply["collected"] for reply in replies]

    assert collected[:5] == [nothing, name, card, expiry, expiry | {"cvv": True}]
    assert collected[5] == nothing | {"brand": "visa", "last4": "4242"}
    assert [len(reply["missing"]) for reply in replies[:5]] == [4, 3, 2, 1, 0]
    assert [reply["error"] for reply in replies] == [None] * 6


def test_no_reply_may_be_cached_and_the_token_is_handed_out_once(played):
    _, replies, _ = played

    assert {reply.headers["cache-control"] for reply in replies} == {"no-store"}
    assert [bool(reply.body.get("sessionToken")) for reply in replies] == [True, *[False] * 5]


def test_the_session_is_gone_afterwards_and_a_receipt_is_there(stage, played):
    talk, replies, items = played
    receipt = stage.receipt(talk, hash_of(talk.token))

    assert [item is None for item in items] == [*[False] * 5, True]
    assert receipt["token"] == replies[-1]["payment"]["token"]
    assert (receipt["brand"], receipt["last4"]) == ("visa", "4242")


def test_a_repeated_confirm_gets_the_same_token(played):
    talk, replies, _ = played

    assert talk.send("confirm")["payment"] == replies[-1]["payment"]
    assert talk.get()["payment"] == replies[-1]["payment"]


def test_what_is_stored_is_masked_and_small(played):
    _, _, items = played

    for item in items[:5]:
        text = repr(item)
        assert "4242424242424242" not in text
        assert "4242 4242" not in text
        assert len(text) < 3000  # longer than DynamoDB's own count of the item
    assert bytes(items[2]["collectionData"]["card"]["sealed"])
    assert items[4]["collectionData"]["cvv"].keys() == {"sealed"}


def test_stripe_holds_one_payment_method_that_names_the_session(stage, played):
    talk, replies, _ = played

    made = stage.stripe.listed("payment_methods", session=talk.id)

    assert [(entry["id"], entry["brand"], entry["last4"]) for entry in made] == [
        (replies[-1]["payment"]["token"], "visa", "4242")
    ]


def test_the_conversation_can_be_looked_up_on_the_way(stage):
    talk = stage.conversation_at("cvv")

    shown = talk.get()

    assert (shown.status, shown["currentStep"]) == (200, "cvv")
    assert [line["role"] for line in shown["conversationHistory"]][-2:] == ["user", "assistant"]
    assert "4242 4242" not in repr(shown.body)


def test_nobody_else_gets_in(stage):
    talk = stage.conversation_at("cvv")
    token = talk.token

    talk.token = None
    assert talk.get().status == 401
    talk.token = token[::-1]
    assert (talk.get().status, talk.send("123").status) == (410, 410)
