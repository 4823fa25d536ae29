"""A stage's alarms with the topic they notify, its dashboard with the funnel, and its saved log queries."""

from collections.abc import Iterable, Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.config import NAMESPACE, Stage
from infra.monitoring.alarm_rule import AlarmRule
from infra.monitoring.log_metrics import Counts


class Monitoring(Construct):
    """Hands out `topic`, which every alarm of the stage notifies."""

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, key: kms.IKey) -> None:
        super().__init__(scope, id_)
        self.stage = stage
        self.topic = sns.Topic(
            self, "Topic", display_name=f"Payment Chat {stage.name}", master_key=key, enforce_ssl=True
        )
        if stage.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_email))

    def add_alarms(self, rules: Iterable[AlarmRule]) -> list[cloudwatch.Alarm]:
        return [rule.create(self, self.topic) for rule in rules]

    def add_queries(self, queries: Mapping[str, str], groups: Iterable[logs.ILogGroup]) -> None:
        names = [group.log_group_name for group in groups]
        for name, query in queries.items():
            logs.CfnQueryDefinition(
                self,
                f"Query-{name}",
                name=f"{self.stage.service}/{name}",
                query_string=query,
                log_group_names=names,
            )

    def add_dashboard(self, alarms: list[cloudwatch.Alarm], latency: cloudwatch.IMetric) -> None:
        counts = Counts(self.stage)
        rows: list[list[cloudwatch.IWidget]] = [
            [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms, width=24, height=4)],
            [
                self._by("Funnel: steps asked", "StepAsked", "step", width=8),
                self._by("Funnel: values given", "StepGiven", "step", width=8),
                self._by("Funnel: given up", "StepDropped", "step", width=8),
            ],
            [
                _graph("Outcomes", [counts.turns(QUARTER), counts.total("Completed", QUARTER)]),
                self._by("Refused values", "StepRefused", "code,step"),
                self._by("Declines", "Declined", "class"),
            ],
            [
                self._by("Turn time, 95th percentile (ms)", "TurnTime", "step", statistic="p95"),
                _graph("API latency (ms)", [latency]),
                self._by("Model fallbacks", "ModelFallback", "cause"),
            ],
            [
                self._by("Guard refusals", "GuardRefused", "guard"),
                _graph("Trouble with Stripe", [counts.total(name, QUARTER) for name in STRIPE_TROUBLE]),
                self._by("Denied by a dependency", "DependencyDenied", "dependency"),
            ],
            [
                self._by("Orders by status", "OrdersByStatus", "status"),
                _graph("From opening to completion (s)", [_order_time(counts, each) for each in ("p50", "p95")]),
                _graph("Trouble with orders", [counts.total(name, QUARTER) for name in ORDER_TROUBLE]),
            ],
        ]
        cloudwatch.Dashboard(
            self, "Dashboard", dashboard_name=self.stage.service, widgets=rows, default_interval=Duration.days(1)
        )

    def _by(
        self, title: str, metric: str, dimensions: str, *, width: int = 8, statistic: str = "Sum"
    ) -> cloudwatch.GraphWidget:
        found = f'{{{NAMESPACE},{dimensions},service}} MetricName="{metric}" service="{self.stage.service}"'
        search = cloudwatch.MathExpression(
            expression=f"SEARCH('{found}', '{statistic}', 900)", using_metrics={}, label="", period=QUARTER
        )
        return _graph(title, [search], width=width, stacked=statistic == "Sum")


QUARTER = Duration.minutes(15)
STRIPE_TROUBLE = ("ProcessorBusy", "ProcessorFailed", "RawCardRefused")
ORDER_TROUBLE = ("OrderMismatch", "OrderStuck", "EventForged", "WebhookUndelivered", "WebhookDropped")


def _order_time(counts: Counts, statistic: str) -> cloudwatch.IMetric:
    """Seconds from the payer's first opening of an order to its completion."""
    return counts.total("OrderTime", QUARTER).with_(statistic=statistic, label=statistic)


def _graph(
    title: str, metrics: list[cloudwatch.IMetric], *, width: int = 8, stacked: bool = False
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=metrics, width=width, height=6, stacked=stacked)
