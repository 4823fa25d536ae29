"""Counts AWS calls, capacity units and bytes. Used in separate runs, because counting takes time."""

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
    item_bytes: int = 0  # of the largest item written


@contextmanager
def count_calls() -> Iterator[list[Call]]:
    """Every AWS call of this process is added to the list. DynamoDB is asked to return the consumed capacity."""
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
        units = _capacity_units(reply.get("ConsumedCapacity"))
        read, write = (0.0, units) if name in WRITES else (units, 0.0)
        calls.append(Call(service, name, read, write, max(map(item_size, _written_items(asked)), default=0)))
        return http, reply

    with patch.object(Endpoint, "make_request", make_request):
        yield calls


def item_size(value: dict[str, Any]) -> int:
    """Bytes of an item, or of a map in it, as DynamoDB counts them. `value` is in the low-level API's form.

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
    raise ValueError(f"the size of type {kind} is not implemented")


def _capacity_units(consumed: Any) -> float:
    parts = consumed if isinstance(consumed, list) else [consumed] if consumed else []
    return float(sum(part["CapacityUnits"] for part in parts))


def _written_items(asked: dict[str, Any]) -> list[dict[str, Any]]:
    if "Item" in asked:
        return [asked["Item"]]
    if "TransactItems" in asked:
        return [each["Put"]["Item"] for each in asked["TransactItems"] if "Put" in each]
    batches = asked.get("RequestItems", {}).values()
    return [each["PutRequest"]["Item"] for batch in batches for each in batch if "PutRequest" in each]
