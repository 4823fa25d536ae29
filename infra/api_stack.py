"""What can be replaced at any time: the functions, the API before them, and the eyes on both."""

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import alarms
from infra.chat_function import ChatFunction
from infra.config import Stage
from infra.data_stack import DataStack
from infra.firewall import Firewall
from infra.monitoring import Monitoring
from infra.rest_api import ChatApi
from infra.sweep import Sweep


class ApiStack(Stack):
    """Hands out `api`, `url` (no slash at its end) and, where the stage is watched, `monitoring`."""

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, data: DataStack, code: lambda_.Code) -> None:
        super().__init__(scope, id_, env=Environment(region=stage.region))
        self.chat = ChatFunction(self, "Chat", stage=stage, data=data, code=code)
        self.sweep = Sweep(self, "Sweep", stage=stage, data=data, code=code)
        self.api = ChatApi(self, "Rest", stage=stage, handler=self.chat.live, logs_key=data.storage).api
        self.url = self.api.url_for_path("/").rstrip("/")
        self.monitoring = Monitoring(self, "Watch", stage=stage, key=data.storage) if stage.watched else None

        release = self._watch(stage)
        if stage.canary:
            self._release_carefully(release)
        if stage.firewall:
            self._guard(stage, data)

        CfnOutput(self, "ApiUrl", value=self.url)
        CfnOutput(self, "FunctionName", value=self.chat.function.function_name)
        CfnOutput(self, "LogGroup", value=self.chat.logs.log_group_name)

    def _watch(self, stage: Stage) -> list[cloudwatch.Alarm]:
        """The alarms that send a new version back."""
        if self.monitoring is None:
            return []
        release = self.monitoring.watch(alarms.release(self.api, self.chat.live))
        others = self.monitoring.watch(
            (
                *alarms.service(stage, self.api, self.chat.function),
                *alarms.payments(stage),
                *alarms.sweeping(stage, self.sweep.function),
            )
        )
        self.monitoring.draw([*release, *others], self.api.metric_latency(statistic="p95"))
        self.monitoring.save_queries(self.chat.logs)
        return release

    def _release_carefully(self, release: list[cloudwatch.Alarm]) -> None:
        codedeploy.LambdaDeploymentGroup(
            self,
            "Release",
            alias=self.chat.live,
            deployment_config=codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES,
            alarms=release,
            auto_rollback=codedeploy.AutoRollbackConfig(
                deployment_in_alarm=True, failed_deployment=True, stopped_deployment=True
            ),
        )

    def _guard(self, stage: Stage, data: DataStack) -> None:
        Firewall(
            self,
            "Firewall",
            stage=stage,
            guards="api",
            protects=self.api.deployment_stage.stage_arn,
            logs_key=data.storage,
            per_address=stage.requests_per_address,
            per_payer=stage.requests_per_payer,
        )
