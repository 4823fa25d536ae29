"""The function that takes a turn, with exactly the permissions that a turn needs."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import key_policies
from infra.config import Stage
from infra.data_stack import DataStack
from infra.function import publish, shared_settings, stripe_settings
from infra.log_groups import log_group
from infra.model_access import model_access
from infra.nag_exceptions import INLINE_POLICIES, LAMBDA_FUNCTIONS, acknowledge
from infra.secrets import read_secret


class ChatFunction(Construct):
    """Hands out `function`, its `live` alias (what callers call) and its `logs`."""

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, data: DataStack, code: lambda_.Code) -> None:
        super().__init__(scope, id_)
        self.logs = log_group(self, "Logs", stage=stage, key=data.storage)
        # Imported by its ARN: its permissions name resources of this stack, so they have to be made in this stack.
        self.role = iam.Role.from_role_arn(self, "Role", data.chat_role.role_arn)
        self.function = lambda_.Function(
            self,
            "Function",
            description=f"Payment Chat, {stage.name}: one turn of a conversation",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            code=code,
            handler="chat.handler.handle",
            timeout=Duration.seconds(25),
            memory_size=stage.memory,
            reserved_concurrent_executions=stage.reserved_concurrency,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if stage.snap_start else None,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=self.logs,
            role=self.role,
            environment=_environment(stage, data),
            # Earlier versions are kept: a rollback goes back to one.
            current_version_options=lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN),
        )
        self.logs.grant_write(self.role)
        for statement in (
            *_data_access(data),
            *model_access(Stack.of(self), stage.model if stage.pointing or stage.wording != "off" else None),
        ):
            self.role.add_to_principal_policy(statement)
        acknowledge(self, INLINE_POLICIES | LAMBDA_FUNCTIONS)
        self.live = publish(self, self.function)


def _environment(stage: Stage, data: DataStack) -> dict[str, str]:
    settings = {
        "SESSIONS_TABLE": data.sessions.table_name,
        "RECEIPTS_TABLE": data.receipts.table_name,
        "ATTEMPTS_TABLE": data.attempts.table_name,
        "SEALING_KEY": data.sealing.key_arn,
        "COUNTING_KEY": data.counting.key_arn,
        "ORDERS_TABLE": data.orders.table_name,
        "MODEL_ID": stage.model.profile if stage.model else "",
        "WORDING": stage.wording,
        "POINTING": "true" if stage.pointing else "false",
        "WORDINGS_TABLE": data.wordings.table_name,
        "BRANDS": ",".join(stage.brands),
        "CONTACT": stage.contact,
        "ATTEMPTS_PER_ADDRESS": str(stage.attempts_per_address),
        "ATTEMPTS_PER_CARD": str(stage.attempts_per_card),
        "TEST_TOKENS": "true" if stage.test_tokens else "false",
        "MERCHANT": stage.merchant,
        "CAPTURES": ",".join(stage.captures),
        "WALLETS": "true" if stage.wallets else "false",
        "PAGE_URL": stage.page_url,
        **shared_settings(stage),
        **stripe_settings(stage, data.stripe.secret_arn),
    }
    if stage.gateway_url:
        settings["RETURN_URL"] = f"{stage.gateway_url}/{{api}}/{stage.name}/returns"
    return settings | ({"MODEL_URL": stage.model_url} if stage.model_url else {})


def _data_access(data: DataStack) -> list[iam.PolicyStatement]:
    return [
        _items(data.sessions, "GetItem", "PutItem", "UpdateItem", "DeleteItem"),
        _items(data.receipts, "GetItem", "PutItem"),
        _items(data.attempts, "UpdateItem"),
        _items(data.orders, "GetItem", "PutItem"),
        _items(data.wordings, "GetItem"),
        key_policies.through_dynamodb(data.storage),
        iam.PolicyStatement(
            actions=["kms:Encrypt", "kms:Decrypt"],
            resources=[data.sealing.key_arn],
            conditions=dict(key_policies.sealing_conditions()),
        ),
        iam.PolicyStatement(
            actions=["kms:GenerateMac"],
            resources=[data.counting.key_arn],
            conditions=dict(key_policies.mac_conditions()),
        ),
        *read_secret(data.stripe, data.storage),
    ]


def _items(table: dynamodb.ITable, *operations: str) -> iam.PolicyStatement:
    """Transactions ask for the same rights as their parts."""
    actions = [f"dynamodb:{operation}" for operation in operations]
    return iam.PolicyStatement(actions=actions, resources=[table.table_arn])
