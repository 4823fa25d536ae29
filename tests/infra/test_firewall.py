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

    assert {rate["AggregateKeyType"] for rate in rates} == {"IP"}, "counted by the connection alone"
    assert "x-payer-address" not in json.dumps(list(rules.values())).lower()


def test_common_attacks_are_refused(rules: dict[str, dict[str, Any]]):
    managed = {n: rule for n, rule in rules.items() if "ManagedRuleGroupStatement" in rule["Statement"]}

    assert set(managed) == {
        "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesAmazonIpReputationList",
    }  # fmt: skip
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


# --- Stripe's events


@pytest.fixture(params=["staging-Api", "prod-Api", "hosted-Api"])
def api_rules(templates: dict[str, Template], request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    rules = templates[request.param].only("AWS::WAFv2::WebACL")["Rules"]
    return {rule["Name"]: rule for rule in sorted(rules, key=lambda rule: rule["Priority"])}


LABEL_OF_COMMON_RULES = {"SizeRestrictions_BODY": "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"}
COMMON_MAX_KB, READ_KB = 8, 64


def verdict(rules: dict[str, dict[str, Any]], path: str, body_kb: float) -> str | None:
    """The rule that refuses a request of this path and length as too long; None when none does."""
    labels = set()
    for name, rule in rules.items():
        group = rule["Statement"].get("ManagedRuleGroupStatement", {})
        if group.get("Name") == "AWSManagedRulesCommonRuleSet" and body_kb > COMMON_MAX_KB:
            counted = {
                one["Name"] for one in group.get("RuleActionOverrides", []) if one["ActionToUse"] == {"Count": {}}
            }
            if "SizeRestrictions_BODY" not in counted:
                return name
            labels.add(LABEL_OF_COMMON_RULES["SizeRestrictions_BODY"])
        elif "Block" in rule.get("Action", {}) and holds(rule["Statement"], path, body_kb, labels):
            return name
    return None


def holds(statement: dict[str, Any], path: str, body_kb: float, labels: set[str]) -> bool:
    ((kind, said),) = statement.items()
    match kind:
        case "AndStatement":
            return all(holds(each, path, body_kb, labels) for each in said["Statements"])
        case "NotStatement":
            return not holds(said["Statement"], path, body_kb, labels)
        case "LabelMatchStatement":
            return said["Key"] in labels
        case "ByteMatchStatement":
            assert (said["PositionalConstraint"], said["FieldToMatch"]) == ("ENDS_WITH", {"UriPath": {}})
            return path.endswith(said["SearchString"])
        case "SizeConstraintStatement":
            assert said["FieldToMatch"] == {"Body": {"OversizeHandling": "MATCH"}}
            return body_kb > READ_KB or (said["ComparisonOperator"] == "GT" and body_kb * 1024 > said["Size"])
        case "RateBasedStatement":
            return False
    raise NotImplementedError(kind)


@pytest.mark.parametrize(
    ("path", "body_kb", "refused_by"),
    [
        ("/prod/stripe/events", 8.1, None),
        ("/prod/stripe/events", 64, None),
        ("/prod/stripe/events", 64.1, "long-event"),
        ("/prod/stripe/events", 10_000, "long-event"),
        ("/prod/chat", 8, None),
        ("/prod/chat", 8.1, "long-body"),
        ("/prod/orders", 65, "long-body"),
        ("/prod/stripe/events/more", 9, "long-body"),
    ],
)
def test_a_long_body_is_let_through_at_the_path_of_events_alone_and_there_up_to_a_limit(
    api_rules: dict[str, dict[str, Any]], path: str, body_kb: float, refused_by: str | None
):
    assert verdict(api_rules, path, body_kb) == refused_by


def test_the_firewall_reads_the_whole_of_an_event(templates: dict[str, Template]):
    acl = templates["prod-Api"].only("AWS::WAFv2::WebACL")

    limit = acl["AssociationConfig"]["RequestBody"]["API_GATEWAY"]["DefaultSizeInspectionLimit"]
    assert limit == f"KB_{READ_KB}"


def test_what_is_too_long_is_refused_in_the_words_of_the_contract(api_rules: dict[str, dict[str, Any]]):
    answers = [api_rules[name]["Action"]["Block"]["CustomResponse"] for name in ("long-body", "long-event")]

    assert [(answer["ResponseCode"], answer["CustomResponseBodyKey"]) for answer in answers] == [(413, "long")] * 2


def test_events_and_calls_use_up_limits_of_their_own(api_rules: dict[str, dict[str, Any]]):
    rates = {name: rule["Statement"].get("RateBasedStatement") for name, rule in api_rules.items()}
    calls, events = rates["per-address"], rates["events-per-address"]

    for path, counted in (("/prod/stripe/events", events), ("/prod/chat", calls), ("/prod/orders", calls)):
        of_both = [rate for rate in (calls, events) if holds(rate["ScopeDownStatement"], path, 1, set())]
        assert of_both == [counted]
