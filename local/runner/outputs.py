"""outputs.json: where everything on the running stage is. It exists only while the stage is ready."""

import json
from pathlib import Path
from typing import Any

from local.runner.deployment import Deployment
from local.runner.environment import REGION, ROOT, Ports, address

Outputs = dict[str, Any]


def outputs_file(directory: Path) -> Path:
    return directory / "outputs.json"


def collect_outputs(deployed: Deployment, ports: Ports, directory: Path, *, page: bool) -> Outputs:
    logs = directory / "logs"
    return {
        "apiUrl": deployed.gateway_url(ports),
        "pageUrl": address(ports.page) if page else None,
        "awsEndpoint": address(ports.emulator),
        "region": REGION,
        "sessionsTable": deployed.data["SessionsTable"],
        "receiptsTable": deployed.data["ReceiptsTable"],
        "ordersTable": deployed.data["OrdersTable"],
        "eventBus": deployed.api["EventBus"],
        "merchant": deployed.api["Merchant"],
        "currencies": deployed.api["Currencies"].split(","),
        "captures": deployed.api["Captures"].split(","),
        "stripeUrl": address(ports.stripe),
        "modelUrl": address(ports.model),
        "merchantUrl": address(ports.merchant),
        "logDir": str(logs.relative_to(ROOT) if logs.is_relative_to(ROOT) else logs),
    }


def write_outputs(directory: Path, outputs: Outputs) -> None:
    """In one step: a reader finds the complete file or none."""
    draft = directory / "outputs.new"
    draft.write_text(json.dumps(outputs, indent=2) + "\n")
    draft.rename(outputs_file(directory))


def read_outputs_file(directory: Path) -> Outputs:
    return dict(json.loads(outputs_file(directory).read_text()))


def usage(outputs: Outputs) -> str:
    """What a newcomer can do now, for the terminal."""
    curl = f"  curl -s {outputs['apiUrl']}/chat -H 'Content-Type: application/json'"
    return "\n".join(
        [
            "",
            *([f"  page      {outputs['pageUrl']}"] if outputs["pageUrl"] else []),
            f"  merchant  {outputs['merchantUrl']}",
            f"  API       {outputs['apiUrl']}",
            f"  logs      {outputs['logDir']}",
            "",
            "Say something to it:",
            curl + """ -d '{"message": "payment"}'""",
            "then go on with the sessionId and the sessionToken of its reply:",
            curl + """ -H 'X-Session-Token: TOKEN' -d '{"sessionId": "ID", "message": "John"}'""",
            "",
            "Ctrl-C ends everything.",
        ]
    )
