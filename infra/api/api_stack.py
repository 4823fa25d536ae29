"""What can be replaced at any time, because it stores nothing: the functions, the API, their alarms and firewall."""

from collections.abc import Iterator, Sequence
from typing import cast

from aws_cdk import CfnElement, CfnOutput, Environment, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.api.chat_function import ChatFunction
from infra.api.rest_api import Handlers, PaymentApi
from infra.api.stripe_paths import EVENTS_PATH, takes_events
from infra.api.sweep_function import sweep_function
from infra.api.words_function import words_function
from infra.config import Stage
from infra.data_stack import DataStack
from infra.firewall import EventsLimits, Firewall
from infra.function import Function
from infra.monitoring import alarms, order_alarms, payment_alarms
from infra.monitoring.alarm_rule import AlarmRule
from infra.monitoring.dashboard import Monitoring
from infra.monitoring.queries import ORDER_QUERIES, QUERIES
from infra.nag_exceptions import acknowledge
from infra.orders.announcing import Announcing
from infra.orders.order_sweep_function import order_sweep_function
from infra.orders.orders_function import orders_function
from infra.orders.stripe_events_function import stripe_events_function

CALLERS = (("POST", "/chat"), ("GET", "/sessions/*"), ("POST", "/sessions/*/refresh"))
MERCHANT = (("POST", "/orders"), ("GET", "/orders/*"), ("POST", "/orders/*/cancel"), ("POST", "/orders/*/announce"))


class ApiStack(Stack):
    """Hands out `url` (no slash at its end), two policies and, on a monitored stage, `monitoring`.

    `callers` is for the page's server, `merchant` for the merchant's.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, data: DataStack, code: lambda_.Code) -> None:
        super().__init__(scope, id_, env=Environment(region=stage.region))
        self.chat = ChatFunction(self, "Chat", stage=stage, data=data, code=code)
        self.sweep = sweep_function(self, stage=stage, data=data, code=code)
        self.words = words_function(self, stage=stage, data=data, code=code) if stage.prepares_words else None
        self.announcing = Announcing(self, "Announcing", stage=stage, data=data, code=code)
        bus = self.announcing.bus
        self.orders = orders_function(self, stage=stage, data=data, bus=bus, code=code)
        self.stripe_events = stripe_events_function(self, stage=stage, data=data, code=code)
        self.order_sweep = order_sweep_function(self, stage=stage, data=data, bus=bus, code=code)
        handlers = Handlers(self.chat.live, self.orders.live, self.stripe_events.live)
        self.api = PaymentApi(self, "Rest", stage=stage, handlers=handlers, logs_key=data.storage).api
        self.callers = self._policy(stage, "Callers", "Call the chat API", CALLERS)
        self.merchant = self._policy(stage, "Merchants", "Create and follow orders", MERCHANT)
        self.url = self.api.url_for_path("/").rstrip("/")
        self.monitoring = Monitoring(self, "Watch", stage=stage, key=data.storage) if stage.monitored else None

        release = self._add_monitoring(stage)
        if stage.canary:
            self._add_canary(release)
        if stage.firewall:
            self._add_firewall(stage, data)

        CfnOutput(self, "ApiUrl", value=self.url)
        CfnOutput(self, "CallersPolicy", value=self.callers.managed_policy_arn)
        CfnOutput(self, "MerchantPolicy", value=self.merchant.managed_policy_arn)
        CfnOutput(self, "EventBus", value=bus.event_bus_name)
        CfnOutput(self, "Merchant", value=stage.merchant)
        CfnOutput(self, "Currencies", value=",".join(stage.currencies))
        CfnOutput(self, "Captures", value=",".join(stage.captures))
        CfnOutput(self, "FunctionName", value=self.chat.function.function_name)
        CfnOutput(self, "LogGroup", value=self.chat.logs.log_group_name)
        if self.words:
            CfnOutput(self, "WordsFunction", value=self.words.function.function_name)

    def _policy(self, stage: Stage, id_: str, purpose: str, routes: Sequence[tuple[str, str]]) -> iam.ManagedPolicy:
        """The permission to call these paths of this API, and nothing else."""
        policy = iam.ManagedPolicy(
            self,
            id_,
            description=f"{purpose} of {stage.name}",
            statements=[
                iam.PolicyStatement(
                    actions=["execute-api:Invoke"],
                    resources=[self.api.arn_for_execute_api(method, path, stage.name) for method, path in routes],
                )
            ],
        )
        api = f"<{self.get_logical_id(cast('CfnElement', self.api.node.default_child))}>"
        prefix = f"arn:<AWS::Partition>:execute-api:{stage.region}:<AWS::AccountId>:{api}/{stage.name}"
        for method, path in routes:
            if "*" in path:
                arn = f"{prefix}/{method}{path}"
                acknowledge(policy, {f"AwsSolutions-IAM5[Resource::{arn}]": "An id stands in the path."})
        return policy

    def _add_monitoring(self, stage: Stage) -> list[cloudwatch.Alarm]:
        """The alarms that roll back a new version."""
        if self.monitoring is None:
            return []
        release = self.monitoring.add_alarms(alarms.for_release(self.api, self.chat.live))
        others = self.monitoring.add_alarms(
            (
                *alarms.for_service(stage, self.api, self.chat.function),
                *payment_alarms.for_payments(stage),
                *payment_alarms.for_card_testing(stage),
                *alarms.for_sweep(stage, self.sweep.function),
                *(alarms.for_words(stage) if self.words else ()),
                *self._order_alarms(stage),
            )
        )
        self.monitoring.add_dashboard([*release, *others], self.api.metric_latency(statistic="p95"))
        self.monitoring.add_queries(QUERIES, [self.chat.logs])
        self.monitoring.add_queries(ORDER_QUERIES, [function.logs for function in self._order_functions()])
        return release

    def _order_alarms(self, stage: Stage) -> Iterator[AlarmRule]:
        yield from order_alarms.for_orders(stage, self.orders.function)
        yield from order_alarms.for_stripe_events(stage, self.stripe_events.function)
        yield from order_alarms.for_order_sweep(self.order_sweep.function)
        yield from order_alarms.for_relay(self.announcing.relay.function)
        if self.announcing.webhooks:
            yield from order_alarms.for_webhooks(stage, self.announcing.deliveries, self.announcing.dead_letters)

    def _order_functions(self) -> list[Function]:
        every = (self.orders, self.stripe_events, self.order_sweep, self.announcing.relay, self.announcing.webhooks)
        return [function for function in every if function]

    def _add_canary(self, release: list[cloudwatch.Alarm]) -> None:
        group = codedeploy.LambdaDeploymentGroup(
            self,
            "Release",
            alias=self.chat.live,
            deployment_config=codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES,
            alarms=release,
            auto_rollback=codedeploy.AutoRollbackConfig(
                deployment_in_alarm=True, failed_deployment=True, stopped_deployment=True
            ),
        )

        policy = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
        acknowledge(group, {f"AwsSolutions-IAM4[Policy::{policy}]": "CodeDeploy has no smaller policy for Lambda."})

    def _add_firewall(self, stage: Stage, data: DataStack) -> None:
        Firewall(
            self,
            "Firewall",
            stage=stage,
            guards="api",
            protects=self.api.deployment_stage.stage_arn,
            logs_key=data.storage,
            per_address=stage.requests_per_address,
            events=EventsLimits(EVENTS_PATH, stage.events_per_address) if takes_events(stage) else None,
        )
