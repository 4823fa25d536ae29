"""The function's entry point: reads the settings and wires the parts together.

Nothing else in this package reads the clock or the environment, or makes an id or a key.
"""

from __future__ import annotations

import os
import secrets
import time
import uuid
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

from chat import settings
from chat.adapters.bedrock import BedrockWording
from chat.adapters.kms import KmsVault
from chat.adapters.session_store import DynamoSessionStore
from chat.adapters.stripe_payment_methods import StripePaymentMethods
from chat.adapters.telemetry import PowertoolsTelemetry
from chat.http.api import Api
from chat.languages.language import language_tags, load_language
from chat.languages.vocabulary import vocabulary
from chat.turns.attempts import Limits
from chat.turns.confirm import Confirmation
from chat.turns.records import Records
from chat.turns.turn import Turns
from chat.values.session import Policy
from payments.adapters.stripe_client import STRIPE_SECONDS
from payments.adapters.stripe_key import StripeKey
from runtime.aws import TimeLimits, bounded
from runtime.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

AWS_LIMITS = TimeLimits(connect_seconds=0.5, read_seconds=1, attempts=2)
MODEL_LIMITS = TimeLimits(connect_seconds=0.5, read_seconds=2, attempts=1)
CONFIRM_SECONDS = 2 * AWS_LIMITS.total_seconds + STRIPE_SECONDS  # claim, Stripe, finish: each at its slowest

deadline = Deadline()
telemetry = PowertoolsTelemetry()


@telemetry.logger.inject_lambda_context
def handle(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    deadline.start(context.get_remaining_time_in_millis() / 1000)
    return api().respond(event)


@cache
def api() -> Api:
    """Every part, made once per process. Raises settings.BadSetting, which names the variable."""
    chosen = settings.read(os.environ)
    policy = Policy(chosen.brands, chosen.contact, chosen.test_cards_only)
    records = Records(
        DynamoSessionStore(
            bounded(boto3.client("dynamodb", config=AWS_LIMITS.config()), AWS_LIMITS, deadline),
            chosen.sessions_table,
            chosen.receipts_table,
            chosen.attempts_table,
        ),
        now=_now,
        new_id=_new_id,
    )
    vault = KmsVault(
        bounded(boto3.client("kms", config=AWS_LIMITS.config()), AWS_LIMITS, deadline),
        chosen.sealing_key,
        chosen.counting_key,
    )
    confirmation = Confirmation(
        records=records,
        vault=vault,
        processor=_processor(chosen),
        limits=Limits(chosen.attempts_per_address, chosen.attempts_per_card),
        telemetry=telemetry,
        policy=policy,
        sleep=time.sleep,
        seconds_left=deadline.seconds_left,
        seconds_needed=CONFIRM_SECONDS,
    )
    turns = Turns(
        records=records,
        vault=vault,
        wording=_wording(chosen),
        confirmation=confirmation,
        telemetry=telemetry,
        policy=policy,
        new_token=lambda: secrets.token_urlsafe(32),
    )
    return Api(turns, telemetry, new_id=_new_id, monotonic=time.monotonic)


def _processor(chosen: settings.Settings) -> StripePaymentMethods:
    secrets_manager = bounded(boto3.client("secretsmanager", config=AWS_LIMITS.config()), AWS_LIMITS, deadline)
    return StripePaymentMethods(
        StripeKey(secrets_manager, chosen.stripe_secret, _now),
        telemetry,
        deadline,
        stage=chosen.stage,
        test_tokens=chosen.test_tokens,
        url=chosen.stripe_url,
    )


def _wording(chosen: settings.Settings) -> BedrockWording:
    bedrock = boto3.client("bedrock-runtime", config=MODEL_LIMITS.config(), endpoint_url=chosen.model_url)
    return BedrockWording(bounded(bedrock, MODEL_LIMITS, deadline), chosen.model_id, telemetry)


def _now() -> int:
    return int(time.time())


def _new_id() -> str:
    return str(uuid.uuid4())


def prime() -> None:
    """Load what a first turn or a first confirmation would load. Makes nothing random or secret."""
    import stripe  # noqa: F401, PLC0415

    vocabulary()
    for tag in language_tags():
        load_language(tag)


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    api()  # a wrong setting fails the start
if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    prime()  # every instance starts from the snapshot, which then holds all of it
