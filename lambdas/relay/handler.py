"""The orders table's stream → the event bus. What does not get through here, the sweep announces.

Settings: ORDERS_TABLE, EVENT_BUS, and POWERTOOLS_* for the log and the metrics.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from payments.adapters.order_items import UnreadableOrder, to_order
from payments.adapters.wiring import OrderParts
from payments.announcing import Announcing
from runtime.aws import Unavailable
from runtime.clients import Clients
from runtime.deadline import Deadline
from runtime.settings import Settings
from runtime.telemetry import FunctionTelemetry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from payments.order import Status

MAX_REMEMBERED = 1000  # orders

deadline = Deadline()
clients = Clients(deadline)
telemetry = FunctionTelemetry()
remembered: dict[str, frozenset[Status]] = {}


@telemetry.logger.inject_lambda_context
def handle(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda sends the failed record and all after it again."""
    deadline.start(context.get_remaining_time_in_millis() / 1000)
    failed = relay(event.get("Records", []), announcing(), telemetry, remembered)
    return {"batchItemFailures": [{"itemIdentifier": failed}] if failed else []}


def relay(
    records: Iterable[Mapping[str, Any]],
    announcing: Announcing,
    telemetry: FunctionTelemetry,
    told: dict[str, frozenset[Status]],
) -> str | None:
    """In order. The sequence number of the first record whose changes could not be announced; None when all were.

    `told`: what was announced of the latest orders. The image of an order that was written twice in a moment does not
    know yet what the one before it has told, nor does the image that the note of that makes; they come in later batches
    too.
    """
    for record in records:
        image = record.get("dynamodb", {}).get("NewImage")
        if not image:  # deleted
            continue
        try:
            order = to_order(image)
            telemetry.identify(order.id)
            order = replace(order, announced=order.announced | told.get(order.id, frozenset()))
            announced = announcing.announce(order).announced
            if announced != order.announced:
                telemetry.info("announced", statuses=sorted(announced - order.announced))
            _remember(told, order.id, announced)
        except UnreadableOrder as error:  # of another schema: no repeat will make it readable
            telemetry.unavailable(error)
        except Unavailable as error:
            telemetry.unavailable(error)
            return str(record["dynamodb"]["SequenceNumber"])
    return None


def _remember(told: dict[str, frozenset[Status]], order_id: str, announced: frozenset[Status]) -> None:
    """The order that was heard of longest ago is forgotten first: it may be told twice, under the same id."""
    told.pop(order_id, None)
    told[order_id] = announced
    if len(told) > MAX_REMEMBERED:
        del told[next(iter(told))]


@cache
def announcing() -> Announcing:
    """Raises BadSetting, which names the variable."""
    parts = OrderParts(Settings(os.environ), deadline, telemetry, clients)
    return Announcing(parts.table, parts.bus, telemetry)


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    announcing()  # a wrong setting fails the start
