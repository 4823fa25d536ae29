"""What the functions of orders may do with the orders table, its key and the event bus."""

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam

from infra import key_policies
from infra.data_stack import DataStack


def orders_access(data: DataStack, *operations: str, indexes: tuple[str, ...] = ()) -> list[iam.PolicyStatement]:
    """Items of the orders table by these operations; `indexes`: those that may be queried."""
    table = data.orders.table_arn
    statements = [
        iam.PolicyStatement(actions=[f"dynamodb:{operation}" for operation in operations], resources=[table]),
        key_policies.through_dynamodb(data.storage),
    ]
    if indexes:
        names = [f"{table}/index/{name}" for name in indexes]
        statements.append(iam.PolicyStatement(actions=["dynamodb:Query"], resources=names))
    return statements


def announcing_access(bus: events.IEventBus) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=["events:PutEvents"], resources=[bus.event_bus_arn])
