"""The secret that the merchant's server verifies webhooks with: `make webhook-secret STAGE=dev` shows it.

ROTATE=yes makes a new one; every webhook is then signed with both, until ROTATE=end takes the old one away.
"""

import base64
import json
import secrets
import sys
from dataclasses import dataclass

import boto3

from infra.operations.outputs import stage_outputs
from infra.stages import stage_named

PREFIX = "whsec_"
NEW_BYTES = 24  # the Standard Webhooks specification asks for 24 to 64


@dataclass(frozen=True)
class WebhookSecret:
    """`previous`: the one that a rotation has not ended yet."""

    current: str
    previous: str | None = None

    @classmethod
    def parse(cls, text: str) -> "WebhookSecret":
        value = json.loads(text)
        current = value.get("current")
        if not current:
            raise SystemExit("The secret holds no current value: ROTATE=yes makes one.")
        return cls(current, value.get("previous"))

    def text(self) -> str:
        return json.dumps({"current": self.current, "previous": self.previous})

    def shown(self) -> list[str]:
        return [PREFIX + each.removeprefix(PREFIX) for each in (self.current, self.previous) if each]


def changed(secret: WebhookSecret, rotate: str, new: str) -> WebhookSecret:
    """`rotate`: yes, end, or nothing. Raises SystemExit for a rotation before the last one has ended."""
    match rotate:
        case "":
            return secret
        case "yes" if secret.previous:
            raise SystemExit("A rotation is under way: ROTATE=end first, when the merchant's server knows the new one.")
        case "yes":
            return WebhookSecret(new, secret.current)
        case "end":
            return WebhookSecret(secret.current)
    raise SystemExit("ROTATE must be yes or end")


def main(name: str, rotate: str = "") -> None:
    stage, aws = stage_named(name), boto3.Session()
    if not stage.webhook_url:
        raise SystemExit(f"{name} sends no webhooks: set webhook_url in infra/stages.py. The event bus has the events.")
    store, where = aws.client("secretsmanager", region_name=stage.region), stage_outputs(aws, stage)["WebhookSecret"]
    before = WebhookSecret.parse(store.get_secret_value(SecretId=where)["SecretString"])
    new = PREFIX + base64.b64encode(secrets.token_bytes(NEW_BYTES)).decode()
    after = changed(before, rotate, new)
    if after != before:
        store.put_secret_value(SecretId=where, SecretString=after.text())
        print(f"{name} signs by this within five minutes:")  # noqa: T201
    print(*after.shown(), sep="\n")  # noqa: T201
    if after.previous:
        print(f"The second one is valid too, until: make webhook-secret STAGE={name} ROTATE=end")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
