"""From the table's stream to the event bus: every change is announced, and a failure is a repeat."""

import json
from dataclasses import replace

import pytest
from botocore.exceptions import ConnectTimeoutError

from payments.adapters.events import EventBus
from payments.adapters.order_items import from_order
from payments.announcing import Announcing
from payments.order import Change, Result, Status
from payments.order_body import event_id, order_body
from payments.outcomes import completed
from relay.handler import MAX_REMEMBERED, relay
from runtime.aws import Unavailable
from tests.fakes import NOON, VISA_AT_STRIPE, FakeBus, FakeTelemetry, MemoryOrders, an_order

STARTED = an_order(status=Status.IN_PROGRESS, changes=(Change(Status.IN_PROGRESS, NOON),))
RESULT = Result(VISA_AT_STRIPE, None, "pi_1", "succeeded")


class House:
    def __init__(self, order=STARTED) -> None:
        self.orders, self.bus, self.telemetry = MemoryOrders(order), FakeBus(), FakeTelemetry()
        self.announcing = Announcing(self.orders, self.bus, self.telemetry)
        self.told = {}

    def relays(self, *images):
        records = [
            {"dynamodb": {"SequenceNumber": str(number), **({"NewImage": image} if image else {})}}
            for number, image in enumerate(images, 1)
        ]
        return relay(records, self.announcing, self.telemetry, self.told)


def image(order):
    return from_order(order, NOON)


def test_a_change_is_announced_and_noted():
    house = House()

    assert house.relays(image(STARTED)) is None
    assert house.bus.events == [(STARTED.id, "order.started")]
    assert house.orders.load(STARTED.id).announced == {Status.IN_PROGRESS}
    assert house.telemetry.counts == [("OrdersByStatus", {"status": "in_progress"})]


def test_what_was_announced_is_not_announced_again():
    house = House()
    told = replace(STARTED, announced=frozenset({Status.IN_PROGRESS}))

    house.relays(image(told), image(an_order()), None)

    assert house.bus.events == []


def test_an_order_that_was_written_twice_in_a_moment_is_announced_once():
    house = House()
    again = replace(STARTED, session_id="s-2", version=2)
    done = completed(again, RESULT, NOON + 5)

    house.relays(image(STARTED), image(again), image(done))

    assert house.bus.events == [(STARTED.id, "order.started"), (STARTED.id, "order.completed")]


def test_it_is_announced_once_too_when_its_images_come_in_batches_of_their_own():
    house = House()
    done = completed(STARTED, RESULT, NOON + 5)
    first_noted = replace(done, announced=frozenset({Status.IN_PROGRESS}))

    for each in (STARTED, done, first_noted):
        house.relays(image(each))

    assert house.bus.events == [(STARTED.id, "order.started"), (STARTED.id, "order.completed")]


def test_only_the_latest_orders_are_remembered():
    house = House()
    house.relays(image(STARTED))
    house.told = {str(number): frozenset() for number in range(MAX_REMEMBERED)}

    house.relays(image(STARTED))

    assert len(house.told) == MAX_REMEMBERED
    assert "0" not in house.told
    assert STARTED.id in house.told


def test_the_first_record_that_fails_is_told_and_nothing_after_it_is_done():
    house = House()
    house.bus.trouble.append(Unavailable("events", "Throttled"))

    assert house.relays(image(an_order()), image(STARTED), image(STARTED)) == "2"
    assert house.bus.events == []


def test_a_record_of_another_schema_holds_nothing_up():
    house = House()

    assert house.relays({"schema": {"N": "2"}}, {}, image(STARTED)) is None
    assert house.bus.events == [(STARTED.id, "order.started")]


class Events:
    """EventBridge, which does not take the first so many entries."""

    def __init__(self, *codes) -> None:
        self.codes, self.entries, self.calls = list(codes), [], 0

    def put_events(self, Entries):  # noqa: N803
        self.calls += 1
        results = []
        for entry in Entries:
            code = self.codes.pop(0) if self.codes else ""
            if isinstance(code, Exception):
                raise code
            self.entries += [] if code else [entry]
            results.append({"ErrorCode": code} if code else {"EventId": "1"})
        return {"FailedEntryCount": sum("ErrorCode" in each for each in results), "Entries": results}


def test_an_event_is_the_order_as_the_merchant_reads_it():
    events, order = Events(), completed(STARTED, RESULT, NOON + 5)

    EventBus(events, "bus", lambda _: None).publish(order, order.changes)

    started, done = events.entries
    assert (started["Source"], started["DetailType"], started["EventBusName"]) == (
        "payment-chat",
        "order.started",
        "bus",
    )
    assert json.loads(done["Detail"]) == {
        "type": "order.completed",
        "timestamp": "2026-11-21T12:00:05Z",
        "data": order_body(order),
    }


def test_only_what_the_bus_did_not_take_is_sent_again():
    events, order = Events("", "InternalFailure"), completed(STARTED, RESULT, NOON + 5)

    EventBus(events, "bus", lambda _: None).publish(order, order.changes)

    assert [entry["DetailType"] for entry in events.entries] == ["order.started", "order.completed"]
    assert events.calls == 2


def test_a_bus_that_takes_nothing_is_an_outage():
    for events in (Events(*["Throttled"] * 9), Events(ConnectTimeoutError(endpoint_url="x"))):
        with pytest.raises(Unavailable, match="events"):
            EventBus(events, "bus", lambda _: None).publish(STARTED, STARTED.changes)


def test_the_same_change_has_the_same_id():
    assert event_id("ord_0123", "order.completed") == "evt_0123_completed"
