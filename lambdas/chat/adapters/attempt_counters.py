"""The counters of confirmations: one item each, one attribute a window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chat.adapters.transactions import CONDITION_FAILED
from chat.turns.attempts import SLOT_SECONDS
from chat.turns.stored import LimitReached

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chat.turns.stored import AttemptCounters


def count_actions(table: str, counters: AttemptCounters | None) -> list[dict[str, Any]]:
    """For a transaction, one for each counter."""
    return [_count(table, name, counters) for name in counters.limits] if counters else []


def require_below_limits(counters: AttemptCounters | None, reasons: Sequence[dict[str, Any]]) -> None:
    """`reasons`: of the same actions. Raises LimitReached."""
    for name, reason in zip(counters.limits if counters else (), reasons, strict=bool(reasons)):
        if reason.get("Code") == CONDITION_FAILED:
            item = reason.get("Item", {})
            counts = {int(key[1:]): int(value["N"]) for key, value in item.items() if key.startswith("w")}
            raise LimitReached(name, counts)


def _count(table: str, name: str, counters: AttemptCounters) -> dict[str, Any]:
    """Adds one in every open window, and drops the windows that have closed."""
    width = counters.windows[-1] - counters.windows[0]
    opened = {f"#w{index}": f"w{window}" for index, window in enumerate(counters.windows)}
    closed = {f"#c{index}": f"w{window - width - SLOT_SECONDS}" for index, window in enumerate(counters.windows)}
    added = ", ".join(f"{placeholder} :one" for placeholder in opened)
    return {
        "Update": {
            "TableName": table,
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
