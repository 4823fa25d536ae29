"""The function that looks every 15 minutes at orders that are due: it settles, expires and announces them."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import Stage
from infra.data_stack import DataStack
from infra.function import Function, stripe_settings
from infra.orders.order_access import announcing_access, orders_access
from infra.secrets import read_secret


def order_sweep_function(
    scope: Construct, *, stage: Stage, data: DataStack, bus: events.IEventBus, code: lambda_.Code
) -> Function:
    made = Function(
        scope,
        "OrderSweep",
        stage=stage,
        room="order_sweep",
        does="settle, expire and announce orders that are due",
        code=code,
        logs_key=data.storage,
        environment={
            "ORDERS_TABLE": data.orders.table_name,
            "EVENT_BUS": bus.event_bus_name,
            **stripe_settings(stage, data.stripe.secret_arn),
        },
        allowed=[
            *orders_access(data, "GetItem", "PutItem", "UpdateItem", indexes=("due",)),
            *read_secret(data.stripe, data.storage),
            announcing_access(bus),
        ],
        timeout=Duration.minutes(5),
        memory=512,
    )
    every = Duration.minutes(15)
    target = targets.LambdaFunction(made.function, retry_attempts=0)  # the next run does what this one left
    events.Rule(made, "Schedule", schedule=events.Schedule.rate(every), targets=[target])
    return made
