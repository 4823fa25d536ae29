"""The function that prepares the model's words once a day. It sees no conversation and no card."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import key_policies
from infra.config import Stage
from infra.data_stack import DataStack
from infra.function import Function
from infra.model_access import model_access

EVERY = Duration.days(1)


def words_function(scope: Construct, *, stage: Stage, data: DataStack, code: lambda_.Code) -> Function:
    """Its role may ask the model, and read and write the table of wordings. `make deploy` runs it too."""
    made = Function(
        scope,
        "Words",
        stage=stage,
        room="prepare_words",
        does="prepare the words of the script's replies",
        code=code,
        logs_key=data.storage,
        environment={
            "MODEL_ID": stage.model.profile if stage.model else "",
            "WORDINGS_TABLE": data.wordings.table_name,
            **({"MODEL_URL": stage.model_url} if stage.model_url else {}),
        },
        allowed=[
            *model_access(Stack.of(scope), stage.model),
            iam.PolicyStatement(actions=["dynamodb:GetItem", "dynamodb:PutItem"], resources=[data.wordings.table_arn]),
            key_policies.through_dynamodb(data.storage),
        ],
        timeout=Duration.minutes(10),
    )
    target = targets.LambdaFunction(made.function, retry_attempts=2)
    events.Rule(made, "Schedule", schedule=events.Schedule.rate(EVERY), targets=[target])
    return made
