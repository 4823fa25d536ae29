import json
from typing import Any

import pytest

from infra.stages import STAGES
from tests.infra.conftest import Template

GUARDED = [pytest.param(stack, id=stack) for stack in ("staging-Api", "prod-Api", "hosted-Api", "hosted-Page")]


@pytest.fixture(params=GUARDED)
def guarded(templates: dict[str, Template], request: pytest.FixtureRequest) -> Template:
    return templates[request.param]


@pytest.fixture
def rules(guarded: Template) -> dict[str, dict[str, Any]]:
    return {rule["Name"]: rule for rule in guarded.only("AWS::WAFv2::WebACL")["Rules"]}


def test_it_protects_the_api_or_the_load_balancer(guarded: Template):
    protected = guarded.only("AWS::WAFv2::WebACLAssociation")["ResourceArn"]

    assert "DeploymentStage" in json.dumps(protected) or "Balancer" in json.dumps(protected)


def test_too_many_requests_from_one_address_are_refused_in_the_words_of_the_contract(rules: dict[str, dict[str, Any]]):
    rule = rules["per-address"]
    answer = rule["Action"]["Block"]["CustomResponse"]

    assert rule["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
    assert answer["ResponseCode"] == 429
    assert {"Name": "Retry-After", "Value": "60"} in answer["ResponseHeaders"]


def test_a_header_that_anybody_can_write_uses_up_nobodys_limit(rules: dict[str, dict[str, Any]]):
    rates = [rule["Statement"]["RateBasedStatement"] for rule in rules.values() if "RateBased" in json.dumps(rule)]

    assert [rate["AggregateKeyType"] for rate in rates] == ["IP"], "counted by the connection alone"
    assert "x-payer-address" not in json.dumps(list(rules.values())).lower()


def test_common_attacks_are_refused(rules: dict[str, dict[str, Any]]):
    managed = {n: rule for n, rule in rules.items() if "ManagedRuleGroupStatement" in rule["Statement"]}

    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"} <= set(managed)
    assert all(rule["OverrideAction"] == {"None": {}} for rule in managed.values())


def test_it_keeps_no_sample_of_a_request(guarded: Template):
    acl = guarded.only("AWS::WAFv2::WebACL")

    shown = [acl["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in acl["Rules"])]
    assert not any(one["SampledRequestsEnabled"] for one in shown)


def test_its_log_holds_no_body_and_no_secret(guarded: Template):
    hidden = [
        (one["Field"]["FieldType"], *one["Field"].get("FieldKeys", []), one["Action"])
        for one in guarded.only("AWS::WAFv2::WebACL")["DataProtectionConfig"]["DataProtections"]
    ]

    assert ("BODY", "SUBSTITUTION") in hidden
    assert ("SINGLE_HEADER", "x-session-token", "SUBSTITUTION") in hidden
    assert ("SINGLE_HEADER", "authorization", "SUBSTITUTION") in hidden
    assert guarded.only("AWS::WAFv2::LoggingConfiguration")["LogDestinationConfigs"]


@pytest.mark.parametrize("stage_name", [name for name, stage in STAGES.items() if not stage.firewall])
def test_a_stage_without_the_setting_has_no_firewall(templates: dict[str, Template], stage_name: str):
    assert not templates[f"{stage_name}-Api"].of_type("AWS::WAFv2::WebACL")
