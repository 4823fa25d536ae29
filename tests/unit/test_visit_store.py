"""A session and its order in one transaction: which of them has changed is told apart, and so is a full counter."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from chat.adapters import items
from chat.adapters.session_store import DynamoSessionStore
from chat.adapters.visit_store import DynamoVisitStore
from chat.turns.stored import AttemptCounters, Conflict, LimitReached, Receipt, Record
from chat.values.session import Line, OrderVisit, PaymentToken, Session, Step
from chat.visits.stored import EarlierSession, OrderChange
from payments.adapters.order_items import from_order
from payments.adapters.orders_table import OrdersTable
from payments.order import Status
from payments.stored import OrderConflict
from runtime.aws import Unavailable
from tests.fakes import NOON, an_order, no_terms

ORDER = an_order(status=Status.IN_PROGRESS, version=3)
CHANGE = OrderChange(replace(ORDER, version=4), ORDER)
SESSION = Session(
    "abc-123",
    step=Step.NAME,
    history=(Line("user", "payment"), Line("assistant", "Your name?")),
    order=OrderVisit(ORDER.id, ORDER.terms, livemode=False),
)
RECORD = Record(SESSION, token_hash="0" * 64, version=1, message_id="m1", updated=NOON, ttl=NOON + 3600)
NEXT = replace(RECORD, version=2, message_id="m2")
COUNTERS = AttemptCounters({"card#1": 1}, (0, 300), 3900)
RECEIPT = Receipt("abc-123", "0" * 64, PaymentToken(None, "visa", "4242"), "en", NOON, ORDER.id)
FAILED = "ConditionalCheckFailed"


class Table:
    """Answers transactions from a script: for each action a reason, or success."""

    def __init__(self, *script: list[dict]) -> None:
        self.script, self.sent = list(script), []

    def transact_write_items(self, *, TransactItems):  # noqa: N803
        self.sent.append(TransactItems)
        if self.script:
            raise ClientError(
                {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": self.script.pop(0)},
                "TransactWriteItems",
            )


def store(table: Table) -> DynamoVisitStore:
    return DynamoVisitStore(
        table,
        DynamoSessionStore(table, "sessions", "receipts", "attempts", no_terms),
        OrdersTable(table, "orders", lambda: NOON, lambda: "write"),
        sessions_table="sessions",
        receipts_table="receipts",
        counters_table="attempts",
    )


CALLS = {
    "open": lambda visits: visits.open(RECORD, CHANGE, EarlierSession("old", "1" * 64), NOON),
    "claim": lambda visits: visits.claim(NEXT, RECORD, CHANGE, COUNTERS),
    "save": lambda visits: visits.save(NEXT, RECORD, CHANGE),
    "delete": lambda visits: visits.delete(RECORD, CHANGE, RECEIPT),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_session_comes_first_and_a_changed_one_is_handed_out(call):
    reasons = [{"Code": FAILED, "Item": items.from_record(NEXT)}, {"Code": FAILED}, {"Code": "None"}]

    with pytest.raises(Conflict) as conflict:
        call(store(Table(reasons)))

    assert conflict.value.stored == NEXT


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_changed_order_is_handed_out(call):
    stored = replace(ORDER, version=9)
    reasons = [{"Code": "None"}, {"Code": FAILED, "Item": from_order(stored, NOON)}, {"Code": "None"}]

    with pytest.raises(OrderConflict) as conflict:
        call(store(Table(reasons)))

    assert conflict.value.stored == stored


def test_a_full_counter_is_told_with_its_counts():
    reasons = [{"Code": "None"}, {"Code": "None"}, {"Code": FAILED, "Item": {"w0": {"N": "1"}, "ttl": {"N": "9"}}}]

    with pytest.raises(LimitReached) as reached:
        store(Table(reasons)).claim(NEXT, RECORD, CHANGE, COUNTERS)

    assert (reached.value.counter, reached.value.counts) == ("card#1", {0: 1})


def test_another_orders_session_under_the_earlier_name_is_left_alone():
    table = Table([{"Code": "None"}, {"Code": "None"}, {"Code": FAILED}])

    store(table).open(RECORD, CHANGE, EarlierSession("old", "1" * 64), NOON)

    assert [len(actions) for actions in table.sent] == [3, 2]


def test_a_transaction_that_met_another_one_is_tried_again(monkeypatch):
    monkeypatch.setattr("chat.adapters.transactions.time.sleep", lambda _: None)
    table = Table([{"Code": "None"}, {"Code": "TransactionConflict"}])

    store(table).save(NEXT, RECORD, CHANGE)

    assert len(table.sent) == 2
    with pytest.raises(Unavailable):
        store(Table(*[[{"Code": "TransactionConflict"}, {"Code": "None"}]] * 9)).save(NEXT, RECORD, CHANGE)


def test_the_end_is_one_transaction_over_session_order_and_receipt():
    table = Table()

    store(table).delete(RECORD, CHANGE, RECEIPT)

    ((delete, order, receipt),) = table.sent
    assert delete["Delete"]["TableName"] == "sessions"
    assert order["Put"]["TableName"] == "orders"
    assert receipt["Put"]["Item"].keys() >= {"orderId", "brand", "last4"}
    assert "token" not in receipt["Put"]["Item"]
    assert items.to_receipt(receipt["Put"]["Item"]) == RECEIPT


def test_an_item_with_an_order_comes_back_as_it_was_and_means_nothing_to_older_code():
    item = items.from_record(NEXT)

    assert items.to_record(item, no_terms) == NEXT
    assert item["schema"] == {"N": "2"}
    assert items.from_record(replace(NEXT, session=replace(SESSION, order=None)))["schema"] == {"N": "1"}
