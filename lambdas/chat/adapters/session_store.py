"""DynamoDB: sessions, receipts and the counters of confirmations. Every write is conditional, every read consistent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chat.adapters import items
from chat.adapters.attempt_counters import count_actions, require_below_limits
from chat.adapters.transactions import CONDITION_FAILED, free, transact, tries, unchanged
from chat.turns.stored import Conflict, Receipt, Record
from runtime.aws import Unavailable, code_of, translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from chat.adapters.order_items import TermsOf
    from chat.turns.stored import AttemptCounters

RECEIPT_SECONDS = 24 * 3600  # a receipt's life


class DynamoSessionStore:
    """`terms_of`: reads an order's terms, for the few sessions whose items they did not fit into."""

    def __init__(
        self, dynamodb: DynamoDBClient, sessions: str, receipts: str, counters: str, terms_of: TermsOf
    ) -> None:
        self._dynamodb, self._terms_of = dynamodb, terms_of
        self._sessions, self._receipts, self._counters = sessions, receipts, counters

    def load(self, session_id: str) -> Record | None:
        with translated("dynamodb"):
            reply = self._dynamodb.get_item(
                TableName=self._sessions, Key={"sessionId": {"S": session_id}}, ConsistentRead=True
            )
        return self.read(reply.get("Item"))

    def save(self, record: Record, over: Record | None, now: int) -> None:
        condition = free(now) if over is None else unchanged(over)
        try:
            self._write("put_item", Item=items.from_record(record), **condition)
        except Conflict as conflict:
            if not self._is_own_write(record, conflict.stored):
                raise

    def delete(self, record: Record) -> None:
        self._write("delete_item", Key={"sessionId": {"S": record.session.id}}, **unchanged(record))

    def claim(self, record: Record, over: Record, counters: AttemptCounters | None) -> None:
        claim = {
            "TableName": self._sessions,
            "Key": {"sessionId": {"S": record.session.id}},
            "UpdateExpression": "SET version = :version, claimUntil = :until, #ttl = :ttl, counted = :counted",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            **unchanged(over),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        claim["ExpressionAttributeValues"] = {
            **claim["ExpressionAttributeValues"],
            ":version": {"N": str(record.version)},
            ":until": {"N": str(record.claim_until)},
            ":ttl": {"N": str(record.ttl)},
            ":counted": {"BOOL": record.counted},
        }
        reasons = transact(self._dynamodb, [{"Update": claim}, *count_actions(self._counters, counters)])
        if reasons and reasons[0].get("Code") == CONDITION_FAILED:
            raise Conflict(self.read(reasons[0].get("Item")))
        require_below_limits(counters, reasons[1:])

    def finish(self, record: Record, receipt: Receipt) -> None:
        delete = {
            "TableName": self._sessions,
            "Key": {"sessionId": {"S": record.session.id}},
            "ConditionExpression": "attempt = :attempt AND tokenHash = :token",
            "ExpressionAttributeValues": {":attempt": {"S": record.attempt}, ":token": {"S": record.token_hash}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        reasons = transact(self._dynamodb, [{"Delete": delete}, put_receipt(self._receipts, receipt)])
        if reasons:
            raise Conflict(self.read(reasons[0].get("Item")))

    def receipt(self, token_hash: str, now: int) -> Receipt | None:
        with translated("dynamodb"):
            reply = self._dynamodb.get_item(
                TableName=self._receipts, Key={"tokenHash": {"S": token_hash}}, ConsistentRead=True
            )
        item: Any = reply.get("Item")
        return items.to_receipt(item) if item and now < int(item["ttl"]["N"]) else None

    def read(self, item: Any) -> Record | None:
        """A session's item, also as a failed condition returns it. Raises SessionExpired, Unavailable."""
        return items.to_record(item, self._terms_of) if item else None

    def _write(self, operation: str, **parameters: Any) -> None:
        """Raises Conflict with what is stored when the condition failed, Unavailable when no try was decided."""
        for _ in tries():
            with translated("dynamodb"):
                try:
                    getattr(self._dynamodb, operation)(
                        TableName=self._sessions, ReturnValuesOnConditionCheckFailure="ALL_OLD", **parameters
                    )
                except ClientError as error:
                    if code_of(error) == "ConditionalCheckFailedException":
                        raise Conflict(self.read(error.response.get("Item"))) from None
                    if code_of(error) != "TransactionConflictException":
                        raise
                else:
                    return
        raise Unavailable("dynamodb", "TransactionConflict")

    def _is_own_write(self, record: Record, stored: Record | None) -> bool:
        """Whether the SDK sent a write twice: the second one fails the condition because the first one succeeded.

        The whole record is compared: the same message sent twice at once leaves an equal version with another reply.
        """
        return stored == self.read(items.from_record(record))


def put_receipt(table: str, receipt: Receipt) -> dict[str, Any]:
    """As an action of a transaction."""
    return {"Put": {"TableName": table, "Item": items.from_receipt(receipt, receipt.created + RECEIPT_SECONDS)}}
