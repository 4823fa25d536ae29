"""The queue of events → the merchant's server.

Settings: STAGE, WEBHOOK_URL, WEBHOOK_SECRET, WEBHOOK_QUEUE, WEBHOOK_DEAD_LETTERS, on the local stage RETRY_SCALE, and
POWERTOOLS_* for the log and the metrics.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

import urllib3

from payments.adapters.wiring import AWS_LIMITS, now
from runtime.clients import Clients
from runtime.deadline import Deadline
from runtime.json_secret import JsonSecret
from runtime.settings import BadSetting, Settings
from runtime.telemetry import FunctionTelemetry
from webhooks.delivery import Delivery
from webhooks.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

deadline = Deadline()
clients = Clients(deadline)
telemetry = FunctionTelemetry()


@telemetry.logger.inject_lambda_context
def handle(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    deadline.start(context.get_remaining_time_in_millis() / 1000)
    kept = delivery().deliver(event.get("Records", []))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in kept]}


@cache
def delivery() -> Delivery:
    """Raises BadSetting, which names the variable."""
    settings = Settings(os.environ)
    url = settings.text("WEBHOOK_URL")
    if not url.startswith("https://") and settings.stage != "local":
        raise BadSetting("the setting WEBHOOK_URL must begin with https://")
    secret = JsonSecret(clients.get("secretsmanager", AWS_LIMITS), settings.text("WEBHOOK_SECRET"), now)
    return Delivery(
        sender=Sender(url, secret, urllib3.PoolManager(), now),
        sqs=clients.get("sqs", AWS_LIMITS),
        queue=settings.text("WEBHOOK_QUEUE"),
        dead_letters=settings.text("WEBHOOK_DEAD_LETTERS"),
        retry_scale=_retry_scale(settings),
        telemetry=telemetry,
        now=now,
        seconds_left=deadline.seconds_left,
    )


def _retry_scale(settings: Settings) -> float:
    try:
        scale = float(settings.local("RETRY_SCALE") or "1")
    except ValueError:
        scale = 0
    if not 0 < scale <= 1:
        raise BadSetting("the setting RETRY_SCALE must be a number above 0, 1 at most")
    return scale


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    delivery()  # a wrong setting fails the start
