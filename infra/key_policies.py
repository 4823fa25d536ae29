"""Who may do what with a key. No statement lets an administrator use a key, nor a user administer it."""

from collections.abc import Mapping, Sequence

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
DATA_KEYS = (
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
SEALED_FIELDS = ("card", "cvv", "part")

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


def sealing_conditions() -> Conditions:
    """The encryption context of a sealed value: the hash of its session's token and the field, and nothing else."""
    return {
        "StringEquals": {"kms:EncryptionContext:field": list(SEALED_FIELDS)},
        "StringLike": {"kms:EncryptionContext:session": "?*"},
        "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["session", "field"]},
    }


def mac_conditions() -> Conditions:
    return {"StringEquals": {"kms:MacAlgorithm": "HMAC_SHA_256"}}


def through_dynamodb(key: kms.IKey) -> iam.PolicyStatement:
    """What a role that reads and writes items needs of the key that encrypts their table."""
    region = Stack.of(key).region
    return iam.PolicyStatement(
        actions=list(DATA_KEYS),
        resources=[key.key_arn],
        conditions={"StringEquals": {"kms:ViaService": f"dynamodb.{region}.amazonaws.com"}},
    )


def storage_policy(stack: Stack) -> iam.PolicyDocument:
    """Usable through the services that store things, for callers whose own role allows it too; never directly."""
    log_groups = stack.format_arn(
        service="logs", resource="log-group", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    through = [f"{service}.{stack.region}.amazonaws.com" for service in ("dynamodb", "secretsmanager")]
    return iam.PolicyDocument(
        statements=[
            _administration(),
            _use(*DATA_KEYS, "kms:CreateGrant", conditions={"StringEquals": {"kms:ViaService": through}}),
            iam.PolicyStatement(
                sid="LogGroups",
                principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
                actions=[*DATA_KEYS, "kms:DescribeKey"],
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
            ),
            iam.PolicyStatement(
                sid="Alarms",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
            ),
        ]
    )


def sealing_policy() -> iam.PolicyDocument:
    """Usable for callers whose own role allows it too, and only with the context of a sealed value."""
    use = _use("kms:Encrypt", "kms:Decrypt", conditions=sealing_conditions())
    return iam.PolicyDocument(statements=[_administration(), use])


def counting_policy() -> iam.PolicyDocument:
    use = _use("kms:GenerateMac", conditions=mac_conditions())
    return iam.PolicyDocument(statements=[_administration(), use])


def _administration() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="Administration",
        principals=[iam.AccountRootPrincipal()],
        actions=list(ADMINISTRATION),
        resources=["*"],
    )


def _use(*actions: str, conditions: Conditions) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="Use",
        principals=[iam.AccountRootPrincipal()],
        actions=list(actions),
        resources=["*"],
        conditions=dict(conditions),
    )
