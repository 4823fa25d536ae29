"""The function behind the merchant's API. It has no way to a sealing key, a session or the model."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import key_policies
from infra.config import Stage
from infra.data_stack import DataStack
from infra.function import Function, stripe_settings
from infra.orders.order_access import announcing_access, orders_access
from infra.secrets import read_secret


def orders_function(
    scope: Construct, *, stage: Stage, data: DataStack, bus: events.IEventBus, code: lambda_.Code
) -> Function:
    return Function(
        scope,
        "Orders",
        stage=stage,
        room="orders",
        does="create, show, cancel and announce orders",
        code=code,
        logs_key=data.storage,
        # Imported by its ARN: its permissions name resources of this stack, so they have to be made in this stack.
        role=iam.Role.from_role_arn(scope, "MerchantApiRole", data.orders_role.role_arn),
        environment={
            "ORDERS_TABLE": data.orders.table_name,
            "LINK_KEY": data.links.key_arn,
            "EVENT_BUS": bus.event_bus_name,
            "CURRENCIES": ",".join(stage.currencies),
            "CAPTURES": ",".join(stage.captures),
            "DEFAULT_CAPTURE": stage.captures[0],
            "RETURN_HOSTS": ",".join(stage.return_hosts),
            "PAGE_URL": stage.page_url,
            **stripe_settings(stage, data.stripe.secret_arn),
        },
        allowed=[
            *orders_access(data, "GetItem", "PutItem"),
            *read_secret(data.stripe, data.storage),
            announcing_access(bus),
            iam.PolicyStatement(
                actions=["kms:GenerateMac"],
                resources=[data.links.key_arn],
                conditions=dict(key_policies.mac_conditions()),
            ),
        ],
        timeout=Duration.seconds(25),
        memory=stage.memory,
        published=True,
    )
