"""DynamoDB: sessions, receipts and the counters of confirmations. Every write is conditional, every read consistent."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chat.adapters import items
from chat.turns.attempts import SLOT_SECONDS
from chat.turns.stored import Conflict, LimitReached, Receipt, Record
from runtime.aws import Unavailable, code_of, translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from chat.turns.stored import AttemptCounters

UNCHANGED = "version = :read_version AND tokenHash = :read_token"
RECEIPT_SECONDS = 24 * 3600  # a receipt's life
CONFLICT_TRIES = 5  # of a write that met another transaction on the same item
CONDITION_FAILED = "ConditionalCheckFailed"


class DynamoSessionStore:
    def __init__(self, dynamodb: DynamoDBClient, sessions: str, receipts: str, counters: str) -> None:
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
            self._write("put_item", Item=items.from_record(record), **condition)
        except Conflict as conflict:
            if not _is_own_write(record, conflict.stored):
                raise

    def delete(self, record: Record) -> None:
        self._write("delete_item", Key={"sessionId": {"S": record.session.id}}, **_unchanged(record))

    def claim(self, record: Record, over: Record, counters: AttemptCounters | None) -> None:
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
        names = list(counters.limits) if counters else []
        counts = [self._count(name, counters) for name in names] if counters else []
        reasons = self._transact([{"Update": claim}, *counts])
        if reasons and reasons[0].get("Code") == CONDITION_FAILED:
            raise Conflict(_record(reasons[0].get("Item")))
        for name, reason in zip(names, reasons[1:], strict=bool(reasons)):
            if reason.get("Code") == CONDITION_FAILED:
                raise LimitReached(name, _counts(reason.get("Item", {})))

    def finish(self, record: Record, receipt: Receipt) -> None:
        delete = {
            "TableName": self._sessions,
            "Key": {"sessionId": {"S": record.session.id}},
            "ConditionExpression": "attempt = :attempt AND tokenHash = :token",
            "ExpressionAttributeValues": {":attempt": {"S": record.attempt}, ":token": {"S": record.token_hash}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        put = {"TableName": self._receipts, "Item": items.from_receipt(receipt, receipt.created + RECEIPT_SECONDS)}
        reasons = self._transact([{"Delete": delete}, {"Put": put}])
        if reasons:
            raise Conflict(_record(reasons[0].get("Item")))

    def receipt(self, token_hash: str, now: int) -> Receipt | None:
        with translated("dynamodb"):
            reply = self._dynamodb.get_item(
                TableName=self._receipts, Key={"tokenHash": {"S": token_hash}}, ConsistentRead=True
            )
        item: Any = reply.get("Item")
        return items.to_receipt(item) if item and now < int(item["ttl"]["N"]) else None

    def _count(self, name: str, counters: AttemptCounters) -> dict[str, Any]:
        """Adds one in every open window, and drops the windows that have closed."""
        width = counters.windows[-1] - counters.windows[0]
        opened = {f"#w{index}": f"w{window}" for index, window in enumerate(counters.windows)}
        closed = {f"#c{index}": f"w{window - width - SLOT_SECONDS}" for index, window in enumerate(counters.windows)}
        added = ", ".join(f"{placeholder} :one" for placeholder in opened)
        return {
            "Update": {
                "TableName": self._counters,
                "Key": {"counter": {"S": name}},
                "UpdateExpression": f"SET #ttl = :ttl ADD {added} REMOVE {', '.join(closed)}",
                "ConditionExpression": "attribute_not_exists(#w0) OR #w0 < :limit",
                "ExpressionAttributeNames": {"#ttl": "ttl", **opened, **closed},
                "ExpressionAttributeValues": {
                    ":ttl": {"N": str(counters.ttl)},
                    ":one": {"N": "1"},
                    ":limit": {"N": str(counters.limits[name])},
                },
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _write(self, operation: str, **parameters: Any) -> None:
        """Raises Conflict with what is stored when the condition failed, Unavailable when no try was decided."""
        for _ in _tries():
            with translated("dynamodb"):
                try:
                    getattr(self._dynamodb, operation)(
                        TableName=self._sessions, ReturnValuesOnConditionCheckFailure="ALL_OLD", **parameters
                    )
                except ClientError as error:
                    if code_of(error) == "ConditionalCheckFailedException":
                        raise Conflict(_record(error.response.get("Item"))) from None
                    if code_of(error) != "TransactionConflictException":
                        raise
                else:
                    return
        raise Unavailable("dynamodb", "TransactionConflict")

    def _transact(self, actions: Sequence[Any]) -> list[dict[str, Any]]:
        """Empty when all was written; the reason of each action when a condition failed.

        Raises Unavailable for any other cancellation. Only one that met another transaction is tried again.
        """
        for _ in _tries():
            with translated("dynamodb"):
                try:
                    self._dynamodb.transact_write_items(TransactItems=actions)
                except ClientError as error:
                    if code_of(error) != "TransactionCanceledException":
                        raise
                    reasons: list[Any] = error.response.get("CancellationReasons", [])
                else:
                    return []
            codes = {reason.get("Code", "None") for reason in reasons} - {"None"}
            if CONDITION_FAILED in codes:
                return reasons
            if codes != {"TransactionConflict"}:
                raise Unavailable("dynamodb", min(codes, default="TransactionCanceled"))
        raise Unavailable("dynamodb", "TransactionConflict")


def _tries() -> Iterator[None]:
    """Pauses before every try but the first."""
    for attempt in range(CONFLICT_TRIES):
        if attempt:
            time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311  (spreads the retries, no secret)
        yield


def _unchanged(over: Record) -> dict[str, Any]:
    return {
        "ConditionExpression": UNCHANGED,
        "ExpressionAttributeValues": {
            ":read_version": {"N": str(over.version)},
            ":read_token": {"S": over.token_hash},
        },
    }


def _is_own_write(record: Record, stored: Record | None) -> bool:
    """Whether the SDK sent a write twice: the second one fails the condition because the first one succeeded.

    The whole record is compared: the same message sent twice at once leaves an equal version with another reply.
    """
    return stored == items.to_record(items.from_record(record))


def _record(item: Any) -> Record | None:
    return items.to_record(item) if item else None


def _counts(item: dict[str, Any]) -> dict[int, int]:
    return {int(name[1:]): int(value["N"]) for name, value in item.items() if name.startswith("w")}
