"""Every quarter of an hour: delete the sessions whose time is over. DynamoDB's own expiry may take days.

Settings: SESSIONS_TABLE, and POWERTOOLS_* for the log and the metrics.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OLD = 75 * 60  # seconds after its last turn, when no session may be left: its hour and a sweep
FETCHED = "sessionId, currentStep, lastUpdated, #ttl"  # card values stay where they are
SELECTED = "#ttl <= :now OR attribute_not_exists(#ttl) OR lastUpdated < :old OR attribute_not_exists(lastUpdated)"
CONFIG = Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 4, "mode": "standard"})


@dataclass
class Swept:
    """`dropped`: deleted sessions by the step they stood at. `leftovers`: what is too old and still there."""

    dropped: Counter[str] = field(default_factory=Counter)
    leftovers: int = 0


def handle(event: object, context: object = None) -> None:  # noqa: ARG001
    """What the schedule calls. Raises what DynamoDB answers to the scan, so that the failure is seen."""
    swept = sweep(
        get_session().create_client("dynamodb", config=CONFIG), os.environ["SESSIONS_TABLE"], int(time.time())
    )
    Logger().info("swept", deleted=swept.dropped.total(), leftovers=swept.leftovers)
    _count("SweepLeftovers", swept.leftovers, {})
    for step, dropped in swept.dropped.items():
        _count("StepDropped", dropped, {"step": step})


def sweep(dynamodb: Any, table: str, now: int) -> Swept:
    """`now`: epoch seconds. A session that is made anew under the same id meanwhile stays."""
    swept = Swept()
    for item in _selected(dynamodb, table, now):
        if _is_gone(dynamodb, table, item, now):
            swept.dropped[item.get("currentStep", {}).get("S", "unknown")] += 1
        elif item.get("lastUpdated", {}).get("S", "") < _iso(now - OLD):
            swept.leftovers += 1
    return swept


def _selected(dynamodb: Any, table: str, now: int) -> Iterator[Mapping[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        ConsistentRead=True,
        ProjectionExpression=FETCHED,
        FilterExpression=SELECTED,
        ExpressionAttributeNames={"#ttl": "ttl"},
        ExpressionAttributeValues={":now": {"N": str(now)}, ":old": {"S": _iso(now - OLD)}},
    )
    for page in pages:
        yield from page["Items"]


def _is_gone(dynamodb: Any, table: str, item: Mapping[str, Any], now: int) -> bool:
    """Delete what is over; what DynamoDB does not delete now is the next run's."""
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
        return error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException"  # another by now
    except BotoCoreError:
        return False
    return True


def _count(metric: str, value: int, dimensions: Mapping[str, str]) -> None:
    metrics = Metrics()
    for dimension in dimensions.items():
        metrics.add_dimension(*dimension)
    metrics.add_metric(metric, MetricUnit.Count, value)
    metrics.flush_metrics()


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
