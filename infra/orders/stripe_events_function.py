"""The function that Stripe's events reach. Its only secrets are the signing secrets and the Stripe key."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import Stage
from infra.data_stack import DataStack
from infra.function import Function, stripe_settings
from infra.orders.order_access import orders_access
from infra.secrets import read_secret

PARTNER = "aws.partner/stripe.com"  # what the source of Stripe's events on a partner event bus begins with


def stripe_events_function(scope: Construct, *, stage: Stage, data: DataStack, code: lambda_.Code) -> Function:
    made = Function(
        scope,
        "StripeEvents",
        stage=stage,
        room="stripe_events",
        does="settle the order that an event of Stripe is about",
        code=code,
        logs_key=data.storage,
        environment={
            "ORDERS_TABLE": data.orders.table_name,
            "SIGNING_SECRET": data.signing.secret_arn,
            **stripe_settings(stage, data.stripe.secret_arn),
        },
        allowed=[
            *orders_access(data, "GetItem", "PutItem", indexes=("stripe",)),
            *read_secret(data.signing, data.storage),
            *read_secret(data.stripe, data.storage),
        ],
        timeout=Duration.seconds(25),
        memory=512,
        published=True,
        reserved=stage.events_concurrency,
    )
    if stage.stripe_event_bus:
        events.Rule(
            made,
            "FromStripe",
            event_bus=events.EventBus.from_event_bus_name(made, "PartnerBus", stage.stripe_event_bus),
            event_pattern=events.EventPattern(source=events.Match.prefix(PARTNER)),
            targets=[targets.LambdaFunction(made.live)],  # what fails again and again, the sweep settles
        )
    return made
