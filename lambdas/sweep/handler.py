"""Every quarter of an hour: delete the expired sessions. DynamoDB's own expiry may take days.

Settings: SESSIONS_TABLE, and POWERTOOLS_* for the log and the metrics.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from runtime.aws import code_of
from runtime.timestamps import to_iso

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_IDLE_SECONDS = 75 * 60  # a session's hour and one more sweep: nothing older may be left
FETCHED = "sessionId, currentStep, lastUpdated, #ttl"  # no card values
SELECTED = "#ttl <= :now OR attribute_not_exists(#ttl) OR lastUpdated < :old OR attribute_not_exists(lastUpdated)"
CONFIG = Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 4, "mode": "standard"})

logger = Logger()


@dataclass
class Swept:
    """`deleted`: sessions by the step they had reached. `leftovers`: sessions that are too old and still stored."""

    deleted: Counter[str] = field(default_factory=Counter)
    leftovers: int = 0


@logger.inject_lambda_context
def handle(_event: object, _context: LambdaContext) -> None:
    """What the schedule calls. An error of DynamoDB at the scan is raised, so that the failed run is counted."""
    swept = sweep(boto3.client("dynamodb", config=CONFIG), os.environ["SESSIONS_TABLE"], int(time.time()))
    logger.info("swept", deleted=swept.deleted.total(), leftovers=swept.leftovers)
    _count("SweepLeftovers", swept.leftovers, {})
    for step, deleted in swept.deleted.items():
        _count("StepDropped", deleted, {"step": step})


def sweep(dynamodb: DynamoDBClient, table: str, now: int) -> Swept:
    """`now`: seconds since the epoch. A session that is created anew under the same id meanwhile is kept."""
    swept = Swept()
    for item in _selected(dynamodb, table, now):
        if _delete_expired(dynamodb, table, item, now):
            swept.deleted[item.get("currentStep", {}).get("S", "unknown")] += 1
        elif item.get("lastUpdated", {}).get("S", "") < to_iso(now - MAX_IDLE_SECONDS):
            swept.leftovers += 1
    return swept


def _selected(dynamodb: DynamoDBClient, table: str, now: int) -> Iterator[Mapping[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        ConsistentRead=True,
        ProjectionExpression=FETCHED,
        FilterExpression=SELECTED,
        ExpressionAttributeNames={"#ttl": "ttl"},
        ExpressionAttributeValues={":now": {"N": str(now)}, ":old": {"S": to_iso(now - MAX_IDLE_SECONDS)}},
    )
    for page in pages:
        yield from page["Items"]


def _delete_expired(dynamodb: DynamoDBClient, table: str, item: Mapping[str, Any], now: int) -> bool:
    """Whether the expired session is gone. A delete that fails is left to the next run."""
    if int(item.get("ttl", {}).get("N", "0")) > now:
        return False
    try:
        dynamodb.delete_item(
            TableName=table,
            Key={"sessionId": item["sessionId"]},
            ConditionExpression="attribute_not_exists(#ttl) OR #ttl <= :now",
            ExpressionAttributeNames={"#ttl": "ttl"},
            ExpressionAttributeValues={":now": {"N": str(now)}},
        )
    except ClientError as error:
        return code_of(error) == "ConditionalCheckFailedException"  # a new session has taken its place
    except BotoCoreError:
        return False
    return True


def _count(metric: str, value: int, dimensions: Mapping[str, str]) -> None:
    metrics = Metrics()
    for dimension in dimensions.items():
        metrics.add_dimension(*dimension)
    metrics.add_metric(metric, MetricUnit.Count, value)
    metrics.flush_metrics()
