"""What tells the stages apart, read from their templates."""

from typing import Any

import pytest

from tests.infra.conftest import Template

# What a setting of a stage comes out as: test tokens, start from a snapshot, reserved runs, days of logs, a canary, a
# firewall, alarms, and what happens to receipts when the stack is removed.
EXPECTED: dict[str, dict[str, Any]] = {
    "local": {"test_tokens": "false", "snapshot": None, "reserved": None, "days": 1, "receipts": "Delete"},
    "dev": {"test_tokens": "true", "snapshot": True, "reserved": None, "days": 7, "receipts": "Delete"},
    "staging": {"test_tokens": "true", "snapshot": True, "reserved": None, "days": 30, "receipts": "Delete"},
    "prod": {"test_tokens": "false", "snapshot": True, "reserved": 100, "days": 365, "receipts": "Retain"},
}
PRESENT = {
    "local": set(),
    "dev": {"alarms"},
    "staging": {"alarms", "canary", "firewall"},
    "prod": {"alarms", "canary", "firewall", "trail"},
}
TYPES = {
    "alarms": "AWS::CloudWatch::Alarm",
    "canary": "AWS::CodeDeploy::DeploymentGroup",
    "firewall": "AWS::WAFv2::WebACL",
    "trail": "AWS::CloudTrail::Trail",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_functions_and_tables_of_a_stage_are_set_up_for_it(templates: dict[str, Template], name: str):
    api, data = templates[f"{name}-Api"], templates[f"{name}-Data"]

    function = api.named("ChatFunction", "AWS::Lambda::Function")
    assert EXPECTED[name] == {
        "test_tokens": function["Environment"]["Variables"]["TEST_TOKENS"],
        "snapshot": function.get("SnapStart") and function["SnapStart"]["ApplyOn"] == "PublishedVersions",
        "reserved": function.get("ReservedConcurrentExecutions"),
        "days": api.named("ChatLogs", "AWS::Logs::LogGroup")["RetentionInDays"],
        "receipts": data.removal("Receipts"),
    }


@pytest.mark.parametrize("function", ["OrdersFunction", "StripeEventsFunction"])
@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_merchant_or_stripe_waits_for_starts_as_the_chat_does(
    templates: dict[str, Template], name: str, function: str
):
    made = templates[f"{name}-Api"].named(function, "AWS::Lambda::Function")

    assert (made.get("SnapStart") == {"ApplyOn": "PublishedVersions"}) is bool(EXPECTED[name]["snapshot"])


@pytest.mark.parametrize("function", ["Sweep", "OrderSweep", "AnnouncingRelay"])
def test_what_nobody_waits_for_starts_as_it_comes(templates: dict[str, Template], function: str):
    assert "SnapStart" not in templates["prod-Api"].named(f"{function}Function", "AWS::Lambda::Function")


def test_unsigned_events_cannot_use_up_what_prod_runs_at_once(templates: dict[str, Template]):
    functions = templates["prod-Api"].of_type("AWS::Lambda::Function").items()
    reserved = {id_[:-8]: one["ReservedConcurrentExecutions"] for id_, one in functions if "Reserved" in str(one)}

    assert reserved == {"ChatFunction": 100, "StripeEventsFunction": 20}


@pytest.mark.parametrize("name", PRESENT)
def test_a_stage_has_the_parts_that_its_settings_ask_for(templates: dict[str, Template], name: str):
    stacks = [templates[f"{name}-{stack}"] for stack in ("Data", "Api")]

    present = {part for part, type_ in TYPES.items() if any(stack.of_type(type_) for stack in stacks)}
    assert present == PRESENT[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_stage_stores_is_tagged_with_its_name(templates: dict[str, Template], name: str):
    tags = templates[f"{name}-Data"].named("Receipts", "AWS::DynamoDB::Table")["Tags"]

    assert {"Key": "stage", "Value": name} in tags
    assert {"Key": "service", "Value": "payment-chat"} in tags


def test_a_hosted_page_changes_nothing_where_the_data_is(templates: dict[str, Template]):
    hosted, prod = (str(templates[f"{name}-Data"].body["Resources"]) for name in ("hosted", "prod"))

    assert hosted.replace("hosted", "prod") == prod
