"""The DynamoDB adapter where a race, a retry or a damaged item decides. The rest runs against the emulator."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from chat.adapters import items
from chat.adapters.session_store import DynamoSessionStore
from chat.turns.errors import SessionExpired
from chat.turns.stored import Conflict, Record
from chat.values.session import Line, Session, Step
from runtime.aws import Unavailable
from tests.fakes import NOON, no_terms

STORED = Record(
    Session("abc-123", step=Step.NAME, history=(Line("user", "payment"), Line("assistant", "Your name?"))),
    token_hash="0" * 64,
    version=1,
    message_id="m1",
    updated=NOON,
    ttl=NOON + 3600,
)
NEXT = replace(STORED, version=2, message_id="m2", updated=NOON + 5)


class Table:
    """A DynamoDB client that answers from a script: an error code, an item that failed the condition, or success."""

    def __init__(self, *script: str | dict) -> None:
        self.script, self.calls = list(script), 0

    def put_item(self, **_):
        self.calls += 1
        answer = self.script.pop(0) if self.script else None
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            raise ClientError({"Error": {"Code": answer}}, "PutItem")
        if answer is not None:
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}, "Item": answer}, "PutItem")

    delete_item = put_item

    def get_item(self, **_):
        return {"Item": self.script.pop(0)}


def sessions(table: Table) -> DynamoSessionStore:
    return DynamoSessionStore(table, "sessions", "receipts", "attempts", no_terms)


def test_a_write_that_the_sdk_sent_twice_counts_as_done():
    sessions(Table(items.from_record(NEXT))).save(NEXT, STORED, NOON)


def test_the_same_message_written_by_a_twin_is_a_conflict_so_that_both_give_its_stored_answer():
    twin = replace(NEXT, session=replace(NEXT.session, history=(Line("user", "John"), Line("assistant", "Worded"))))

    with pytest.raises(Conflict) as conflict:
        sessions(Table(items.from_record(twin))).save(NEXT, STORED, NOON)

    assert conflict.value.stored == twin


@pytest.mark.parametrize("operation", ["save", "delete"])
def test_a_write_that_met_a_transaction_is_tried_again(operation):
    table = Table("TransactionConflictException", "TransactionConflictException")
    write = {"save": lambda: sessions(table).save(NEXT, STORED, NOON), "delete": lambda: sessions(table).delete(STORED)}

    write[operation]()

    assert table.calls == 3


def test_a_write_that_always_meets_transactions_is_unavailable():
    with pytest.raises(Unavailable):
        sessions(Table(*["TransactionConflictException"] * 9)).save(NEXT, STORED, NOON)


def test_an_answer_that_is_not_dynamodbs_is_unavailable():
    with pytest.raises(Unavailable):
        sessions(Table(ResponseParserError("<html>"))).save(NEXT, STORED, NOON)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param({"schema": {"N": "3"}}, id="another schema"),
        pytest.param({"currentStep": {"S": "address"}}, id="a step of tomorrow"),
        pytest.param({"collectionData": {"S": "?"}}, id="another type"),
        pytest.param({"collectionData": {"M": {"card": {"M": {}}}}}, id="a card without its parts"),
        pytest.param({"collectionData": {"M": {"expiry": {"S": "1230"}}}}, id="an expiry of another form"),
        pytest.param({"version": {"N": "many"}}, id="no number"),
        pytest.param({"lastUpdated": {"S": "yesterday"}}, id="no time"),
        pytest.param({"tokenHash": None}, id="nothing"),
    ],
)
def test_an_item_that_cannot_be_read_is_an_expired_session(damage):
    with pytest.raises(SessionExpired):
        sessions(Table(items.from_record(STORED) | damage)).load("abc-123")
