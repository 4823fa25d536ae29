"""How a merchant hears of an order: its table's stream → relay → event bus → queue → webhook."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Stage
from infra.data_stack import DataStack
from infra.function import Function
from infra.nag_exceptions import acknowledge
from infra.orders.order_access import announcing_access, orders_access
from infra.secrets import read_secret

SOURCE = "payment-chat"
SEND_SECONDS = 15  # the longest that a merchant's server may take
FUNCTION_SECONDS = 60
MAX_TRIES = 20  # more than the schedule of three days has: the function itself gives up before
KEPT = Duration.days(14)


class Announcing(Construct):
    """Hands out `bus`, `relay` and, where the stage has a webhook address, `webhooks` and its two queues.

    The queues are `deliveries` and `dead_letters`.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, data: DataStack, code: lambda_.Code) -> None:
        super().__init__(scope, id_)
        self.bus = events.EventBus(self, "Bus", description=f"Payment Chat, {stage.name}: what became of orders")
        self.relay = self._relay(stage, data, code)
        self.webhooks: Function | None = None
        if stage.webhook_url:
            self.dead_letters = self._queue("DeadLetters")
            self.deliveries = self._queue("Deliveries", self.dead_letters)
            self.webhooks = self._webhooks(stage, data, code)

    def _relay(self, stage: Stage, data: DataStack, code: lambda_.Code) -> Function:
        made = Function(
            self,
            "Relay",
            stage=stage,
            room="relay",
            does="put the changes of orders on the event bus",
            code=code,
            logs_key=data.storage,
            environment={"ORDERS_TABLE": data.orders.table_name, "EVENT_BUS": self.bus.event_bus_name},
            allowed=[*orders_access(data, "UpdateItem"), announcing_access(self.bus)],
            timeout=Duration.seconds(30),
        )
        made.function.add_event_source(
            sources.DynamoEventSource(
                data.orders,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=25,
                bisect_batch_on_error=True,
                report_batch_item_failures=True,
                retry_attempts=10,  # then the sweep announces what is left
                max_record_age=Duration.hours(6),
                parallelization_factor=4,
            )
        )
        return made

    def _webhooks(self, stage: Stage, data: DataStack, code: lambda_.Code) -> Function:
        queue, dead = self.deliveries, self.dead_letters
        events.Rule(
            self,
            "ToWebhook",
            event_bus=self.bus,
            event_pattern=events.EventPattern(source=[SOURCE]),
            targets=[targets.SqsQueue(queue)],
        )
        scale = {"RETRY_SCALE": str(stage.retry_scale)} if stage.retry_scale != 1 else {}
        made = Function(
            self,
            "Webhooks",
            stage=stage,
            room="webhooks",
            does="send events to the merchant's server",
            code=code,
            logs_key=data.storage,
            environment={
                "WEBHOOK_URL": stage.webhook_url,
                "WEBHOOK_SECRET": data.webhook.secret_arn,
                "WEBHOOK_QUEUE": queue.queue_url,
                "WEBHOOK_DEAD_LETTERS": dead.queue_url,
                **scale,
            },
            allowed=[
                *read_secret(data.webhook, data.storage),
                iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[dead.queue_arn]),
            ],
            timeout=Duration.seconds(FUNCTION_SECONDS),
        )
        made.function.add_event_source(
            sources.SqsEventSource(queue, batch_size=1, report_batch_item_failures=True, max_concurrency=10)
        )
        return made

    def _queue(self, id_: str, dead: sqs.Queue | None = None) -> sqs.Queue:
        made = sqs.Queue(
            self,
            id_,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=KEPT,
            visibility_timeout=Duration.seconds(FUNCTION_SECONDS + SEND_SECONDS),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=MAX_TRIES) if dead else None,
            removal_policy=RemovalPolicy.DESTROY,
        )
        if dead is None:
            acknowledge(made, {"AwsSolutions-SQS3": "It is the queue of dead letters."})
        return made
