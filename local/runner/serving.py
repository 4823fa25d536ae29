"""The parts of the local stage: the emulator with the deployed stacks, the stand-ins and the page."""

import json
import sys
import time
from pathlib import Path

import httpx

from local.runner.deployment import Deployed, Emulator, bring_up
from local.runner.environment import REGION, ROOT, Ports, address
from local.runner.function_log import FunctionLog
from local.runner.processes import Children

STARTED = time.monotonic()
FRONTEND = ROOT / "frontend"


class StageError(Exception):
    """Why the stage cannot start or go on."""


def say(text: str) -> None:
    print(f"{time.monotonic() - STARTED:6.1f} s  {text}", flush=True)


def serve(children: Children, ports: Ports, directory: Path, *, page: bool, brief: bool) -> None:
    say("Starting the AWS emulator and the stand-ins for Stripe and the model ...")
    start_servers(children, ports, directory)
    children.wait_for("the emulator", lambda: answers(f"{address(ports.emulator)}/_ministack/health"), seconds=30)
    for name, port in (("Stripe stand-in", ports.stripe), ("model stand-in", ports.model)):
        children.wait_for(name, lambda port=port: answers(f"{address(port)}/_control/health"), seconds=15)  # type: ignore[misc]
    emulator = Emulator(ports)
    deployed = bring_up(children, emulator, ports, directory, say)
    function_log = FunctionLog(emulator.client("logs"), deployed.api["LogGroup"], children.log("function"))
    try:
        url = deployed.gateway_url(ports)
        say("Waiting for the first answer ...")
        children.wait_for("the API", lambda: is_ready(url), seconds=30)
        if page:
            start_page(children, ports, url)
        outputs = outputs_of(deployed, ports, directory, page=page)
        write_outputs(directory, outputs)
        say("Ready.")
        if not brief:
            print(usage(outputs), flush=True)
        while True:
            children.check()
            function_log.copy()
            time.sleep(0.25)
    finally:
        function_log.copy()


def start_servers(children: Children, ports: Ports, directory: Path) -> None:
    state = directory / "state"
    children.start(
        "emulator",
        [sys.executable, "-m", "local.runner.emulator"],
        cwd=directory,
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(ports.emulator),
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        PERSIST_STATE="1",
        S3_PERSIST="1",
        STATE_DIR=str(state / "services"),
        S3_DATA_DIR=str(state / "s3"),
    )
    children.start("stripe", [sys.executable, "-m", "local.stripe.server", "--port", str(ports.stripe)], cwd=ROOT)
    children.start("model", [sys.executable, "-m", "local.model.server", "--port", str(ports.model)], cwd=ROOT)


def start_page(children: Children, ports: Ports, api_url: str) -> None:
    say("Starting the page ...")
    children.start(
        "page",
        [sys.executable, "-m", "payment_page.serve"],
        cwd=FRONTEND,
        PYTHONPATH=str(ROOT / "client"),
        CHAT_API_URL=api_url,
        CHAT_API_SIGNED="false",
        PAGE_PORT=str(ports.page),
    )
    children.wait_for("the page", lambda: answers(address(ports.page)), seconds=30)


def answers(url: str) -> bool:
    """Whether a server answers there, with whatever status."""
    try:
        httpx.get(url, timeout=2, trust_env=False)
    except httpx.TransportError:
        return False
    return True


def is_ready(api_url: str) -> bool:
    """Whether gateway, function and database work together: an unknown session is refused in the API's own words.

    Raises StageError for any other answer.
    """
    try:
        probe = httpx.get(
            f"{api_url}/sessions/readiness", headers={"X-Session-Token": "none"}, timeout=28, trust_env=False
        )
    except httpx.TransportError:
        return False
    if probe.status_code == 410 and probe.json()["error"]["code"] == "session_expired":
        return True
    raise StageError(f"The API answers {probe.status_code}:\n  {probe.text[:2000]}")


def outputs_of(deployed: Deployed, ports: Ports, directory: Path, *, page: bool) -> dict[str, str | None]:
    logs = directory / "logs"
    return {
        "apiUrl": deployed.gateway_url(ports),
        "pageUrl": address(ports.page) if page else None,
        "awsEndpoint": address(ports.emulator),
        "region": REGION,
        "sessionsTable": deployed.data["SessionsTable"],
        "receiptsTable": deployed.data["ReceiptsTable"],
        "stripeUrl": address(ports.stripe),
        "modelUrl": address(ports.model),
        "logDir": str(logs.relative_to(ROOT) if logs.is_relative_to(ROOT) else logs),
    }


def write_outputs(directory: Path, outputs: dict[str, str | None]) -> None:
    """All or nothing: whoever sees the file may use what it says."""
    draft = directory / "outputs.new"
    draft.write_text(json.dumps(outputs, indent=2) + "\n")
    draft.rename(outputs_file(directory))


def outputs_file(directory: Path) -> Path:
    return directory / "outputs.json"


def usage(outputs: dict[str, str | None]) -> str:
    curl = f"  curl -s {outputs['apiUrl']}/chat -H 'Content-Type: application/json'"
    return "\n".join(
        [
            "",
            *([f"  page  {outputs['pageUrl']}"] if outputs["pageUrl"] else []),
            f"  API   {outputs['apiUrl']}",
            f"  logs  {outputs['logDir']}",
            "",
            "Say something to it:",
            curl + """ -d '{"message": "payment"}'""",
            "then go on with the sessionId and the sessionToken of its reply:",
            curl + """ -H 'X-Session-Token: TOKEN' -d '{"sessionId": "ID", "message": "John"}'""",
            "",
            "Ctrl-C ends everything.",
        ]
    )
