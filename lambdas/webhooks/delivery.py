"""What becomes of an event in the queue: delivered, tried again later, dropped, or laid aside as undelivered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from runtime.aws import Unavailable, translated
from webhooks.schedule import next_pause
from webhooks.sender import MAX_SECONDS, Answer, webhook_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mypy_boto3_sqs import SQSClient

    from webhooks.sender import Sender

SPARE_SECONDS = 3  # beside the sending: for the queue and the secret


class Telemetry(Protocol):
    def identify(self, order_id: str | None) -> None: ...
    def info(self, message: str, **fields: Any) -> None: ...
    def count(self, metric: str, **dimensions: str) -> None: ...
    def unavailable(self, error: Unavailable) -> None: ...


@dataclass(frozen=True)
class Delivery:
    """`queue`, `dead_letters`: addresses of the queues. `retry_scale`: shortens the schedule, on the local stage."""

    sender: Sender
    sqs: SQSClient
    queue: str
    dead_letters: str
    retry_scale: float
    telemetry: Telemetry
    now: Callable[[], int]
    seconds_left: Callable[[], float]

    def deliver(self, records: Iterable[Mapping[str, Any]]) -> list[str]:
        """The ids of the messages that have to stay in the queue."""
        return [str(record["messageId"]) for record in records if not self._is_done(record)]

    def _is_done(self, record: Mapping[str, Any]) -> bool:
        """Whether the message may leave the queue."""
        if self.seconds_left() < MAX_SECONDS + SPARE_SECONDS:
            return False  # it comes again when the queue shows it again
        try:
            event = _event(record["body"])
            self.telemetry.identify(event["data"]["orderId"])
            webhook_id(event)
        except (ValueError, LookupError, TypeError, AttributeError):
            self.telemetry.count("WebhookDropped")
            self.telemetry.info("no event of an order")
            return True
        try:
            return self._is_settled(record, event, self.sender.send(event))
        except Unavailable as error:
            self.telemetry.unavailable(error)
            return False

    def _is_settled(self, record: Mapping[str, Any], event: Mapping[str, Any], answer: Answer) -> bool:
        attributes = record["attributes"]
        attempt = int(attributes["ApproximateReceiveCount"])
        told = {"event": event["type"], "attempt": attempt, "http_status": answer.status}
        if answer.is_taken:
            self.telemetry.info("delivered", **told)
            return True
        if answer.is_refused_for_good:
            self.telemetry.count("WebhookDropped")
            self.telemetry.info("the merchant's server wants no more events", **told)
            return True
        age = self.now() - int(attributes["SentTimestamp"]) / 1000
        pause = next_pause(attempt, age, retry_after=answer.retry_after, scale=self.retry_scale)
        if pause is None:
            self._lay_aside(event)
            self.telemetry.count("WebhookUndelivered")
            self.telemetry.info("undelivered", **told)
            return True
        self.telemetry.info("not delivered", pause_seconds=pause, **told)
        with translated("sqs"):
            self.sqs.change_message_visibility(
                QueueUrl=self.queue, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=pause
            )
        return False

    def _lay_aside(self, event: Mapping[str, Any]) -> None:
        with translated("sqs"):
            self.sqs.send_message(QueueUrl=self.dead_letters, MessageBody=json.dumps(event, ensure_ascii=False))


def _event(body: str) -> dict[str, Any]:
    """What the event bus has put into the queue: its own envelope around the event, or the event alone."""
    found: dict[str, Any] = json.loads(body)
    event: dict[str, Any] = found.get("detail", found)
    return event
