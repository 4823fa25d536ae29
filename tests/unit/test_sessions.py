"""The DynamoDB adapter where a race, a retry or a damaged item decides. The rest runs against the emulator."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from chat.adapters import items
from chat.adapters.session_store import DynamoSessionStore
from chat.turns.errors import SessionExpired
from chat.turns.stored import AttemptCounters, Conflict, Receipt, Record
from chat.values.session import Line, PaymentToken, Session, Step
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
        self.sent: dict = {}

    def put_item(self, **sent):
        self.calls += 1
        self.sent = sent
        answer = self.script.pop(0) if self.script else None
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            raise ClientError({"Error": {"Code": answer}}, "PutItem")
        if answer is not None:
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}, "Item": answer}, "PutItem")

    delete_item = put_item

    def transact_write_items(self, **sent):
        self.sent = sent

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


COUNTERS = AttemptCounters({"card#hash": 5}, windows=(NOON - 300, NOON), ttl=NOON + 3900)


@pytest.mark.parametrize(
    ("write", "sent"),
    [
        pytest.param(lambda store: store.save(NEXT, STORED, NOON), lambda table: table.sent, id="save"),
        pytest.param(lambda store: store.delete(STORED), lambda table: table.sent, id="delete"),
        pytest.param(
            lambda store: store.claim(NEXT, STORED, COUNTERS),
            lambda table: table.sent["TransactItems"][0]["Update"],
            id="claim",
        ),
    ],
)
def test_a_write_is_conditional_on_the_version_and_token_that_were_read(write, sent):
    table = Table()

    write(sessions(table))

    condition = sent(table)
    assert condition["ConditionExpression"] == "version = :read_version AND tokenHash = :read_token"
    assert condition["ExpressionAttributeValues"].items() >= {
        ":read_version": {"N": "1"}, ":read_token": {"S": "0" * 64},
    }.items()  # fmt: skip


def test_a_new_session_is_written_only_where_no_live_one_is():
    table = Table()

    sessions(table).save(STORED, None, NOON)

    assert table.sent["ConditionExpression"] == "attribute_not_exists(sessionId) OR #ttl <= :now"
    assert table.sent["ExpressionAttributeValues"] == {":now": {"N": str(NOON)}}


def test_an_attempt_is_counted_in_the_transaction_that_claims_and_only_below_the_limit():
    table = Table()

    sessions(table).claim(NEXT, STORED, COUNTERS)

    claim, count = (action["Update"] for action in table.sent["TransactItems"])
    assert (claim["TableName"], count["TableName"]) == ("sessions", "attempts")
    assert count["ConditionExpression"] == "attribute_not_exists(#w0) OR #w0 < :limit"
    assert count["ExpressionAttributeValues"][":limit"] == {"N": "5"}
    assert count["ExpressionAttributeNames"]["#w0"] == f"w{NOON - 300}"


def test_a_finish_deletes_the_session_of_the_same_attempt_and_stores_the_receipt_or_does_neither():
    table = Table()
    claimed = replace(NEXT, attempt="attempt-1")

    sessions(table).finish(claimed, Receipt("abc-123", "0" * 64, PaymentToken("pm_1", "visa", "4242"), "en", NOON))

    delete, put = table.sent["TransactItems"]
    assert delete["Delete"]["ConditionExpression"] == "attempt = :attempt AND tokenHash = :token"
    assert delete["Delete"]["ExpressionAttributeValues"][":attempt"] == {"S": "attempt-1"}
    assert put["Put"]["TableName"] == "receipts"


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
