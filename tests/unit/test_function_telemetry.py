"""What the functions around orders write: an order's id and named fields, never a key, an address or a text."""

import json
from uuid import uuid4

import pytest

from orders.api import Api
from runtime.aws import Unavailable
from runtime.telemetry import FunctionTelemetry
from tests.unit import test_orders_api

EMAIL = "noura@example.com"


@pytest.fixture(autouse=True)
def service(monkeypatch):
    """Powertools keeps one logger for each service, with the stream that it began with: each test has its own."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", uuid4().hex)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "PaymentChat")


def written(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_orders_log_lines_name_its_id_and_nothing_else_of_it(capsys):
    telemetry = FunctionTelemetry()
    house = test_orders_api.House()
    api = Api(house.api.orders, house.api.rules, house.api.page_url, telemetry)
    body = json.dumps(test_orders_api.CHARGE | {"email": EMAIL, "description": "Ein Abend mit Así"})
    event = {"httpMethod": "POST", "resource": "/orders", "headers": {"Content-Type": "application/json"}}

    made = json.loads(api.respond(event | {"body": body})["body"])
    order = {"httpMethod": "GET", "resource": "/orders/{orderId}", "pathParameters": {"orderId": made["orderId"]}}
    api.respond(order)
    house.orders.load = lambda _: 1 / 0
    api.respond(order)

    said = capsys.readouterr().out
    assert made["orderId"] in said
    assert not [secret for secret in (made["orderToken"], made["link"], EMAIL, "Abend", "INV-1042") if secret in said]
    assert "division" not in said
    assert "ZeroDivisionError" in said


def test_the_next_request_is_not_about_the_last_order(capsys):
    telemetry = FunctionTelemetry()
    telemetry.identify("ord_1")
    telemetry.identify(None)
    telemetry.info("settled")

    (line,) = written(capsys)
    assert line.get("order_id") is None


def test_metrics_have_their_dimensions(capsys):
    telemetry = FunctionTelemetry()
    telemetry.count("OrdersByStatus", status="completed")
    telemetry.amount("OrderStuck", 0)
    telemetry.duration("OrderTime", 12)

    counted, amount, duration = written(capsys)
    assert (counted["status"], counted["OrdersByStatus"]) == ("completed", [1.0])
    assert amount["OrderStuck"] == [0.0]
    assert duration["OrderTime"] == [12.0]
    assert duration["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "OrderTime", "Unit": "Seconds"}]


def test_a_permission_that_is_missing_is_counted(capsys):
    telemetry = FunctionTelemetry()
    telemetry.unavailable(Unavailable("kms", "AccessDeniedException"))
    telemetry.unavailable(Unavailable("kms", "Throttled"))

    lines = written(capsys)
    assert [line["dependency"] for line in lines] == ["kms"] * 3
    assert sum("DependencyDenied" in line for line in lines) == 1
