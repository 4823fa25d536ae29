"""The function that deletes expired sessions every 15 minutes: DynamoDB's own deletion may take days."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import key_policies
from infra.config import Stage
from infra.data_stack import DataStack
from infra.function import Function

EVERY = Duration.minutes(15)


def sweep_function(scope: Construct, *, stage: Stage, data: DataStack, code: lambda_.Code) -> Function:
    """Its role may read sessions and delete them; it cannot open the sealed values in them."""
    made = Function(
        scope,
        "Sweep",
        stage=stage,
        room="sweep",
        does="delete expired sessions",
        code=code,
        logs_key=data.storage,
        environment={"SESSIONS_TABLE": data.sessions.table_name},
        allowed=[
            iam.PolicyStatement(actions=["dynamodb:Scan", "dynamodb:DeleteItem"], resources=[data.sessions.table_arn]),
            key_policies.through_dynamodb(data.storage),
        ],
        timeout=Duration.minutes(2),
    )
    target = targets.LambdaFunction(made.function, retry_attempts=0)  # the next run deletes what this one left
    events.Rule(made, "Schedule", schedule=events.Schedule.rate(EVERY), targets=[target])
    return made
