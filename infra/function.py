"""One Lambda function of ours: its role, its log group, and what all of them have in common."""

from collections.abc import Iterable, Mapping

from aws_cdk import Annotations, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import NAMESPACE, Stage
from infra.log_groups import log_group
from infra.nag_exceptions import INLINE_POLICIES, LAMBDA_FUNCTIONS, acknowledge


class Function(Construct):
    """Hands out `function`, `role`, `logs` and `live`, what callers call. `room`: the package of lambdas/ that it runs.

    `role`: one that was made beside a key which names it; else the function gets a role of its own. `allowed`: all that
    it may do besides writing its log. `published`: callers reach a published version through the alias `live`, which
    starts from a snapshot where the stage says so. `reserved`: how many may run at once, and always can.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        room: str,
        does: str,
        code: lambda_.Code,
        logs_key: kms.IKey,
        environment: Mapping[str, str],
        allowed: Iterable[iam.PolicyStatement],
        timeout: Duration,
        memory: int = 256,
        role: iam.IRole | None = None,
        published: bool = False,
        reserved: int | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.logs = log_group(self, "Logs", stage=stage, key=logs_key)
        self.role = role or iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.logs.grant_write(self.role)
        for statement in allowed:
            self.role.add_to_principal_policy(statement)
        self.function = lambda_.Function(
            self,
            "Function",
            description=f"Payment Chat, {stage.name}: {does}",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            code=code,
            handler=f"{room}.handler.handle",
            timeout=timeout,
            memory_size=memory,
            reserved_concurrent_executions=reserved,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if published and stage.snap_start else None,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=self.logs,
            role=self.role,
            environment={**environment, **shared_settings(stage)},
        )
        self.live: lambda_.IFunction = publish(self, self.function) if published else self.function
        for construct in (self, self.role):
            acknowledge(construct, INLINE_POLICIES | LAMBDA_FUNCTIONS)


def publish(scope: Construct, function: lambda_.Function) -> lambda_.Alias:
    """The alias that names the newest published version."""
    Annotations.of(function).acknowledge_warning(
        "@aws-cdk/aws-lambda:snapStartRequirePublish", "The alias names a published version."
    )
    return lambda_.Alias(scope, "Live", alias_name="live", version=function.current_version)


def shared_settings(stage: Stage) -> dict[str, str]:
    """What every function reads from its environment."""
    return {
        "STAGE": stage.name,
        "POWERTOOLS_SERVICE_NAME": stage.service,
        "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
        "POWERTOOLS_LOG_LEVEL": stage.log_level,
    }


def stripe_settings(stage: Stage, secret_arn: str) -> dict[str, str]:
    """Where the Stripe key is, and on the local stage the stand-in's address."""
    url = {"STRIPE_URL": stage.stripe_url} if stage.stripe_url else {}
    return {"STRIPE_SECRET": secret_arn, **url}
