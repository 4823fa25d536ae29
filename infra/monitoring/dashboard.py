"""A stage's alarms with the topic they notify, its dashboard with the funnel, and its saved log queries."""

from collections.abc import Iterable

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

# CloudWatch Logs Insights, over the function's log group. The fields are those of lambdas/chat/adapters/telemetry.py.
QUERIES = {
    "unforeseen": "filter message in ['unforeseen', 'the Stripe key cannot be used'] | sort @timestamp desc"
    " | fields @timestamp, level, message, session_id, kind, places, secret, reason",
    "refusals": "filter message = 'refused' | stats count(*) as times by http_status, code | sort times desc",
    "refused-values": "filter message = 'turn' and ispresent(error) | stats count(*) as times by step, error"
    " | sort times desc",
    "declines": "filter message = 'declined' | stats count(*) as times by code, detail | sort times desc",
    "dependencies": "filter message = 'unavailable' | stats count(*) as times by dependency, code | sort times desc",
    "slow-turns": "filter message = 'turn' | stats pct(milliseconds, 50) as p50, pct(milliseconds, 95) as p95,"
    " count(*) as turns by step | sort p95 desc",
    "one-session": "filter session_id = 'PUT THE SESSION ID HERE' | sort @timestamp | fields @timestamp, message, step,"
    " next_step, status, error, http_status, dependency, code, detail, kind, places, milliseconds",
}


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

    def add_queries(self, group: logs.ILogGroup) -> None:
        for name, query in QUERIES.items():
            logs.CfnQueryDefinition(
                self,
                f"Query-{name}",
                name=f"{self.stage.service}/{name}",
                query_string=query,
                log_group_names=[group.log_group_name],
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


def _graph(
    title: str, metrics: list[cloudwatch.IMetric], *, width: int = 8, stacked: bool = False
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=metrics, width=width, height=6, stacked=stacked)
