"""The whole system on this machine, in the foreground: `make stage`, or `make run` with the page besides.

An AWS emulator, the same CDK stacks as on AWS, stand-ins for Stripe and for the model. When it is ready it has
written outputs.json; Ctrl-C or SIGTERM ends all of it, and what was stored is there again at the next start.
"""

import argparse
import fcntl
import json
import os
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from local.runner.deployment import Deployed, Emulator, bring_up
from local.runner.environment import REGION, ROOT, PortError, Ports, address, isolated
from local.runner.function_log import FunctionLog
from local.runner.processes import STOP, ChildError, Children, follow_parent

STARTED = time.monotonic()
PAGE = ROOT / "frontend"


class StageError(Exception):
    """Why the stage cannot start or go on."""


def say(text: str) -> None:
    print(f"{time.monotonic() - STARTED:6.1f} s  {text}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the whole system on this machine.")
    parser.add_argument("--page", action="store_true", help="with the payment page")
    parser.add_argument("--directory", type=Path, default=ROOT / ".stage", help="where state and logs are kept")
    parser.add_argument("--brief", action="store_true", help="do not tell how to use it")
    parser.add_argument("--tethered", action="store_true", help="end when the process that started this ends")
    chosen = parser.parse_args()
    if chosen.tethered:
        follow_parent()
    for number in STOP:
        signal.signal(number, leave)
    try:
        run(chosen.directory.resolve(), page=chosen.page, brief=chosen.brief)
    except (StageError, PortError, ChildError, LookupError) as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def leave(_number: int, _frame: FrameType | None) -> None:
    """The first signal unwinds the stack, which ends the children; later ones must not interrupt that."""
    for number in STOP:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def run(directory: Path, *, page: bool, brief: bool) -> None:
    logs, temporary = directory / "logs", directory / "tmp"
    with only_stage(directory):
        ports = Ports.from_environment(os.environ)
        ports.check_free(("emulator", "stripe", "model", "page") if page else ("emulator", "stripe", "model"))
        shutil.rmtree(temporary, ignore_errors=True)
        for needed in (logs, temporary):
            needed.mkdir(parents=True, exist_ok=True)
        environment = isolated(os.environ, ports, temporary)
        os.environ.clear()
        os.environ.update(environment)
        try:
            with Children(logs, environment) as children:
                serve(children, ports, directory, page=page, brief=brief)
        except KeyboardInterrupt:
            say("Stopped. What was stored will be there at the next start.")
            raise
        finally:
            outputs_of(directory).unlink(missing_ok=True)
            shutil.rmtree(temporary, ignore_errors=True)


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
        children.wait_for("the API", lambda: ready(url), seconds=30)
        if page:
            start_page(children, ports, url)
        outputs = stage_outputs(deployed, ports, directory, page=page)
        write(outputs_of(directory), outputs)
        say("Ready.")
        if not brief:
            print(welcome(outputs), flush=True)
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
    if not PAGE.exists():
        raise StageError(f"There is no page to run: {PAGE.relative_to(ROOT)} is missing. `make stage` does without.")
    say("Starting the page ...")
    children.start(
        "page",
        [sys.executable, "-m", "payment_page.serve"],
        cwd=PAGE,
        CHAT_API_URL=api_url,
        CHAT_API_SIGNED="false",
        PAGE_PORT=str(ports.page),
    )
    children.wait_for("the page", lambda: answers(address(ports.page)), seconds=30)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False


def ready(url: str) -> bool:
    """Gateway, function and database answer: nobody's conversation is expired, in the API's own words."""
    probe = urllib.request.Request(f"{url}/sessions/readiness", headers={"X-Session-Token": "none"})
    try:
        urllib.request.urlopen(probe, timeout=28)
    except urllib.error.HTTPError as error:
        body = error.read().decode(errors="replace")
        if error.code == 410 and json.loads(body)["error"]["code"] == "session_expired":
            return True
        raise StageError(f"The API answers {error.code}:\n  {body[:2000]}") from None
    except OSError:
        return False
    return False


def stage_outputs(deployed: Deployed, ports: Ports, directory: Path, *, page: bool) -> dict[str, str | None]:
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


def outputs_of(directory: Path) -> Path:
    return directory / "outputs.json"


def write(path: Path, outputs: dict[str, str | None]) -> None:
    """All or nothing: whoever sees the file may use what it says."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(outputs, indent=2) + "\n")
    draft.rename(path)


def welcome(outputs: dict[str, str | None]) -> str:
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
            "and go on with the sessionId and the sessionToken of its answer:",
            curl + """ -H 'X-Session-Token: TOKEN' -d '{"sessionId": "ID", "message": "John"}'""",
            "",
            "Ctrl-C ends everything.",
        ]
    )


@contextmanager
def only_stage(directory: Path) -> Iterator[None]:
    """One stage to a directory; StageError while another runs there. The lock goes with the process."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StageError(f"A stage is running already in {directory}.") from None
        with suppress(FileNotFoundError):
            outputs_of(directory).unlink()
        yield


if __name__ == "__main__":
    sys.exit(main())
