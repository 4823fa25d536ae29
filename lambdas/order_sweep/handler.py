"""Every quarter of an hour: look at the orders that are due.

Settings: STAGE, ORDERS_TABLE, STRIPE_SECRET, EVENT_BUS, on the local stage STRIPE_URL, and POWERTOOLS_*.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from order_sweep.order_sweep import OrderSweep
from payments.adapters.wiring import OrderParts, now
from payments.announcing import Announcing
from runtime.clients import Clients
from runtime.deadline import Deadline
from runtime.settings import Settings
from runtime.telemetry import FunctionTelemetry

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

deadline = Deadline()
clients = Clients(deadline)
telemetry = FunctionTelemetry()


@telemetry.logger.inject_lambda_context
def handle(_event: object, context: LambdaContext) -> dict[str, int]:
    """What the schedule calls. When the due orders cannot be read it fails, so that the failed run is counted."""
    deadline.start(context.get_remaining_time_in_millis() / 1000)
    swept = order_sweep().run()
    telemetry.info("swept", **vars(swept))
    telemetry.amount("OrderStuck", swept.stuck)
    return vars(swept)


@cache
def order_sweep() -> OrderSweep:
    """Raises BadSetting, which names the variable."""
    parts = OrderParts(Settings(os.environ), deadline, telemetry, clients)
    announcing = Announcing(parts.table, parts.bus, telemetry)
    return OrderSweep(parts.table, parts.settlement, announcing, telemetry, now, deadline.seconds_left)


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    order_sweep()  # a wrong setting fails the start
