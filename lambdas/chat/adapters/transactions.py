"""DynamoDB transactions, and the conditions that sessions are written on."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from runtime.aws import Unavailable, code_of, translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from chat.turns.stored import Record

UNCHANGED = "version = :read_version AND tokenHash = :read_token"
CONFLICT_TRIES = 5  # of a write that met another transaction on the same item
CONDITION_FAILED = "ConditionalCheckFailed"


def transact(dynamodb: DynamoDBClient, actions: Sequence[Any]) -> list[dict[str, Any]]:
    """Empty when all was written; the reason of each action when a condition failed.

    Raises Unavailable for any other cancellation. Only one that met another transaction is tried again.
    """
    for _ in tries():
        with translated("dynamodb"):
            try:
                dynamodb.transact_write_items(TransactItems=actions)
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


def tries() -> Iterator[None]:
    """Pauses before every try but the first."""
    for attempt in range(CONFLICT_TRIES):
        if attempt:
            time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311  (spreads the retries, no secret)
        yield


def unchanged(over: Record) -> dict[str, Any]:
    return {
        "ConditionExpression": UNCHANGED,
        "ExpressionAttributeValues": {
            ":read_version": {"N": str(over.version)},
            ":read_token": {"S": over.token_hash},
        },
    }


def free(now: int) -> dict[str, Any]:
    """Where no live session is stored."""
    return {
        "ConditionExpression": "attribute_not_exists(sessionId) OR #ttl <= :now",
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": {":now": {"N": str(now)}},
    }
