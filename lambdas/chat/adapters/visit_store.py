"""DynamoDB: a session together with its order, each write one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chat.adapters import items
from chat.adapters.attempt_counters import count_actions, require_below_limits
from chat.adapters.session_store import put_receipt
from chat.adapters.transactions import CONDITION_FAILED, free, transact, unchanged
from chat.turns.stored import Conflict
from payments.adapters.order_items import to_order
from payments.stored import OrderConflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from chat.adapters.session_store import DynamoSessionStore
    from chat.turns.stored import AttemptCounters, Receipt, Record
    from chat.visits.stored import EarlierSession, OrderChange
    from payments.adapters.orders_table import OrdersTable

RETURN_OLD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


class DynamoVisitStore:
    def __init__(
        self,
        dynamodb: DynamoDBClient,
        sessions: DynamoSessionStore,
        orders: OrdersTable,
        *,
        sessions_table: str,
        receipts_table: str,
        counters_table: str,
    ) -> None:
        self._dynamodb, self._read, self._orders = dynamodb, sessions.read, orders
        self._sessions, self._receipts, self._counters = sessions_table, receipts_table, counters_table

    def open(self, record: Record, order: OrderChange, earlier: EarlierSession | None, now: int) -> None:
        """A session of another order under the earlier one's id stays: ids are the clients' to choose."""
        written = [self._put(record, free(now)), self._order(order)]
        forgotten = [self._forget(earlier)] if earlier else []
        reasons = transact(self._dynamodb, [*written, *forgotten])
        if forgotten and reasons and not _has_failed(reasons[:2]):
            reasons = transact(self._dynamodb, written)
        self._require_written(reasons)

    def claim(self, record: Record, over: Record, order: OrderChange, counters: AttemptCounters | None) -> None:
        counts = count_actions(self._counters, counters)
        reasons = transact(self._dynamodb, [self._put(record, unchanged(over)), self._order(order), *counts])
        self._require_written(reasons)
        require_below_limits(counters, reasons[2:])

    def save(self, record: Record, over: Record, order: OrderChange) -> None:
        self._require_written(transact(self._dynamodb, [self._put(record, unchanged(over)), self._order(order)]))

    def delete(self, record: Record, order: OrderChange | None = None, receipt: Receipt | None = None) -> None:
        key = {"TableName": self._sessions, "Key": {"sessionId": {"S": record.session.id}}}
        actions = [{"Delete": {**key, **unchanged(record), **RETURN_OLD}}]
        actions += [self._order(order)] if order else []
        actions += [put_receipt(self._receipts, receipt)] if receipt else []
        self._require_written(transact(self._dynamodb, actions), has_order=order is not None)

    def _put(self, record: Record, condition: dict[str, Any]) -> dict[str, Any]:
        return {"Put": {"TableName": self._sessions, "Item": items.from_record(record), **condition, **RETURN_OLD}}

    def _order(self, change: OrderChange) -> dict[str, Any]:
        return self._orders.put_action(change.order, change.over)

    def _forget(self, earlier: EarlierSession) -> dict[str, Any]:
        return {
            "Delete": {
                "TableName": self._sessions,
                "Key": {"sessionId": {"S": earlier.session_id}},
                "ConditionExpression": "attribute_not_exists(sessionId) OR tokenHash = :earlier",
                "ExpressionAttributeValues": {":earlier": {"S": earlier.token_hash}},
            }
        }

    def _require_written(self, reasons: Sequence[dict[str, Any]], *, has_order: bool = True) -> None:
        """The session comes first in every transaction, the order second. Raises Conflict, OrderConflict."""
        if _has_failed(reasons[:1]):
            raise Conflict(self._read(reasons[0].get("Item")))
        if has_order and _has_failed(reasons[1:2]):
            stored: Any = reasons[1].get("Item")
            raise OrderConflict(to_order(stored) if stored else None)


def _has_failed(reasons: Sequence[dict[str, Any]]) -> bool:
    return any(reason.get("Code") == CONDITION_FAILED for reason in reasons)
