"""The ordinary conversation over HTTP, on the stage under test."""

import hashlib

import pytest

from local.demo.conversation import SEED


def hash_of(token):
    return hashlib.sha256(token.encode()).hexdigest()


@pytest.fixture(scope="module")
def played(stage):
    """A whole conversation: the conversation, its replies, and the item stored after each turn."""
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


def test_each_reply_lists_what_is_collected_and_what_is_missing(played):
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


def test_no_reply_may_be_cached_and_only_the_first_contains_the_session_token(played):
    _, replies, _ = played

    assert {reply.headers["cache-control"] for reply in replies} == {"no-store"}
    assert [bool(reply.body.get("sessionToken")) for reply in replies] == [True, *[False] * 5]


def test_completion_deletes_the_session_and_stores_a_receipt(stage, played):
    talk, replies, items = played
    receipt = stage.receipt(talk, hash_of(talk.token))

    assert [item is None for item in items] == [*[False] * 5, True]
    assert receipt["token"] == replies[-1]["payment"]["token"]
    assert (receipt["brand"], receipt["last4"]) == ("visa", "4242")


def test_a_repeated_confirm_gets_the_same_token(played):
    talk, replies, _ = played

    assert talk.send("confirm")["payment"] == replies[-1]["payment"]
    assert talk.get()["payment"] == replies[-1]["payment"]


def test_stored_items_are_masked_and_small(played):
    _, _, items = played

    for item in items[:5]:
        text = repr(item)
        assert "4242424242424242" not in text
        assert "4242 4242" not in text
        assert len(text) < 3000  # the repr is longer than the size that DynamoDB counts
    assert bytes(items[2]["collectionData"]["card"]["sealed"])
    assert items[4]["collectionData"]["cvv"].keys() == {"sealed"}


def test_stripe_has_one_payment_method_whose_metadata_names_the_session(stage, played):
    talk, replies, _ = played

    made = stage.stripe.listed("payment_methods", session=talk.id)

    assert [(entry["id"], entry["brand"], entry["last4"]) for entry in made] == [
        (replies[-1]["payment"]["token"], "visa", "4242")
    ]


def test_an_unfinished_conversation_can_be_read(stage):
    talk = stage.conversation_at("cvv")

    shown = talk.get()

    assert (shown.status, shown["currentStep"]) == (200, "cvv")
    assert [line["role"] for line in shown["conversationHistory"]][-2:] == ["user", "assistant"]
    assert "4242 4242" not in repr(shown.body)


def test_a_missing_or_wrong_session_token_is_refused(stage):
    talk = stage.conversation_at("cvv")
    token = talk.token

    talk.token = None
    assert talk.get().status == 401
    talk.token = token[::-1]
    assert (talk.get().status, talk.send("123").status) == (410, 410)
