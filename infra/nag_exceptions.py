"""Rules of cdk-nag that do not hold for a construct, each with its reason, written beside the construct."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """For the construct and all inside it. Rule, for example AwsSolutions-L1 → why it is not followed here."""
    rules = [Acknowledgment(id=f"{_pack(rule)}::{rule}", reason=reason) for rule, reason in reasons.items()]
    Validations.of(construct).acknowledge(*rules)


def _pack(rule: str) -> str:
    return rule.partition("-")[0]


# Of every role: CDK writes what is granted to a role as the role's own policy.
INLINE_POLICIES = {"PCI.DSS.321-IAMNoInlinePolicy": "The policy belongs to this one role, and goes with it."}

LAMBDA_FUNCTIONS = {
    "AwsSolutions-L1": "Python 3.13 is what the locked packages are resolved and tested for.",
    "AwsSolutions-IAM5[Resource::*]": "X-Ray has no resources that a permission could name.",
    "PCI.DSS.321-LambdaInsideVPC": "It calls AWS's public endpoints and Stripe over TLS, and nothing can call into it:"
    " a network of its own would add a way in to guard, not remove one.",
}
