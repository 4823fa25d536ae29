"""The web firewall in front of a load balancer or an API: a rate for each address, and AWS's common rules."""

from typing import Any

from aws_cdk import aws_kms as kms
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra.api.refusals import refusal_body
from infra.config import Stage
from infra.log_groups import log_group

WINDOW_SECONDS = 300  # over which requests are counted
MANAGED_RULES = (
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesAmazonIpReputationList",
)
# Headers that the firewall writes to no log. It logs no body either, not even the part that a rule matched.
SECRET_HEADERS = ("x-session-token", "authorization", "x-payer-address", "cookie")


class Firewall(Construct):
    """`per_address`: requests within WINDOW_SECONDS from one connection's address.

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
    ) -> None:
        super().__init__(scope, id_)
        rules = [_rate("per-address", per_address), *map(_managed, MANAGED_RULES)]
        self.acl = waf.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action={"allow": {}},
            rules=[{**rule, "priority": place} for place, rule in enumerate(rules)],
            visibility_config=_visible(f"payment-chat-{stage.name}-{guards}"),
            custom_response_bodies={
                "busy": {"contentType": "APPLICATION_JSON", "content": refusal_body("too_many_requests")}
            },
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


def _rate(name: str, limit: int) -> dict[str, Any]:
    counted = {"limit": limit, "evaluationWindowSec": WINDOW_SECONDS, "aggregateKeyType": "IP"}
    wait = [{"name": "Retry-After", "value": "60"}, {"name": "Cache-Control", "value": "no-store"}]
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
