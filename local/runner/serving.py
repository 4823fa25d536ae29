"""Start the parts of the local stage (emulator, stand-ins, page) and watch them until one ends or a signal comes."""

import os
import sys
import time
from pathlib import Path

import httpx

from local.runner.deployment import EmulatorClients, deploy_if_changed, log_groups
from local.runner.environment import ROOT, Ports, address, emulator_variables
from local.runner.function_log import FunctionLog
from local.runner.introduction import introduce
from local.runner.outputs import collect_outputs, usage, write_outputs
from local.runner.processes import Children

STARTED = time.monotonic()
FRONTEND = ROOT / "frontend"
SERVER_SECONDS = 60  # until a server answers; a busy machine needs some


class StageError(Exception):
    """Why the stage cannot start or go on."""


def say(text: str) -> None:
    print(f"{time.monotonic() - STARTED:6.1f} s  {text}", flush=True)


def serve(children: Children, ports: Ports, directory: Path, *, page: bool, brief: bool) -> None:
    """Runs until a signal. Raises ChildError when a part ends by itself, StageError when the API does not work."""
    say("Starting the AWS emulator and the stand-ins for Stripe and the model ...")
    start_servers(children, ports, directory)
    emulator = EmulatorClients(ports)
    deployed = deploy_if_changed(children, emulator, ports, directory, say)
    function_log = FunctionLog(emulator.client("logs"), log_groups(emulator), children.log("function"))
    try:
        url = deployed.gateway_url(ports)
        say("Waiting for the first answer ...")
        children.wait_for("the API", lambda: is_ready(url), seconds=30)
        introduce(emulator, deployed, ports)
        if page:
            start_page(children, ports, url, deployed.api["Merchant"])
        outputs = collect_outputs(deployed, ports, directory, page=page)
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
    variables = emulator_variables(ports.emulator, directory / "state" / str(ports.emulator), persist=True)
    children.start("emulator", [sys.executable, "-m", "local.runner.emulator"], cwd=directory, **variables)
    children.start("stripe", [sys.executable, "-m", "local.stripe.server", "--port", str(ports.stripe)], cwd=ROOT)
    children.start("model", [sys.executable, "-m", "local.model.server", "--port", str(ports.model)], cwd=ROOT)
    start_merchant(children, ports)
    for name, url in (
        ("the emulator", f"{address(ports.emulator)}/_ministack/health"),
        ("Stripe stand-in", f"{address(ports.stripe)}/_control/health"),
        ("model stand-in", f"{address(ports.model)}/_control/health"),
        ("merchant stand-in", f"{address(ports.merchant)}/_control/health"),
    ):
        children.wait_for(name, lambda url=url: is_answering(url), seconds=SERVER_SECONDS)  # type: ignore[misc]


def start_merchant(children: Children, ports: Ports) -> None:
    command = [sys.executable, "-m", "local.merchant.server", "--port", str(ports.merchant)]
    children.start("merchant", command, cwd=ROOT, PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "client")]))


def start_page(children: Children, ports: Ports, api_url: str, merchant: str) -> None:
    say("Starting the page ...")
    children.start(
        "page",
        [sys.executable, "-m", "payment_page.serve"],
        cwd=FRONTEND,
        PYTHONPATH=str(ROOT / "client"),
        CHAT_API_URL=api_url,
        CHAT_API_SIGNED="false",
        PAGE_PORT=str(ports.page),
        MERCHANT=merchant,
    )
    children.wait_for("the page", lambda: is_answering(address(ports.page)), seconds=30)


def is_answering(url: str) -> bool:
    """Whether a server answers there, with whatever status."""
    try:
        httpx.get(url, timeout=2, trust_env=False)
    except httpx.TransportError:
        return False
    return True


def is_ready(api_url: str) -> bool:
    """Whether gateway, function and database work together: the API refuses an unknown session with its own error.

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
