"""Log groups: encrypted, kept for as long as the stage says, masking what looks like card data."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import Stage

# The second net: nothing that writes here is meant to hold any of it.
CARD_DATA = (
    logs.DataIdentifier.CREDITCARDNUMBER,
    logs.DataIdentifier.CREDITCARDSECURITYCODE,
    logs.DataIdentifier.CREDITCARDEXPIRATION,
)


def log_group(scope: Construct, id_: str, *, stage: Stage, key: kms.IKey, name: str | None = None) -> logs.LogGroup:
    return logs.LogGroup(
        scope,
        id_,
        log_group_name=name,
        retention=stage.log_retention,
        encryption_key=key,
        data_protection_policy=logs.DataProtectionPolicy(identifiers=list(CARD_DATA)),
        removal_policy=RemovalPolicy.RETAIN if stage.keep else RemovalPolicy.DESTROY,
    )
