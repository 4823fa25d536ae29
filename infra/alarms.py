"""The alarms: what is measured, and from where on somebody is called. docs/runbook.md has an entry for each."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.config import Stage
from infra.counts import Counts, share

FIVE_MINUTES = Duration.minutes(5)
QUARTER = Duration.minutes(15)
HOUR = Duration.hours(1)
QUIET = cloudwatch.TreatMissingData.NOT_BREACHING
SILENT = cloudwatch.TreatMissingData.BREACHING


@dataclass(frozen=True)
class Watched:
    """One alarm: raised when `metric` reaches `limit` in `periods` periods running."""

    name: str
    meaning: str
    metric: cloudwatch.IMetric
    limit: float
    periods: int = 1
    missing: cloudwatch.TreatMissingData = field(default=QUIET)

    def raised_by(self, scope: Construct, topic: sns.ITopic) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            scope,
            self.name,
            alarm_description=f"{self.meaning} See docs/runbook.md, {self.name}.",
            metric=self.metric,
            threshold=self.limit,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=self.periods,
            treat_missing_data=self.missing,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
        alarm.add_ok_action(actions.SnsAction(topic))
        return alarm


def release(api: apigateway.RestApi, live: lambda_.Alias) -> Iterator[Watched]:
    """What sends a new version back."""
    yield Watched(
        "FunctionErrors",
        "The function crashed or ran out of time: payers were told to try again.",
        live.metric_errors(period=Duration.minutes(1), statistic="Sum"),
        limit=1,
    )
    yield Watched(
        "ServerErrors",
        "More than a few requests ended in a 5xx.",
        api.metric_server_error(period=Duration.minutes(1), statistic="Sum"),
        limit=5,
    )


def service(stage: Stage, api: apigateway.RestApi, function: lambda_.Function) -> Iterator[Watched]:
    counts = Counts(stage)
    yield Watched(
        "SlowTurns",
        "One turn in twenty takes longer than five seconds.",
        api.metric_latency(period=FIVE_MINUTES, statistic="p95"),
        limit=5_000,
        periods=3,
    )
    yield Watched(
        "Throttled",
        "Lambda refused calls because its concurrency is used up.",
        function.metric_throttles(period=FIVE_MINUTES, statistic="Sum"),
        limit=1,
    )
    yield Watched(
        "DependencyDenied",
        "A key, the secret, a table or the model refused the function: a permission is missing.",
        counts.across("DependencyDenied", "dependency", FIVE_MINUTES),
        limit=1,
    )
    if stage.model:
        yield Watched(
            "ModelFallbacks",
            "The model fails at half of the replies it is asked for, or more: payers read the fixed wording.",
            share(
                "fallbacks",
                "fallbacks + FILL(worded, 0)",
                10,
                QUARTER,
                fallbacks=counts.across("ModelFallback", "cause", QUARTER),
                worded=counts.total("ModelWorded", QUARTER),
            ),
            limit=50,
        )


def payments(stage: Stage) -> Iterator[Watched]:
    counts = Counts(stage)
    yield Watched(
        "RawCardsRefused",
        "Stripe refuses card numbers from this account: no payment can be taken.",
        counts.total("RawCardRefused", FIVE_MINUTES),
        limit=1,
    )
    yield Watched(
        "ProcessorFailed",
        "Payments fail on our side: the Stripe key, or what Stripe is asked.",
        counts.total("ProcessorFailed", FIVE_MINUTES),
        limit=3,
    )
    yield Watched(
        "ProcessorBusy",
        "Half of the confirmations or more get no answer from Stripe: payers are asked to confirm again.",
        share(
            "busy",
            "busy + FILL(completed, 0)",
            3,
            FIVE_MINUTES,
            busy=counts.total("ProcessorBusy", FIVE_MINUTES),
            completed=counts.total("Completed", FIVE_MINUTES),
        ),
        limit=50,
    )
    yield Watched(
        "NoCompletions",
        "Payers write, and nobody gets through.",
        cloudwatch.MathExpression(
            expression="IF(FILL(turns, 0) >= 60 AND FILL(completed, 0) < 1, 1, 0)",
            using_metrics={"turns": counts.turns(HOUR), "completed": counts.total("Completed", HOUR)},
            period=HOUR,
        ),
        limit=1,
    )


def card_testing(stage: Stage) -> Iterator[Watched]:
    counts = Counts(stage)
    yield Watched(
        "ManyDeclines",
        "More confirmations are declined than taken: somebody may be trying out stolen cards.",
        share(
            "declined",
            "declined + FILL(completed, 0)",
            10,
            QUARTER,
            declined=counts.across("Declined", "class", QUARTER),
            completed=counts.total("Completed", QUARTER),
        ),
        limit=50,
    )
    yield Watched(
        "GuardRefusals",
        "The limits on attempts, or a seal that did not fit, stopped many requests.",
        counts.across("GuardRefused", "guard", QUARTER),
        limit=20,
    )


def sweeping(stage: Stage, sweep: lambda_.Function) -> Iterator[Watched]:
    yield Watched(
        "SweepLeftovers",
        "Sessions older than 75 minutes are still there.",
        Counts(stage).total("SweepLeftovers", QUARTER),
        limit=1,
    )
    yield Watched(
        "SweepErrors",
        "The function that deletes expired sessions fails.",
        sweep.metric_errors(period=QUARTER, statistic="Sum"),
        limit=1,
        periods=2,
    )
    yield Watched(
        "SweepMissing",
        "The function that deletes expired sessions did not run for 45 minutes.",
        cloudwatch.MathExpression(
            expression="IF(FILL(runs, 0) < 1, 1, 0)",
            using_metrics={"runs": sweep.metric_invocations(period=QUARTER, statistic="Sum")},
            period=QUARTER,
        ),
        limit=1,
        periods=3,
        missing=SILENT,
    )


def hosting(balancer: elb.ApplicationLoadBalancer, pages: elb.ApplicationTargetGroup) -> Iterator[Watched]:
    minute = Duration.minutes(1)
    yield Watched(
        "PageUnhealthy",
        "A task of the payment page does not answer.",
        pages.metrics.unhealthy_host_count(period=minute, statistic="Maximum"),
        limit=1,
        periods=5,
    )
    yield Watched(
        "PageErrors",
        "The payment page answers with a 5xx.",
        pages.metrics.http_code_target(elb.HttpCodeTarget.TARGET_5XX_COUNT, period=FIVE_MINUTES),
        limit=5,
    )
    yield Watched(
        "PageDown",
        "No task of the payment page could take a request.",
        balancer.metrics.http_code_elb(elb.HttpCodeElb.ELB_5XX_COUNT, period=FIVE_MINUTES),
        limit=5,
    )
