"""What the merchant hears when the stream is lost, when everything is told again, and when its own server is down."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.order_on_stage import OrderOnStage, heard, order_of, place, sweep
from tests.stage import Stage

KINDS = ("order.started", "order.completed")
PATIENCE_SECONDS = 60


@dataclass
class Told:
    """`again`: events that came more than once, under one id. `seconds`: from each change to its first arrival."""

    orders: int
    events: int = 0
    again: int = 0
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def p95(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)] if self.seconds else float("inf")


def well(stage: Stage, orders: int) -> Told:
    """Nothing fails, and the functions have started."""
    _told(stage, _paid(stage, 1))
    placed = _paid(stage, orders)
    return _told(stage, placed)


def lost_in_the_stream(stage: Stage, orders: int) -> Told:
    """The stream reaches nobody while the orders are paid, and afterwards; the sweep looks as if time had gone by."""
    with _without_stream(stage):
        placed = _paid(stage, orders)
        time.sleep(3)
        silent = all(not order.events() for order in placed)
        for order in placed:
            order.changes_item(sweepAt=int(time.time()) - 1)
        found = _told(stage, placed, meanwhile=lambda: sweep(stage))
    if not silent:
        found.wrong.append("the stream was not lost")
    return found


def told_again(stage: Stage, orders: int, times: int = 3) -> Told:
    """The bus gets every event again, and the relay its order's image: the merchant may hear it again, under one id."""
    placed = _paid(stage, orders)
    _told(stage, placed)
    bus, relay = stage.client("events"), _function(stage, "Relay")
    name = next(each["Name"] for each in bus.list_event_buses()["EventBuses"] if each["Name"] != "default")
    for order in placed:
        for event in order.events():
            detail = json.dumps(event["body"])
            entry = {"EventBusName": name, "Source": "payment-chat", "DetailType": event["type"], "Detail": detail}
            bus.put_events(Entries=[entry] * times)
        key = {"orderId": {"S": order.id}}
        item = stage.client("dynamodb").get_item(TableName=stage.tables["orders"], Key=key)["Item"]
        item.pop("announced", None)
        record = {"dynamodb": {"NewImage": item, "SequenceNumber": "1"}}
        stage.client("lambda").invoke(FunctionName=relay, Payload=json.dumps({"Records": [record] * times}))
    wanted = {(order.id, kind): 1 + times for order in placed for kind in KINDS}
    return _told(stage, placed, wanted)


def merchant_down(stage: Stage, orders: int, tries: int = 5) -> Told:
    """Its server refuses the first tries of every event; the schedule is the local stage's, a hundredth of the real."""
    stage.merchant.ask("POST", "/_control/plan", {"status": 503, "first": tries})
    try:
        placed = _paid(stage, orders)
        found = _told(stage, placed, seconds=400)
    finally:
        stage.merchant.clear()
    refused: Counter[str] = Counter()
    ids = {event["id"] for order in placed for event in order.events()}
    for delivery in stage.merchant.listed("deliveries"):
        refused[delivery["id"]] += delivery["id"] in ids and delivery["status"] == 503
    found.wrong += [f"{id_}: refused {refused[id_]} times" for id_ in ids if refused[id_] != tries]
    return found


def _paid(stage: Stage, orders: int) -> list[OrderOnStage]:
    placed = [place(stage) for _ in range(orders)]
    for order in placed:
        reply = order.confirms()
        assert reply["status"] == "completed", reply.body["error"]
    return placed


def _told(
    stage: Stage,
    placed: list[OrderOnStage],
    wanted: dict[tuple[str, str], int] | None = None,
    seconds: float = PATIENCE_SECONDS,
    meanwhile: Callable[[], Any] = lambda: None,
) -> Told:
    """Waits until each change has been heard as often as wanted, once if nothing is said."""
    wanted = wanted or {(order.id, kind): 1 for order in placed for kind in KINDS}
    end = time.monotonic() + seconds
    while True:
        events = [event for event in heard(stage) if (str(order_of(event)), event["type"]) in wanted]
        came = Counter((str(order_of(event)), event["type"]) for event in events)
        if all(came[change] >= times for change, times in wanted.items()) or time.monotonic() > end:
            break
        meanwhile()
        time.sleep(0.5)
    found = Told(len(placed), len(wanted))
    first: dict[str, float] = {}
    ids: dict[tuple[str, str], set[str]] = {}
    for event in events:
        late = _moment(event["receivedAt"]) - _moment(event["body"]["timestamp"])
        first.setdefault(event["id"], late)
        ids.setdefault((str(order_of(event)), event["type"]), set()).add(event["id"])
        found.wrong += [] if event["verified"] else [f"{event['id']}: not verified"]
    found.seconds = list(first.values())
    found.again = len(events) - len(first)
    found.wrong += [f"{change}: {came[change]} of {times}" for change, times in wanted.items() if came[change] < times]
    found.wrong += [f"{change}: {len(each)} ids" for change, each in ids.items() if len(each) > 1]
    return found


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@contextmanager
def _without_stream(stage: Stage) -> Iterator[None]:
    client, relay = stage.client("lambda"), _function(stage, "Relay")
    mappings = client.list_event_source_mappings()["EventSourceMappings"]
    (mapping,) = (each["UUID"] for each in mappings if relay in each["FunctionArn"])
    client.update_event_source_mapping(UUID=mapping, Enabled=False)
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=mapping, Enabled=True)


def _function(stage: Stage, name: str) -> str:
    functions = stage.client("lambda").list_functions()["Functions"]
    return next(each["FunctionName"] for each in functions if name in each["FunctionName"])
