"""The sweep: what is over is deleted, what is not stays, and what should not be there is told."""

import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from sweep import handler
from sweep.handler import sweep
from tests.fakes import LAMBDA_CONTEXT, NOON


def item(session_id: str, *, ttl: int | None, updated: int, step: str = "card") -> dict:
    written = datetime.fromtimestamp(updated, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    stored = {"sessionId": {"S": session_id}, "currentStep": {"S": step}, "lastUpdated": {"S": written}}
    return stored | ({} if ttl is None else {"ttl": {"N": str(ttl)}})


class Table:
    """A DynamoDB client over one list of items; the integration suite asks the emulator the same."""

    def __init__(self, *pages: list[dict]) -> None:
        self.pages, self.deleted, self.trouble = pages, [], {}

    def get_paginator(self, operation):
        assert operation == "scan"
        return self

    def paginate(self, **asked):
        self.asked = asked
        return [{"Items": page} for page in self.pages]

    def delete_item(self, Key, **_):  # noqa: N803
        name = Key["sessionId"]["S"]
        if name in self.trouble:
            raise self.trouble[name]
        self.deleted.append(name)


HOUR = 3600


def test_expired_sessions_are_deleted_and_counted_by_step():
    over = [item(f"s{n}", ttl=NOON - n, updated=NOON - HOUR - n, step=step) for n, step in enumerate(("card", "cvv"))]
    table = Table(over[:1], over[1:])

    swept = sweep(table, "sessions", NOON)

    assert table.deleted == ["s0", "s1"]
    assert (dict(swept.deleted), swept.leftovers) == ({"card": 1, "cvv": 1}, 0)


def test_no_card_value_is_fetched():
    table = Table([])

    sweep(table, "sessions", NOON)

    assert table.asked["ProjectionExpression"] == "sessionId, currentStep, lastUpdated, #ttl"
    assert table.asked["ConsistentRead"] is True


@pytest.mark.parametrize(
    ("trouble", "age", "leftovers"),
    [
        pytest.param(ClientError({"Error": {"Code": "ThrottlingException"}}, "DeleteItem"), 80, 1, id="throttled, old"),
        pytest.param(ClientError({"Error": {"Code": "ThrottlingException"}}, "DeleteItem"), 70, 0, id="throttled"),
        pytest.param(ConnectTimeoutError(endpoint_url="dynamodb"), 80, 1, id="not reached"),
        pytest.param(
            ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "DeleteItem"), 80, 0, id="made anew"
        ),
    ],
)
def test_a_session_that_cannot_be_deleted_does_not_stop_the_others_and_is_reported_when_it_is_old(
    trouble, age, leftovers
):
    updated = NOON - age * 60
    table = Table([item("stuck", ttl=NOON - 1, updated=updated), item("next", ttl=NOON - 1, updated=updated)])
    table.trouble["stuck"] = trouble

    swept = sweep(table, "sessions", NOON)

    assert table.deleted == ["next"]
    assert swept.leftovers == leftovers


def test_an_old_session_whose_time_is_not_over_is_a_leftover():
    table = Table([item("renewed by nobody", ttl=NOON + HOUR, updated=NOON - 76 * 60)])

    assert sweep(table, "sessions", NOON).leftovers == 1
    assert table.deleted == []


def test_a_session_without_a_ttl_is_deleted():
    table = Table([item("timeless", ttl=None, updated=NOON)])

    sweep(table, "sessions", NOON)

    assert table.deleted == ["timeless"]


def test_the_schedules_call_writes_the_metrics_and_one_log_line(monkeypatch, capsys):
    table = Table([item("s", ttl=1, updated=1, step="cvv")])
    monkeypatch.setattr(handler.boto3, "client", lambda *_, **__: table)
    monkeypatch.setenv("SESSIONS_TABLE", "sessions")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "PaymentChat")

    handler.handle({}, LAMBDA_CONTEXT)

    written = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [(line.get("SweepLeftovers"), line.get("StepDropped"), line.get("step")) for line in written] == [
        ([0.0], None, None),
        (None, [1.0], "cvv"),
    ]
