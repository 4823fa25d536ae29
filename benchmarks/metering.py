"""Counts AWS calls, capacity units and bytes. Used in separate runs, because counting takes time."""

import base64
import json
import math
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from botocore.endpoint import Endpoint

STRIPE_ID = re.compile(r"/(?:cs|pi|seti|cus|pm)_[^/]+")
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})


@dataclass(frozen=True)
class Call:
    service: str
    operation: str
    read_units: float = 0
    write_units: float = 0
    item_bytes: int = 0  # of the largest item written
    table_writes: tuple[tuple[str, float], ...] = ()  # write units by table


@contextmanager
def count_calls() -> Iterator[list[Call]]:
    """Every AWS call of this process is added to the list, and every request of Stripe's SDK where it is loaded.

    DynamoDB is asked to return the consumed capacity.
    """
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
        consumed = _consumed(reply.get("ConsumedCapacity"))
        units = sum(each for _, each in consumed)
        read, write = (0.0, units) if name in WRITES else (units, 0.0)
        largest = max(map(item_size, _written_items(asked)), default=0)
        calls.append(Call(service, name, read, write, largest, consumed if name in WRITES else ()))
        return http, reply

    with patch.object(Endpoint, "make_request", make_request), _count_stripe(calls):
        yield calls


@contextmanager
def _count_stripe(calls: list[Call]) -> Iterator[None]:
    """Loading the SDK's HTTP client for the count alone would show in the process's memory."""
    requests: Any = sys.modules.get("requests")
    if requests is None:
        yield
        return
    adapter = requests.adapters.HTTPAdapter
    original = adapter.send

    def send(self: Any, request: Any, *args: Any, **settings: Any) -> Any:
        calls.append(Call("stripe", f"{request.method} {STRIPE_ID.sub('/{id}', request.path_url.partition('?')[0])}"))
        return original(self, request, *args, **settings)

    with patch.object(adapter, "send", send):
        yield


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
        case "SS":
            return sum(len(each.encode()) for each in value)
        case "BOOL" | "NULL":
            return 1
    raise ValueError(f"the size of type {kind} is not implemented")


def _consumed(reported: Any) -> tuple[tuple[str, float], ...]:
    """Units by table."""
    parts = reported if isinstance(reported, list) else [reported] if reported else []
    return tuple((str(part["TableName"]), float(part["CapacityUnits"])) for part in parts)


def _written_items(asked: dict[str, Any]) -> list[dict[str, Any]]:
    if "Item" in asked:
        return [asked["Item"]]
    if "TransactItems" in asked:
        return [each["Put"]["Item"] for each in asked["TransactItems"] if "Put" in each]
    batches = asked.get("RequestItems", {}).values()
    return [each["PutRequest"]["Item"] for batch in batches for each in batch if "PutRequest" in each]
