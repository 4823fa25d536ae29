"""Where logs are kept: log groups that mask what looks like card data, and buckets for what goes to S3 only."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import Stage
from infra.nag_exceptions import acknowledge

TWELVE_MONTHS = Duration.days(365)  # PCI DSS 10.5.1

# A second line of defence: no code writes any of this on purpose.
CARD_DATA = (
    logs.DataIdentifier.CREDITCARDNUMBER,
    logs.DataIdentifier.CREDITCARDSECURITYCODE,
    logs.DataIdentifier.CREDITCARDEXPIRATION,
)


def log_group(scope: Construct, id_: str, *, stage: Stage, key: kms.IKey, name: str | None = None) -> logs.LogGroup:
    """Encrypted with `key`, and kept for as long as the stage says."""
    return logs.LogGroup(
        scope,
        id_,
        log_group_name=name,
        retention=stage.log_retention,
        encryption_key=key,
        data_protection_policy=logs.DataProtectionPolicy(identifiers=list(CARD_DATA)),
        removal_policy=RemovalPolicy.RETAIN if stage.keep else RemovalPolicy.DESTROY,
    )


def log_bucket(
    scope: Construct, id_: str, *, encryption: s3.BucketEncryption, key: kms.IKey | None = None
) -> s3.Bucket:
    """Logs of twelve months. The bucket stays when its stack is removed."""
    bucket = s3.Bucket(
        scope,
        id_,
        encryption=encryption,
        encryption_key=key,
        enforce_ssl=True,
        versioned=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        lifecycle_rules=[s3.LifecycleRule(expiration=TWELVE_MONTHS, noncurrent_version_expiration=Duration.days(1))],
        removal_policy=RemovalPolicy.RETAIN,
    )
    no_log = "The bucket holds logs: a log of who writes them would have no end."
    acknowledge(
        bucket,
        {
            "AwsSolutions-S1": no_log,
            "PCI.DSS.321-S3BucketLoggingEnabled": no_log,
            "PCI.DSS.321-S3BucketReplicationEnabled": "One region's S3 is durable enough for logs.",
        },
    )
    return bucket
