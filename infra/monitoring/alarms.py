"""Alarms on the system itself: a release, the service, the sweep, the hosted page."""

from collections.abc import Iterator

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_lambda as lambda_

from infra.config import Stage
from infra.monitoring.alarm_rule import AlarmRule
from infra.monitoring.log_metrics import Counts, share

FIVE_MINUTES = Duration.minutes(5)
QUARTER = Duration.minutes(15)


def for_release(api: apigateway.RestApi, live: lambda_.Alias) -> Iterator[AlarmRule]:
    """The alarms that roll back a new version."""
    yield AlarmRule(
        "FunctionErrors",
        "The function crashed or ran out of time: payers were told to try again.",
        live.metric_errors(period=Duration.minutes(1), statistic="Sum"),
        limit=1,
    )
    yield AlarmRule(
        "ServerErrors",
        "More than a few requests ended in a 5xx.",
        api.metric_server_error(period=Duration.minutes(1), statistic="Sum"),
        limit=5,
    )


def for_service(stage: Stage, api: apigateway.RestApi, function: lambda_.Function) -> Iterator[AlarmRule]:
    counts = Counts(stage)
    yield AlarmRule(
        "SlowTurns",
        "One turn in twenty takes longer than five seconds.",
        api.metric_latency(period=FIVE_MINUTES, statistic="p95"),
        limit=5_000,
        periods=3,
    )
    yield AlarmRule(
        "Throttled",
        "Lambda refused calls because its concurrency is used up.",
        function.metric_throttles(period=FIVE_MINUTES, statistic="Sum"),
        limit=1,
    )
    yield AlarmRule(
        "DependencyDenied",
        "A key, the secret, a table or the model refused the function: a permission is missing.",
        counts.across("DependencyDenied", "dependency", FIVE_MINUTES),
        limit=1,
    )
    if stage.model:
        yield AlarmRule(
            "ModelFallbacks",
            "The model fails at half of what it is asked for, or more: payers read the fixed replies.",
            share(
                "fallbacks",
                "fallbacks + FILL(worded, 0) + FILL(pointed, 0)",
                10,
                QUARTER,
                fallbacks=counts.across("ModelFallback", "cause", QUARTER),
                worded=counts.total("ModelWorded", QUARTER),
                pointed=counts.total("ModelPointed", QUARTER),
            ),
            limit=50,
        )


def for_sweep(stage: Stage, sweep: lambda_.Function) -> Iterator[AlarmRule]:
    yield AlarmRule(
        "SweepLeftovers",
        "Sessions older than 75 minutes are still there.",
        Counts(stage).total("SweepLeftovers", QUARTER),
        limit=1,
    )
    yield AlarmRule(
        "SweepErrors",
        "The function that deletes expired sessions fails.",
        sweep.metric_errors(period=QUARTER, statistic="Sum"),
        limit=1,
        periods=2,
    )
    yield missing_runs("SweepMissing", "The function that deletes expired sessions did not run for 45 minutes.", sweep)


def for_words(stage: Stage) -> Iterator[AlarmRule]:
    yield AlarmRule(
        "WordsOutdated",
        "The words that were prepared are a week old, or have not been looked at for two days.",
        Counts(stage).longest("WordingsAge", Duration.days(1)),
        limit=Duration.days(7).to_seconds(),
        periods=2,
        missing=cloudwatch.TreatMissingData.BREACHING,
    )


def missing_runs(name: str, meaning: str, function: lambda_.IFunction) -> AlarmRule:
    """Of a function that should run every 15 minutes."""
    return AlarmRule(
        name,
        meaning,
        cloudwatch.MathExpression(
            expression="IF(FILL(runs, 0) < 1, 1, 0)",
            using_metrics={"runs": function.metric_invocations(period=QUARTER, statistic="Sum")},
            period=QUARTER,
        ),
        limit=1,
        periods=3,
        missing=cloudwatch.TreatMissingData.BREACHING,
    )


def for_page(balancer: elb.ApplicationLoadBalancer, pages: elb.ApplicationTargetGroup) -> Iterator[AlarmRule]:
    minute = Duration.minutes(1)
    yield AlarmRule(
        "PageUnhealthy",
        "A task of the payment page does not answer.",
        pages.metrics.unhealthy_host_count(period=minute, statistic="Maximum"),
        limit=1,
        periods=5,
    )
    yield AlarmRule(
        "PageErrors",
        "The payment page answers with a 5xx.",
        pages.metrics.http_code_target(elb.HttpCodeTarget.TARGET_5XX_COUNT, period=FIVE_MINUTES),
        limit=5,
    )
    yield AlarmRule(
        "PageDown",
        "No task of the payment page could take a request.",
        balancer.metrics.http_code_elb(elb.HttpCodeElb.ELB_5XX_COUNT, period=FIVE_MINUTES),
        limit=5,
    )
