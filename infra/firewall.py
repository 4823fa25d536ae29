"""The web firewall in front of a load balancer or an API: a rate for each address, and AWS's common rules.

Where Stripe sends its events, these are counted apart, and may be longer than the 8 KB that the common rules allow.
"""

from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_kms as kms
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra.api.refusals import refusal_body
from infra.config import Stage
from infra.log_groups import log_group

WINDOW_SECONDS = 300  # over which requests are counted
COMMON_RULES = "AWSManagedRulesCommonRuleSet"
TOO_LONG = "SizeRestrictions_BODY"  # the common rule against bodies of more than 8 KB
TOO_LONG_LABEL = "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"
MANAGED_RULES = (
    COMMON_RULES,
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesAmazonIpReputationList",
)
# Headers that the firewall writes to no log. It logs no body either, not even the part that a rule matched.
SECRET_HEADERS = ("x-session-token", "authorization", "x-payer-address", "cookie")


NO_STORE = {"name": "Cache-Control", "value": "no-store"}
# The most of a body that the firewall can read, and the longest event that it lets through.
MAX_EVENT_KB = 64


@dataclass(frozen=True)
class EventsLimits:
    """Of the path, for which the firewall knows no signature. `per_address`: as in Firewall, for this path alone."""

    path: str
    per_address: int


class Firewall(Construct):
    """`per_address`: requests within WINDOW_SECONDS from one connection's address. `events`: Stripe's, at their path.

    Nothing is counted by a header: anybody can write one, so a limit by `X-Payer-Address` would let an unsigned caller
    use up another payer's limit. Payers are counted in the function, behind the signature.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        guards: str,
        protects: str,
        logs_key: kms.IKey,
        per_address: int,
        events: EventsLimits | None = None,
    ) -> None:
        super().__init__(scope, id_)
        rules = _rules_with_events(per_address, events) if events else _rules(per_address)
        self.acl = waf.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action={"allow": {}},
            rules=[{**rule, "priority": place} for place, rule in enumerate(rules)],
            visibility_config=_visible(f"payment-chat-{stage.name}-{guards}"),
            custom_response_bodies={
                "busy": {"contentType": "APPLICATION_JSON", "content": refusal_body("too_many_requests")},
                "long": {"contentType": "APPLICATION_JSON", "content": refusal_body("too_large")},
            },
            association_config=_read_whole_events() if events else None,
            data_protection_config={"dataProtections": [*map(_hidden_header, SECRET_HEADERS), _hidden("BODY")]},
        )
        waf.CfnWebACLAssociation(self, "Protects", resource_arn=protects, web_acl_arn=self.acl.attr_arn)
        self._log(stage, guards, logs_key)

    def _log(self, stage: Stage, guards: str, key: kms.IKey) -> None:
        # The firewall writes to groups of this name only.
        name = f"aws-waf-logs-payment-chat-{stage.name}-{guards}"
        group = log_group(self, "Logs", stage=stage, key=key, name=name)
        waf.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=self.acl.attr_arn,
            log_destination_configs=[group.log_group_arn],
            redacted_fields=[{"singleHeader": {"Name": header}} for header in SECRET_HEADERS],
        )


def _rules(per_address: int) -> list[dict[str, Any]]:
    return [_rate("per-address", per_address), *map(_managed, MANAGED_RULES)]


def _rules_with_events(per_address: int, events: EventsLimits) -> list[dict[str, Any]]:
    """The common rules mark a long body instead of blocking it; what is marked and no event is blocked right after."""
    # The path begins with the stage's name, or with what a domain of the merchant's puts in its place.
    is_event = {
        "byteMatchStatement": {
            "fieldToMatch": {"uriPath": {}},
            "positionalConstraint": "ENDS_WITH",
            "searchString": events.path,
            "textTransformations": [{"priority": 0, "type": "NONE"}],
        }
    }
    no_event = {"notStatement": {"statement": is_event}}
    is_marked = {"labelMatchStatement": {"scope": "LABEL", "key": TOO_LONG_LABEL}}
    common = _managed(COMMON_RULES)
    common["statement"]["managedRuleGroupStatement"]["ruleActionOverrides"] = [
        {"name": TOO_LONG, "actionToUse": {"count": {}}}
    ]
    return [
        _rate("per-address", per_address, no_event),
        _rate("events-per-address", events.per_address, is_event),
        common,
        _refuse_long("long-body", is_marked, no_event),
        _refuse_long("long-event", is_event, _longer_than_read()),
        *map(_managed, MANAGED_RULES[1:]),
    ]


def _longer_than_read() -> dict[str, Any]:
    """True of a body of which the firewall could not read all."""
    return {
        "sizeConstraintStatement": {
            "fieldToMatch": {"body": {"oversizeHandling": "MATCH"}},
            "comparisonOperator": "GT",
            "size": MAX_EVENT_KB * 1024,
            "textTransformations": [{"priority": 0, "type": "NONE"}],
        }
    }


def _read_whole_events() -> dict[str, Any]:
    return {"requestBody": {"API_GATEWAY": {"defaultSizeInspectionLimit": f"KB_{MAX_EVENT_KB}"}}}


def _refuse_long(name: str, *both: dict[str, Any]) -> dict[str, Any]:
    answer = {"responseCode": 413, "customResponseBodyKey": "long", "responseHeaders": [NO_STORE]}
    return {
        "name": name,
        "statement": {"andStatement": {"statements": list(both)}},
        "action": {"block": {"customResponse": answer}},
        "visibilityConfig": _visible(name),
    }


def _rate(name: str, limit: int, of: dict[str, Any] | None = None) -> dict[str, Any]:
    """`of`: the requests that count; all, if it is absent."""
    counted = {"limit": limit, "evaluationWindowSec": WINDOW_SECONDS, "aggregateKeyType": "IP"}
    if of:
        counted["scopeDownStatement"] = of
    wait = [{"name": "Retry-After", "value": "60"}, NO_STORE]
    answer = {"responseCode": 429, "customResponseBodyKey": "busy", "responseHeaders": wait}
    return {
        "name": name,
        "statement": {"rateBasedStatement": counted},
        "action": {"block": {"customResponse": answer}},
        "visibilityConfig": _visible(name),
    }


def _managed(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "statement": {"managedRuleGroupStatement": {"vendorName": "AWS", "name": name}},
        "overrideAction": {"none": {}},
        "visibilityConfig": _visible(name),
    }


def _visible(name: str) -> dict[str, Any]:
    """Counted, never sampled: a sample is a stored request."""
    return {"metricName": name, "cloudWatchMetricsEnabled": True, "sampledRequestsEnabled": False}


def _hidden(field: str, *keys: str) -> dict[str, Any]:
    return {"action": "SUBSTITUTION", "field": {"fieldType": field} | ({"fieldKeys": list(keys)} if keys else {})}


def _hidden_header(name: str) -> dict[str, Any]:
    return _hidden("SINGLE_HEADER", name)
