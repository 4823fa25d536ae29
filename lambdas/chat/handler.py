"""The function's entry point.

Nothing but this module and `wiring` reads the clock or the environment, or makes an id or a key.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from chat import settings
from chat.adapters.telemetry import PowertoolsTelemetry
from chat.wiring import Parts
from runtime.clients import Clients
from runtime.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from chat.http.api import Api

deadline = Deadline()
clients = Clients(deadline)
telemetry = PowertoolsTelemetry()


@telemetry.logger.inject_lambda_context
def handle(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    deadline.start(context.get_remaining_time_in_millis() / 1000)
    return api().respond(event)


@cache
def api() -> Api:
    """Every part, made once per process. Raises settings.BadSetting, which names the variable."""
    return Parts(settings.read(os.environ), deadline, telemetry, clients).api()


def prime() -> None:
    """Rehearse, so that the snapshot holds all that a request loads, and nothing random or secret.

    A rehearsal that fails is logged, and the function is as it would be without it.
    """
    from chat.rehearsal import rehearse  # noqa: PLC0415  (for a snapshot alone)

    try:
        rehearse(settings.read(os.environ), clients, telemetry)
    except Exception as error:  # noqa: BLE001
        telemetry.crashed(error)


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    api()  # a wrong setting fails the start
if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    prime()  # every instance starts from the snapshot, which then holds all of it
