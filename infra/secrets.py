"""The secrets of a stage, and the permission to read one. Each is encrypted with the storage key."""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.nag_exceptions import acknowledge

RANDOM_CHARS = 32  # also valid base64 of 24 bytes, which is a webhook secret


def secret(
    scope: Construct,
    id_: str,
    *,
    description: str,
    key_arn: str,
    kept: RemovalPolicy,
    not_rotated_because: str,
    template: str | None = None,
    name_in_template: str | None = None,
) -> secretsmanager.Secret:
    """Made with a random value. `template`: the JSON around it, where it gets the name `name_in_template`."""
    # By its ARN: the key itself would get a wider policy.
    key = kms.Key.from_key_arn(scope, f"StorageOf{id_}", key_arn)
    made = secretsmanager.Secret(
        scope,
        id_,
        description=description,
        encryption_key=key,
        generate_secret_string=secretsmanager.SecretStringGenerator(
            password_length=RANDOM_CHARS,
            exclude_punctuation=True,
            secret_string_template=template,
            generate_string_key=name_in_template,
        ),
        removal_policy=kept,
    )
    acknowledge(made, {"AwsSolutions-SMG4": not_rotated_because})
    return made


def read_secret(secret: secretsmanager.ISecret, key: kms.IKey) -> list[iam.PolicyStatement]:
    """Read exactly this secret, and use its key for nothing else."""
    through = f"secretsmanager.{Stack.of(key).region}.amazonaws.com"
    return [
        iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[secret.secret_arn]),
        iam.PolicyStatement(
            actions=["kms:Decrypt"],
            resources=[key.key_arn],
            conditions={
                "StringEquals": {
                    "kms:ViaService": through,
                    "kms:EncryptionContext:SecretARN": secret.secret_arn,
                }
            },
        ),
    ]
