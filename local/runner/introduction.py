"""Tell the stand-ins what real services are told by an operator: addresses and signing secrets."""

import json
from collections.abc import Mapping

import httpx

from local.runner.deployment import Deployment, EmulatorClients
from local.runner.environment import Ports, address


def introduce(emulator: EmulatorClients, deployed: Deployment, ports: Ports) -> None:
    """Stripe learns where to send events, the merchant by which secret webhooks are signed."""
    events = _secret(emulator, deployed.data["StripeEventsSecret"])
    destination = {"url": f"{deployed.gateway_url(ports)}/stripe/events", "secret": events["secrets"][0]}
    _tell(f"{address(ports.stripe)}/_control/webhook", destination)
    webhook = _secret(emulator, deployed.data["WebhookSecret"])
    valid = [secret for secret in (webhook["current"], webhook.get("previous")) if secret]
    _tell(f"{address(ports.merchant)}/_control/secrets", {"secrets": valid})
    _tell(f"{address(ports.merchant)}/_control/api", {"apiUrl": deployed.gateway_url(ports)})


def _secret(emulator: EmulatorClients, name: str) -> dict[str, list[str] | str]:
    return dict(json.loads(emulator.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]))


def _tell(url: str, what: Mapping[str, object]) -> None:
    httpx.post(url, json=what, timeout=5, trust_env=False).raise_for_status()
