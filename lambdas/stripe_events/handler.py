"""The function's entry point, for API Gateway and, where the stage has one, for the partner event bus.

Settings: STAGE, ORDERS_TABLE, STRIPE_SECRET, SIGNING_SECRET, on the local stage STRIPE_URL, and POWERTOOLS_*.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from payments.adapters.wiring import AWS_LIMITS, OrderParts, now
from runtime.clients import Clients
from runtime.deadline import Deadline
from runtime.json_secret import JsonSecret
from runtime.settings import Settings
from runtime.telemetry import FunctionTelemetry
from stripe_events.receiver import PARTNER_SOURCE, Receiver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

deadline = Deadline()
clients = Clients(deadline)
telemetry = FunctionTelemetry()


@telemetry.logger.inject_lambda_context
def handle(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any] | None:
    """API Gateway puts what a client sends into the parts of its own event, so nobody can pass as the event bus."""
    deadline.start(context.get_remaining_time_in_millis() / 1000)
    if "httpMethod" not in event and str(event.get("source", "")).startswith(PARTNER_SOURCE):
        receiver().take_from_bus(event)
        return None
    return receiver().respond(event)


@cache
def receiver() -> Receiver:
    """Raises BadSetting, which names the variable."""
    return receiver_of(OrderParts(Settings(os.environ), deadline, telemetry, clients))


def receiver_of(parts: OrderParts) -> Receiver:
    """Raises BadSetting."""
    signing = JsonSecret(parts.clients.get("secretsmanager", AWS_LIMITS), parts.settings.text("SIGNING_SECRET"), now)
    return Receiver(signing, parts.table, parts.settlement, telemetry)


def prime() -> None:
    """Rehearse, so that the snapshot holds all that a request loads. One that fails is logged, and changes nothing."""
    from stripe_events.rehearsal import rehearse  # noqa: PLC0415  (for a snapshot alone)

    try:
        rehearse(receiver_of, OrderParts(Settings(os.environ), Deadline(), telemetry, clients), telemetry.logger, now())
    except Exception as error:  # noqa: BLE001
        telemetry.crashed(error)


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    receiver()  # a wrong setting fails the start
if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    prime()
