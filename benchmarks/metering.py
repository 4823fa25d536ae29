"""Counts what a contender asks of AWS: calls, capacity units, bytes. Used in runs of its own, never in timed ones."""

import base64
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from botocore.endpoint import Endpoint

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})


@dataclass(frozen=True)
class Call:
    service: str
    operation: str
    read_units: float = 0
    write_units: float = 0
    item_bytes: int = 0
    """The largest item written."""


@contextmanager
def metered() -> Iterator[list[Call]]:
    """Every AWS call of this process is added to the list; DynamoDB is asked what it charges."""
    calls: list[Call] = []
    original = Endpoint.make_request

    def make_request(endpoint: Endpoint, operation: Any, request: dict[str, Any]) -> Any:
        service, name = operation.service_model.service_name, operation.name
        if service != "dynamodb":
            calls.append(Call(service, name))
            return original(endpoint, operation, request)
        asked = json.loads(request["body"])
        request["body"] = json.dumps({**asked, "ReturnConsumedCapacity": "TOTAL"}).encode()
        http, reply = original(endpoint, operation, request)
        units = _units(reply.get("ConsumedCapacity"))
        read, write = (0.0, units) if name in WRITES else (units, 0.0)
        calls.append(Call(service, name, read, write, max(map(size, _written(asked)), default=0)))
        return http, reply

    with patch.object(Endpoint, "make_request", make_request):
        yield calls


def size(value: dict[str, Any]) -> int:
    """Bytes of an item (or of a map in it) in the wire's form, as DynamoDB counts them.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode()) + _value_size(held) for name, held in value.items())


def _value_size(held: dict[str, Any]) -> int:
    ((kind, value),) = held.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return math.ceil(len(value.strip("-").replace(".", "")) / 2) + 1
        case "B":
            return len(value if isinstance(value, bytes) else base64.b64decode(value))
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value_size(each) for name, each in value.items())
        case "L":
            return 3 + sum(1 + _value_size(each) for each in value)
        case "BOOL" | "NULL":
            return 1
    raise ValueError(f"a set or something unknown: {kind}")


def _units(consumed: Any) -> float:
    parts = consumed if isinstance(consumed, list) else [consumed] if consumed else []
    return float(sum(part["CapacityUnits"] for part in parts))


def _written(asked: dict[str, Any]) -> list[dict[str, Any]]:
    if "Item" in asked:
        return [asked["Item"]]
    if "TransactItems" in asked:
        return [each["Put"]["Item"] for each in asked["TransactItems"] if "Put" in each]
    batches = asked.get("RequestItems", {}).values()
    return [each["PutRequest"]["Item"] for batch in batches for each in batch if "PutRequest" in each]
