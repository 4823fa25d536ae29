"""Who may do what with a key. No statement lets an administrator use a key, nor a user administer it.

The sealing key and the counting key can be used by one role, the chat function's, and by nobody else. To allow their
use to the account's root would allow it to every role with broad `kms:*`. So the statement names the role, and a Deny
holds for every other principal, whatever its own policies or a grant say. Only a changed key policy undoes that:
docs/runbook.md says how.
"""

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
# Every operation that a key of either kind can be used for, and grants, which pass its use on.
EVERY_USE = (
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DeriveSharedSecret",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:GenerateMac",
    "kms:ReEncrypt*",
    "kms:Sign",
    "kms:Verify*",
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
    through = {
        "kms:ViaService": [f"{service}.{stack.region}.amazonaws.com" for service in ("dynamodb", "secretsmanager")]
    }
    account = iam.AccountRootPrincipal()
    return iam.PolicyDocument(
        statements=[
            _administration(),
            _allow("Use", account, DATA_KEYS, {"StringEquals": through}),
            # DynamoDB asks for a grant when a table is made.
            _allow(
                "Grants",
                account,
                ["kms:CreateGrant"],
                {"StringEquals": through, "Bool": {"kms:GrantIsForAWSResource": "true"}},
            ),
            _allow(
                "LogGroups",
                iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com"),
                [*DATA_KEYS, "kms:DescribeKey"],
                {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
            ),
            _allow(
                "Alarms",
                iam.ServicePrincipal("cloudwatch.amazonaws.com"),
                ["kms:Decrypt", "kms:GenerateDataKey"],
                {"StringEquals": {"aws:SourceAccount": stack.account}},
            ),
        ]
    )


def trail_policy(stack: Stack) -> iam.PolicyDocument:
    """For CloudTrail to encrypt, and for those who may read the trail's bucket to decrypt through S3."""
    trails = stack.format_arn(service="cloudtrail", resource="trail", resource_name="*")
    of_trail = {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trails}}
    through_s3 = {"StringEquals": {"kms:ViaService": f"s3.{stack.region}.amazonaws.com"}}
    service = iam.ServicePrincipal("cloudtrail.amazonaws.com")
    return iam.PolicyDocument(
        statements=[
            _administration(),
            _allow("Encrypt", service, ["kms:GenerateDataKey*"], of_trail),
            _allow("Describe", service, ["kms:DescribeKey"], {"StringEquals": {"aws:SourceAccount": stack.account}}),
            _allow("Read", iam.AccountRootPrincipal(), ["kms:Decrypt"], {**of_trail, **through_s3}),
        ]
    )


def sealing_policy(user: iam.IRole) -> iam.PolicyDocument:
    """Usable by the role `user` alone, and only with the encryption context of a sealed value."""
    return _for_one_role(user, ["kms:Encrypt", "kms:Decrypt"], sealing_conditions())


def mac_policy(user: iam.IRole) -> iam.PolicyDocument:
    """Usable by the role `user` alone, to make a MAC."""
    return _for_one_role(user, ["kms:GenerateMac"], mac_conditions())


def _for_one_role(user: iam.IRole, actions: Sequence[str], conditions: Conditions) -> iam.PolicyDocument:
    # aws:PrincipalArn is the role's ARN for every session of the role.
    others = {"ArnNotEquals": {"aws:PrincipalArn": user.role_arn}}
    deny = iam.PolicyStatement(
        sid="NobodyElse",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=list(EVERY_USE),
        resources=["*"],
        conditions=others,
    )
    allow = _allow("Use", iam.ArnPrincipal(user.role_arn), actions, conditions)
    return iam.PolicyDocument(statements=[_administration(), allow, deny])


def _administration() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="Administration",
        principals=[iam.AccountRootPrincipal()],
        actions=list(ADMINISTRATION),
        resources=["*"],
    )


def _allow(sid: str, principal: iam.IPrincipal, actions: Sequence[str], conditions: Conditions) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid, principals=[principal], actions=list(actions), resources=["*"], conditions=dict(conditions)
    )
