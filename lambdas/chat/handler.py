"""The Lambda's entry: settings and wiring. The only reader of clock, environment and randomness."""

from __future__ import annotations

import os
import secrets
import time
import uuid
from functools import cache
from typing import TYPE_CHECKING, Any

from chat import settings
from chat.adapters.bedrock import BedrockWording
from chat.adapters.dynamodb import DynamoSessions
from chat.adapters.kms import KmsVault
from chat.adapters.stripe import StripeKey, StripePaymentMethods
from chat.adapters.telemetry import PowertoolsTelemetry
from chat.http import events
from chat.http.api import respond
from chat.languages.language import speaks, tags
from chat.languages.vocabulary import vocabulary
from chat.turns.ports import Limits, Ports
from chat.values.session import Policy
from runtime.aws import client

if TYPE_CHECKING:
    from collections.abc import Mapping


def handle(event: Mapping[str, Any], context: object = None) -> dict[str, Any]:  # noqa: ARG001
    return respond(event, wired(), watch())


@cache
def watch() -> PowertoolsTelemetry:
    return PowertoolsTelemetry()


@cache
def wired() -> Ports:
    """Every port, once a process. Raises settings.BadSetting, which names the variable."""
    chosen = settings.read(os.environ)

    def now() -> int:
        return int(time.time())

    key = StripeKey(client("secretsmanager"), chosen.stripe_secret, now)
    return Ports(
        sessions=DynamoSessions(
            client("dynamodb"), chosen.sessions_table, chosen.receipts_table, chosen.attempts_table
        ),
        vault=KmsVault(client("kms"), chosen.sealing_key, chosen.counting_key),
        wording=BedrockWording(
            client("bedrock-runtime", connect=0.5, read=2, tries=1, url=chosen.model_url), chosen.model_id, watch()
        ),
        tokens=StripePaymentMethods(
            key,
            watch(),
            secret=chosen.stripe_secret,
            stage=chosen.stage,
            test_tokens=chosen.test_tokens,
            url=chosen.stripe_url,
        ),
        watch=watch(),
        policy=Policy(chosen.brands, chosen.contact),
        limits=Limits(chosen.attempts_per_address, chosen.attempts_per_card),
        now=now,
        new_id=lambda: events.id_from(lambda: str(uuid.uuid4())),
        new_token=lambda: secrets.token_urlsafe(32),
        sleep=time.sleep,
    )


def prime() -> None:
    """Load what a first turn or a first confirmation would load. Nothing random or secret is made here."""
    import stripe  # noqa: F401, PLC0415

    vocabulary()
    for tag in tags():
        speaks(tag)


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    wired()  # a wrong setting fails the start
if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    prime()  # the snapshot, from which every instance starts, has it all
