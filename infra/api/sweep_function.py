"""The function that deletes expired sessions every 15 minutes: DynamoDB's own deletion may take days."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import key_policies
from infra.config import NAMESPACE, Stage
from infra.data_stack import DataStack
from infra.log_groups import log_group
from infra.nag_exceptions import INLINE_POLICIES, LAMBDA_FUNCTIONS, acknowledge

EVERY = Duration.minutes(15)


class Sweep(Construct):
    """Hands out `function`. Its role may read sessions and delete them; it cannot open the sealed values in them."""

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, data: DataStack, code: lambda_.Code) -> None:
        super().__init__(scope, id_)
        logs = log_group(self, "Logs", stage=stage, key=data.storage)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        logs.grant_write(role)
        for statement in _access(data):
            role.add_to_policy(statement)
        self.function = lambda_.Function(
            self,
            "Function",
            description=f"Payment Chat, {stage.name}: delete expired sessions",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            code=code,
            handler="sweep.handler.handle",
            timeout=Duration.minutes(2),
            memory_size=256,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=logs,
            role=role,
            environment={
                "STAGE": stage.name,
                "SESSIONS_TABLE": data.sessions.table_name,
                "POWERTOOLS_SERVICE_NAME": stage.service,
                "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
                "POWERTOOLS_LOG_LEVEL": stage.log_level,
            },
        )
        acknowledge(self, INLINE_POLICIES | LAMBDA_FUNCTIONS)
        target = targets.LambdaFunction(self.function, retry_attempts=0)  # the next run deletes what this one left
        events.Rule(self, "Schedule", schedule=events.Schedule.rate(EVERY), targets=[target])


def _access(data: DataStack) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(actions=["dynamodb:Scan", "dynamodb:DeleteItem"], resources=[data.sessions.table_arn]),
        key_policies.through_dynamodb(data.storage),
    ]
