"""Alarms on orders: their functions, what Stripe reports of them, and what the merchant is told."""

from collections.abc import Iterator

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from infra.config import Stage
from infra.monitoring.alarm_rule import AlarmRule
from infra.monitoring.alarms import FIVE_MINUTES, QUARTER, missing_runs
from infra.monitoring.log_metrics import Counts

MINUTE_IN_MILLISECONDS = 60_000


def for_orders(stage: Stage, api: lambda_.IFunction) -> Iterator[AlarmRule]:
    counts = Counts(stage)
    yield AlarmRule(
        "MerchantApiErrors",
        "The function behind the merchant's API crashed or ran out of time.",
        api.metric_errors(period=FIVE_MINUTES, statistic="Sum"),
        limit=1,
    )
    yield AlarmRule(
        "OrderMismatches",
        "Stripe reports another amount, currency, reference or mode than an order has: it is not completed.",
        counts.total("OrderMismatch", FIVE_MINUTES),
        limit=1,
    )
    yield AlarmRule(
        "OrdersStuck",
        "Orders are neither completed nor ended half an hour after their end.",
        counts.total("OrderStuck", QUARTER),
        limit=1,
        periods=2,
    )


def for_stripe_events(stage: Stage, function: lambda_.IFunction) -> Iterator[AlarmRule]:
    yield AlarmRule(
        "StripeEventsErrors",
        "The function that takes Stripe's events crashed or ran out of time.",
        function.metric_errors(period=FIVE_MINUTES, statistic="Sum"),
        limit=1,
    )
    yield AlarmRule(
        "EventsForged",
        "Many events came that Stripe did not sign, or the signing secret is wrong.",
        Counts(stage).total("EventForged", QUARTER),
        limit=20,
    )


def for_order_sweep(sweep: lambda_.IFunction) -> Iterator[AlarmRule]:
    yield AlarmRule(
        "OrderSweepErrors",
        "The function that settles and expires orders fails.",
        sweep.metric_errors(period=QUARTER, statistic="Sum"),
        limit=1,
        periods=2,
    )
    yield missing_runs(
        "OrderSweepMissing", "The function that settles and expires orders did not run for 45 minutes.", sweep
    )


def for_relay(relay: lambda_.IFunction) -> Iterator[AlarmRule]:
    yield AlarmRule(
        "RelayBehind",
        "Changes of orders wait five minutes or longer for the event bus.",
        relay.metric("IteratorAge", period=FIVE_MINUTES, statistic="Maximum"),
        limit=5 * MINUTE_IN_MILLISECONDS,
    )


def for_webhooks(stage: Stage, deliveries: sqs.IQueue, dead_letters: sqs.IQueue) -> Iterator[AlarmRule]:
    counts = Counts(stage)
    yield AlarmRule(
        "WebhooksDelayed",
        "For an hour there was an event that the merchant's server did not take.",
        # An event that waits for its next try is invisible; one that is delivered is so for a second.
        deliveries.metric_approximate_number_of_messages_not_visible(period=QUARTER, statistic="Minimum"),
        limit=1,
        periods=4,
    )
    yield AlarmRule(
        "WebhooksUndelivered",
        "The merchant's server did not take an event for three days: it is not sent again by itself.",
        counts.total("WebhookUndelivered", FIVE_MINUTES),
        limit=1,
    )
    yield AlarmRule(
        "WebhooksDropped",
        "The merchant's server answers 410: it wants no more events.",
        counts.total("WebhookDropped", FIVE_MINUTES),
        limit=1,
    )
    yield AlarmRule(
        "DeadLetters",
        "The queue of undelivered events is not empty.",
        dead_letters.metric_approximate_number_of_messages_visible(period=FIVE_MINUTES, statistic="Maximum"),
        limit=1,
    )
