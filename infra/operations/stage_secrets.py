"""What of a stage's secrets is still missing. Values are looked at, and never shown."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.config import Stage

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


@dataclass(frozen=True)
class StageSecrets:
    """`outputs`: of the stage's stacks, which name the secrets."""

    secrets: "SecretsManagerClient"
    stage: Stage
    outputs: Mapping[str, str]

    def has_stripe_key(self) -> bool:
        """Whether a value was stored after the random one that the stack makes. The value itself is not read."""
        found = self.secrets.describe_secret(SecretId=self.outputs["StripeSecret"]).get("VersionIdsToStages", {})
        return "AWSPREVIOUS" in {label for labels in found.values() for label in labels}

    def check_webhook_secret(self) -> tuple[str, bool]:
        return "there is a secret to sign webhooks with", bool(self._value("WebhookSecret").get("current"))

    def missing(self) -> Iterator[str]:
        """The commands that are still to be run."""
        name = self.stage.name
        if not self.has_stripe_key():
            yield f"make stripe-key STAGE={name}    (asks for the Stripe key and stores it without showing it)"
        elif not self.stage.stripe_event_bus and not self._value("StripeEventsSecret").get("secrets"):
            yield f"make stripe-events STAGE={name}    (has Stripe tell this stage what becomes of payments)"

    def _value(self, output: str) -> dict[str, Any]:
        """Of a JSON secret; empty when it is none."""
        try:
            value = json.loads(self.secrets.get_secret_value(SecretId=self.outputs[output])["SecretString"])
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}
