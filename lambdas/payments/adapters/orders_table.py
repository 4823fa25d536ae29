"""DynamoDB: the orders. Every read of one is consistent, every write conditional."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from payments.adapters.order_items import SHARDS, from_order, to_order
from payments.next_look import next_look
from payments.stored import OrderConflict
from runtime.aws import Unavailable, code_of, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from payments.order import Order, Status

CONFLICT_TRIES = 5  # of a write that met a transaction on the same item


class OrdersTable:
    """`now`: seconds since the epoch. `new_id`: random; marks a write, so that one that the SDK repeated is known."""

    def __init__(self, dynamodb: DynamoDBClient, table: str, now: Callable[[], int], new_id: Callable[[], str]) -> None:
        self._dynamodb, self._table, self._now, self._new_id = dynamodb, table, now, new_id

    def load(self, order_id: str) -> Order | None:
        """An order whose 90 days are over is none, whatever the table still holds."""
        with translated("dynamodb"):
            reply = self._dynamodb.get_item(
                TableName=self._table, Key={"orderId": {"S": order_id}}, ConsistentRead=True
            )
        item: Any = reply.get("Item")
        if not item or int(item.get("ttl", {}).get("N", self._now() + 1)) <= self._now():
            return None
        return to_order(item)

    def create(self, order: Order) -> None:
        self._put(
            order,
            ConditionExpression="attribute_not_exists(orderId) OR #ttl <= :now",
            ExpressionAttributeNames={"#ttl": "ttl"},
            ExpressionAttributeValues={":now": {"N": str(self._now())}},
        )

    def replace(self, order: Order, over: Order) -> None:
        self._put(order, **_unchanged(order, over))

    def put_action(self, order: Order, over: Order) -> dict[str, Any]:
        """The same as `replace`, as an action of a transaction. `to_order` reads what its failed condition returns."""
        return {"Put": {**self._write(order), **_unchanged(order, over)}}

    def add_announced(self, order: Order, statuses: Iterable[Status]) -> None:
        """Notes that the merchant was told. Leaves the version alone, so that it is in nobody's way."""
        told = order.announced | set(statuses)
        done = order.status.is_final and all(change.status in told for change in order.changes)
        with translated("dynamodb"):
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"orderId": {"S": order.id}},
                UpdateExpression="ADD announced :told" + (" REMOVE sweepShard, sweepAt" if done else ""),
                ConditionExpression="attribute_exists(orderId)",
                ExpressionAttributeValues={":told": {"SS": sorted(told)}},
            )

    def postpone(self, order: Order) -> None:
        """Moves the sweep's next look at an order that the last one left as it was. Leaves the version alone."""
        look = next_look(order, self._now())
        values = {":version": {"N": str(order.version)}} | ({":look": {"N": str(look)}} if look else {})
        with translated("dynamodb"):
            try:
                self._dynamodb.update_item(
                    TableName=self._table,
                    Key={"orderId": {"S": order.id}},
                    UpdateExpression="SET sweepAt = :look" if look else "REMOVE sweepShard, sweepAt",
                    ConditionExpression="version = :version AND attribute_exists(sweepAt)",
                    ExpressionAttributeValues=values,
                )
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":  # that write has set the next look
                    raise

    def due(self, now: int) -> Iterator[str]:
        """Ids of the orders that the sweep has to look at, in each shard the longest due first.

        Another shard comes first every quarter of an hour: a run that has to stop leaves another one to the next.
        """
        for number in range(SHARDS):
            key = str((number + now // 900) % SHARDS)
            yield from self._ids("due", "sweepShard = :key AND sweepAt <= :now", key, {":now": {"N": str(now)}})

    def find_by_stripe_id(self, stripe_id: str) -> str | None:
        """The id of the order that this Checkout or intent stands for. An index: it may not know the newest writes."""
        return next(self._ids("stripe", "stripeId = :key", stripe_id, {}), None)

    def _ids(self, index: str, condition: str, key: str, values: dict[str, Any]) -> Iterator[str]:
        start: dict[str, Any] = {}
        while True:
            with translated("dynamodb"):
                page = self._dynamodb.query(
                    TableName=self._table,
                    IndexName=index,
                    KeyConditionExpression=condition,
                    ExpressionAttributeValues={":key": {"S": key}, **values},
                    ProjectionExpression="orderId",
                    **start,
                )
            yield from (str(item["orderId"]["S"]) for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _write(self, order: Order) -> dict[str, Any]:
        item = from_order(order, self._now()) | {"writeId": {"S": self._new_id()}}
        return {"TableName": self._table, "Item": item, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}

    def _put(self, order: Order, **condition: Any) -> None:
        """Raises OrderConflict with what is stored, Unavailable when no try was decided."""
        write = self._write(order)
        for attempt in range(CONFLICT_TRIES):
            if attempt:
                time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311  (spreads the retries, no secret)
            with translated("dynamodb"):
                try:
                    self._dynamodb.put_item(**write, **condition)
                except ClientError as error:
                    if code_of(error) == "ConditionalCheckFailedException":
                        stored: Any = error.response.get("Item")
                        if stored and stored.get("writeId") == write["Item"]["writeId"]:
                            return  # the SDK sent it twice, and the first one had arrived
                        raise OrderConflict(to_order(stored) if stored else None) from None
                    if code_of(error) != "TransactionConflictException":
                        raise
                else:
                    return
        raise Unavailable("dynamodb", "TransactionConflict")


def _unchanged(order: Order, over: Order) -> dict[str, Any]:
    """Raises ValueError for a write that does not count: two of them would look like one."""
    if order.version != over.version + 1:
        raise ValueError("the version of an order grows by one with every write")
    return {"ConditionExpression": "version = :read", "ExpressionAttributeValues": {":read": {"N": str(over.version)}}}
