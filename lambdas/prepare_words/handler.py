"""What the schedule calls once a day, and the operator after a deploy.

Settings: STAGE, MODEL_ID, WORDINGS_TABLE, on the local stage MODEL_URL, and POWERTOOLS_* for the log and the metrics.
"""

from __future__ import annotations

import os
import time
from functools import cache
from typing import TYPE_CHECKING

from prepare_words.preparing import Preparation
from runtime.aws import TimeLimits
from runtime.clients import Clients
from runtime.deadline import Deadline
from runtime.settings import Settings
from runtime.telemetry import FunctionTelemetry
from wording.bank import WordingBank
from wording.model import Model

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

AWS_LIMITS = TimeLimits(connect_seconds=1, read_seconds=3, attempts=2)
MODEL_LIMITS = TimeLimits(connect_seconds=1, read_seconds=20, attempts=1)  # nobody waits

deadline = Deadline()
clients = Clients(deadline)
telemetry = FunctionTelemetry()


@telemetry.logger.inject_lambda_context
def handle(_event: object, context: LambdaContext) -> dict[str, int]:
    """The age in seconds of the oldest wordings. Fails when they cannot be stored, so that this is counted."""
    deadline.start(context.get_remaining_time_in_millis() / 1000)
    age = preparation().run()
    telemetry.duration("WordingsAge", age)
    return {"oldest": age}


@cache
def preparation() -> Preparation:
    """Raises BadSetting, which names the variable."""
    settings = Settings(os.environ)
    bedrock = clients.get("bedrock-runtime", MODEL_LIMITS, settings.local("MODEL_URL"))
    bank = WordingBank(clients.get("dynamodb", AWS_LIMITS, at_once=True), settings.text("WORDINGS_TABLE"), now)
    return Preparation(Model(bedrock, settings.text("MODEL_ID")), bank, telemetry, now)


def now() -> int:
    return int(time.time())


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    preparation()  # a wrong setting fails the start
