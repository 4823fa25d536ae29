"""What a conversation costs, and what it needs of a quota, from counted calls."""

import json

import pytest

from benchmarks.pages import bill, reach
from benchmarks.pages.bill import CHAT, CHAT_ORDER, HOSTED_ORDER
from benchmarks.places import DOCS
from infra.stages import PROD


def turn(function="chat", cpu=0.0, **calls):
    units = {"read_units": 0, "write_units": 0, "log_bytes": 0, "table_writes": {}}
    operations = {f"{service} Call": number for service, number in calls.items()}
    return {"function": function, "cpu": cpu, "calls": calls, "operations": operations, **units}


def counted(**kinds):
    return {
        "counted": {
            kind.replace("_", " "): {"turns": of, "cpu": [[each["cpu"] for each in of]] * 3}
            for kind, of in kinds.items()
        }
    }


def test_an_invocation_takes_its_waiting_and_its_share_of_a_processor():
    waiting = turn(dynamodb=2, kms=1, stripe=1)
    computing = turn("relay", cpu=10)

    assert bill.seconds(waiting) == pytest.approx(0.005 * 3 + 0.5)
    assert bill.seconds(computing) == pytest.approx(0.010 * 1769 / 256)


def test_a_thousand_conversations_of_one_turn_cost_what_the_price_list_says():
    of = [{**turn(kms=1), "write_units": 2, "log_bytes": 250}]

    parts = bill.parts(CHAT, of)

    seconds = 0.005
    assert parts["Lambda"] == pytest.approx(1_000 * (seconds * PROD.memory / 1024 * 0.0000133334 + 0.2e-6))
    assert parts["DynamoDB"] == pytest.approx(1_000 * 2 * 0.625e-6)
    assert parts["KMS"] == pytest.approx(0.003)
    assert parts["API Gateway"] == pytest.approx(0.0035)
    assert parts["logs"] == pytest.approx(1_000 * (250 + 330 + 420) * 0.5e-9)
    assert parts["event bus and queue"] == 0


def test_what_is_announced_is_sent_by_a_webhook_each():
    result = counted(order_hosted=[turn("relay", events=1), turn("relay"), turn("relay", events=1)])

    functions = [each["function"] for each in bill.turns(result, HOSTED_ORDER)]

    assert functions.count("webhooks") == 2


def test_a_model_that_is_not_asked_costs_nothing():
    asked, silent = turn(**{"bedrock-runtime": 1}), turn()

    saved = bill.dollars(CHAT, [asked]) - bill.dollars(CHAT, [silent])

    assert saved == pytest.approx(1_000 * bill.worded_live())
    assert bill.parts(CHAT, [silent])[f"Bedrock ({bill.MODEL})"] == 0


def test_a_quota_is_reached_where_the_needs_of_all_conversations_add_up_to_it():
    chat = [turn("orders", kms=1), turn(stripe=1), {**turn(stripe=1), "operations": {"stripe Other": 1}}]
    result = counted(order_in_chat=chat, order_hosted=[turn(stripe=1), turn()])

    found = {limit.name: limit for limit in reach.limits(result)}

    of_one, of_all = found["Stripe: requests a second of one endpoint"], found["Stripe: requests a second, live mode"]
    assert of_one.reached_at(CHAT_ORDER) == 25
    assert (of_all.reached_at(CHAT_ORDER), of_all.reached_at(HOSTED_ORDER)) == (50, 100)
    assert found["KMS: Cryptographic operations (symmetric) request rate"].reached_at(HOSTED_ORDER) == float("inf")
    assert reach.first(list(found.values()), CHAT_ORDER) is of_one


def test_the_page_says_what_the_latest_figures_give():
    result = json.loads((DOCS / "benchmarks" / "results.json").read_text())
    page = (DOCS / "cost.md").read_text()

    for kind in (CHAT, CHAT_ORDER, HOSTED_ORDER):
        assert f"**{bill.dollars(kind, bill.turns(result, kind)):.4f}**" in page
