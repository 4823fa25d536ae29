"""Have Stripe send its events to a stage: `make stripe-events STAGE=dev`. With ROTATE=yes under a new signing secret.

Asks for a Stripe key that may write event destinations, and keeps it nowhere; without one the stage's own key is used.
The signing secret goes from Stripe to Secrets Manager: no command line, no file, no output ever holds it.
"""

import getpass
import hashlib
import hmac
import json
import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import httpx
import stripe

from infra.config import Stage
from infra.operations.event_destination import Destinations, Signing, register, signing_text, signings_in
from infra.operations.outputs import stage_outputs
from infra.operations.stripe_key import check_key
from infra.stages import stage_named

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

WAIT_SECONDS = 90  # a running function fetches the secrets anew half a minute after the last time
PROBE = {"object": "v2.core.event", "id": "evt_probe", "type": "v2.core.event_destination.ping", "related_object": None}


@dataclass(frozen=True)
class SecretsManagerStore:
    secrets: "SecretsManagerClient"
    secret_id: str

    def load(self) -> list[Signing]:
        return signings_in(self.secrets.get_secret_value(SecretId=self.secret_id)["SecretString"])

    def save(self, signings: list[Signing]) -> None:
        self.secrets.put_secret_value(SecretId=self.secret_id, SecretString=signing_text(signings))


def is_event_taken(url: str, secret: str, patience_seconds: int = WAIT_SECONDS) -> bool:
    """Whether the stage takes an event about nothing, signed with this secret."""
    body = json.dumps(PROBE)
    until = time.monotonic() + patience_seconds
    while True:
        now = int(time.time())
        signature = hmac.new(secret.encode(), f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "Stripe-Signature": f"t={now},v1={signature}"}
        if httpx.post(url, content=body, headers=headers, timeout=30).status_code == httpx.codes.OK:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(5)


def asked_key(stage: Stage, own_key: str) -> str:
    """The key that was typed or piped in; the stage's own if there was none."""
    question = f"Stripe key that may write event destinations (enter: the key of {stage.name}): "
    typed = getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline()
    return check_key(typed, stage) if typed.strip() else own_key


def main(name: str, rotate: str = "") -> None:
    stage, aws = stage_named(name), boto3.Session()
    if stage.stripe_event_bus:
        raise SystemExit(f"{name} takes Stripe's events from EventBridge (stripe_event_bus): see docs/deploy.md.")
    outputs = stage_outputs(aws, stage)
    secrets = aws.client("secretsmanager", region_name=stage.region)
    url = os.environ.get("API_URL", outputs["ApiUrl"]) + "/stripe/events"
    key = asked_key(stage, secrets.get_secret_value(SecretId=outputs["StripeSecret"])["SecretString"])
    base = os.environ.get("STRIPE_URL") or stage.stripe_url
    client = stripe.StripeClient(key, base_addresses={"api": base} if base else {})
    destinations = Destinations(client, url, f"Payment Chat {name}")
    store = SecretsManagerStore(secrets, outputs["StripeEventsSecret"])
    try:
        done = register(destinations, store, lambda secret: is_event_taken(url, secret), rotate=rotate == "yes")
    except stripe.StripeError as error:
        raise SystemExit(f"Stripe refuses: {error.user_message or type(error).__name__}") from None
    print(f"Stripe sends its events to {url}, under {'a new' if done.is_new else 'the stored'} secret.")  # noqa: T201
    if done.retired:
        print(f"Retired: {done.retired} earlier destination(s) and their secrets.")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
