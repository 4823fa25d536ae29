"""Alarms on payments: those that fail, and attempts to try out stolen cards."""

from collections.abc import Iterator

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.config import Stage
from infra.monitoring.alarm_rule import AlarmRule
from infra.monitoring.log_metrics import Counts, share

FIVE_MINUTES = Duration.minutes(5)
QUARTER = Duration.minutes(15)
HOUR = Duration.hours(1)


def for_payments(stage: Stage) -> Iterator[AlarmRule]:
    counts = Counts(stage)
    yield AlarmRule(
        "RawCardsRefused",
        "Stripe refuses card numbers from this account: no payment can be taken.",
        counts.total("RawCardRefused", FIVE_MINUTES),
        limit=1,
    )
    yield AlarmRule(
        "ProcessorFailed",
        "Payments fail on our side: the Stripe key, or what Stripe is asked.",
        counts.total("ProcessorFailed", FIVE_MINUTES),
        limit=3,
    )
    yield AlarmRule(
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
    yield AlarmRule(
        "NoCompletions",
        "Payers write, and nobody gets through.",
        cloudwatch.MathExpression(
            expression="IF(FILL(turns, 0) >= 60 AND FILL(completed, 0) < 1, 1, 0)",
            using_metrics={"turns": counts.turns(HOUR), "completed": counts.total("Completed", HOUR)},
            period=HOUR,
        ),
        limit=1,
    )


def for_card_testing(stage: Stage) -> Iterator[AlarmRule]:
    counts = Counts(stage)
    yield AlarmRule(
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
    yield AlarmRule(
        "GuardRefusals",
        "The limits on attempts, or a seal that did not fit, stopped many requests.",
        counts.across("GuardRefused", "guard", QUARTER),
        limit=20,
    )
