"""Who read or wrote items: CloudTrail's data events of the tables, kept for a year (PCI DSS 10.2.1.1, 10.5.1)."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra import key_policies
from infra.log_groups import log_bucket
from infra.nag_exceptions import acknowledge


class DataTrail(Construct):
    """A trail of every item operation on `tables`. It holds keys of items, never their values: CloudTrail omits them.

    Management events, uses of the keys among them, are in the account's own trail; a second copy would be paid for.
    """

    def __init__(self, scope: Construct, id_: str, *, tables: Sequence[dynamodb.ITable], kept: RemovalPolicy) -> None:
        super().__init__(scope, id_)
        key = kms.Key(
            self,
            "Key",
            description=f"{Stack.of(self).stack_name}: The trail of the tables",
            enable_key_rotation=True,
            policy=key_policies.trail_policy(Stack.of(self)),
            removal_policy=kept,
        )
        bucket = log_bucket(self, "Logs", encryption=s3.BucketEncryption.KMS, key=key)
        trail = cloudtrail.Trail(
            self,
            "Trail",
            bucket=bucket,
            encryption_key=key,
            is_multi_region_trail=False,
            include_global_service_events=False,
        )
        _record_items(trail, tables)
        acknowledge(
            self,
            {"PCI.DSS.321-CloudTrailCloudWatchLogsEnabled": "The trail is for inquiries; no alarm is made of it."},
        )


def _record_items(trail: cloudtrail.Trail, tables: Sequence[dynamodb.ITable]) -> None:
    fields = {
        "eventCategory": ["Data"],
        "resources.type": ["AWS::DynamoDB::Table"],
        "resources.ARN": [table.table_arn for table in tables],
    }
    made = trail.node.default_child
    assert isinstance(made, cloudtrail.CfnTrail)  # noqa: S101 (tells the type checker)
    made.add_property_deletion_override("EventSelectors")  # CloudTrail takes one of the two kinds of selectors
    made.advanced_event_selectors = [
        cloudtrail.CfnTrail.AdvancedEventSelectorProperty(
            name="Items of the tables",
            field_selectors=[
                cloudtrail.CfnTrail.AdvancedFieldSelectorProperty(field=field, equal_to=values)
                for field, values in fields.items()
            ],
        )
    ]
