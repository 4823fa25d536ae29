"""DynamoDB: sessions, receipts and the guard's counters. Every write is conditional, every read consistent."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chat.adapters import items
from chat.turns.ports import Conflict, LimitReached, Receipt, Record, Unavailable
from runtime.aws import code_of, translated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chat.adapters.items import Item

UNCHANGED = "version = :read_version AND tokenHash = :read_token"
RECEIPT_LIFETIME = 24 * 3600  # seconds
TRIES = 5  # of a write that met another transaction
LOST = "ConditionalCheckFailed"


class DynamoSessions:
    def __init__(self, dynamodb: Any, sessions: str, receipts: str, counters: str) -> None:
        self._dynamodb = dynamodb
        self._sessions, self._receipts, self._counters = sessions, receipts, counters

    def load(self, session_id: str) -> Record | None:
        with translated("dynamodb"):
            reply = self._dynamodb.get_item(
                TableName=self._sessions, Key={"sessionId": {"S": session_id}}, ConsistentRead=True
            )
        return _record(reply.get("Item"))

    def save(self, record: Record, over: Record | None, now: int) -> None:
        condition: dict[str, Any]
        if over is None:
            condition = {
                "ConditionExpression": "attribute_not_exists(sessionId) OR #ttl <= :now",
                "ExpressionAttributeNames": {"#ttl": "ttl"},
                "ExpressionAttributeValues": {":now": {"N": str(now)}},
            }
        else:
            condition = _unchanged(over)
        try:
            self._write("put_item", Item=items.of_record(record), **condition)
        except Conflict as conflict:
            if not _landed(record, conflict.stored):
                raise

    def delete(self, record: Record) -> None:
        self._write("delete_item", Key={"sessionId": {"S": record.session.id}}, **_unchanged(record))

    def claim(self, record: Record, over: Record, counters: Mapping[str, int], counters_ttl: int) -> None:
        claim = {
            "TableName": self._sessions,
            "Key": {"sessionId": {"S": record.session.id}},
            "UpdateExpression": "SET version = :version, claimUntil = :until, #ttl = :ttl, counted = :counted",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            **_unchanged(over),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        claim["ExpressionAttributeValues"] = {
            **claim["ExpressionAttributeValues"],
            ":version": {"N": str(record.version)},
            ":until": {"N": str(record.claim_until)},
            ":ttl": {"N": str(record.ttl)},
            ":counted": {"BOOL": record.counted},
        }
        counts = [self._count(name, limit, counters_ttl) for name, limit in counters.items()]
        reasons = self._transact([{"Update": claim}, *counts])
        if reasons and reasons[0].get("Code") == LOST:
            raise Conflict(_record(reasons[0].get("Item")))
        for name, reason in zip(counters, reasons[1:], strict=bool(reasons)):
            if reason.get("Code") == LOST:
                raise LimitReached(name)

    def finish(self, record: Record, receipt: Receipt) -> None:
        delete = {
            "TableName": self._sessions,
            "Key": {"sessionId": {"S": record.session.id}},
            "ConditionExpression": "attempt = :attempt AND tokenHash = :token",
            "ExpressionAttributeValues": {":attempt": {"S": record.attempt}, ":token": {"S": record.token_hash}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        put = {"TableName": self._receipts, "Item": items.of_receipt(receipt, receipt.created + RECEIPT_LIFETIME)}
        reasons = self._transact([{"Delete": delete}, {"Put": put}])
        if reasons:
            raise Conflict(_record(reasons[0].get("Item")))

    def receipt(self, token_hash: str, now: int) -> Receipt | None:
        with translated("dynamodb"):
            reply = self._dynamodb.get_item(
                TableName=self._receipts, Key={"tokenHash": {"S": token_hash}}, ConsistentRead=True
            )
        item = reply.get("Item")
        return items.to_receipt(item) if item and now < int(item["ttl"]["N"]) else None

    def _count(self, name: str, limit: int, ttl: int) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._counters,
                "Key": {"counter": {"S": name}},
                "UpdateExpression": "SET #ttl = :ttl ADD attempts :one",
                "ConditionExpression": "attribute_not_exists(attempts) OR attempts < :limit",
                "ExpressionAttributeNames": {"#ttl": "ttl"},
                "ExpressionAttributeValues": {
                    ":ttl": {"N": str(ttl)},
                    ":one": {"N": "1"},
                    ":limit": {"N": str(limit)},
                },
            }
        }

    def _write(self, operation: str, **parameters: Any) -> None:
        """A write that met somebody's transaction on the item is tried again: its condition was not looked at."""
        for attempt in range(TRIES):
            with translated("dynamodb"):
                try:
                    getattr(self._dynamodb, operation)(
                        TableName=self._sessions, ReturnValuesOnConditionCheckFailure="ALL_OLD", **parameters
                    )
                except ClientError as error:
                    if code_of(error) == "ConditionalCheckFailedException":
                        raise Conflict(_record(_item(error))) from None
                    if code_of(error) != "TransactionConflictException":
                        raise
                else:
                    return
            _pause(attempt)
        raise Unavailable("dynamodb", "TransactionConflict")

    def _transact(self, actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Empty when it was done; the reasons, one an action, when a condition failed. Collisions are tried again."""
        for attempt in range(TRIES):
            with translated("dynamodb"):
                try:
                    self._dynamodb.transact_write_items(TransactItems=actions)
                except ClientError as error:
                    if code_of(error) != "TransactionCanceledException":
                        raise
                    reasons: list[Any] = error.response.get("CancellationReasons", [])
                else:
                    return []
            if any(reason.get("Code") == LOST for reason in reasons):
                return reasons
            _pause(attempt)
        raise Unavailable("dynamodb", "TransactionConflict")


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311  (spreads the retries, no secret)


def _unchanged(over: Record) -> dict[str, Any]:
    return {
        "ConditionExpression": UNCHANGED,
        "ExpressionAttributeValues": {
            ":read_version": {"N": str(over.version)},
            ":read_token": {"S": over.token_hash},
        },
    }


def _landed(record: Record, stored: Record | None) -> bool:
    """A write that the SDK sent twice fails its own condition the second time.

    The whole is compared: the same message, sent twice at once, leaves an equal version and another answer.
    """
    return stored == items.to_record(items.of_record(record))


def _item(error: ClientError) -> Any:
    return error.response.get("Item")


def _record(item: Item | None) -> Record | None:
    return items.to_record(item) if item else None
