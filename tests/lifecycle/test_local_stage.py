"""The local stage as a process: it keeps its data over a restart, explains errors, and leaves no process behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.demo.conversation import Api, Conversation
from local.runner.environment import ROOT, Ports
from local.runner.launch import find_running_stage, run_stage
from tests.stage import local_stage

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def local_only(request):
    if request.config.getoption("--stage") != "local":
        pytest.skip("tests the stage on this machine")


def start(directory: Path, ports: Ports, *options: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "local.runner.stage", "--directory", directory, *options],
        cwd=ROOT,
        env={**os.environ, **ports.variables(), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_conversation_continues_after_a_restart(local_only, tmp_path):
    ports, directory = Ports.free(), tmp_path / "stage"
    with run_stage(directory, ports=ports) as outputs:
        talk = Conversation(Api(outputs["apiUrl"]))
        for message in ("payment", "John", "4242 4242 4242 4242", "12/30"):
            assert talk.send(message).status == 200

    deploy_log = (directory / "logs" / "deploy.log").read_bytes()
    with run_stage(directory, ports=ports) as outputs:
        talk.api = Api(outputs["apiUrl"])
        shown, review, done = talk.get(), talk.send("123"), talk.send("confirm")
        created = [entry["id"] for entry in local_stage(outputs).stripe.listed("payment_methods", session=talk.id)]
        logs = "".join(log.read_text() for log in (directory / "logs").iterdir())

    assert (directory / "logs" / "deploy.log").read_bytes() == deploy_log  # nothing was deployed again
    assert shown["currentStep"] == "cvv"
    assert review["status"] == "awaiting_confirmation"
    assert created == [done["payment"]["token"]]
    assert "4242 4242" not in logs
    assert "4242424242424242" not in logs
    assert find_running_stage(directory) is None


def test_an_error_names_the_taken_port_and_its_variable(local_only, tmp_path):
    ports = Ports.free()
    with socket.create_server(("127.0.0.1", ports.model)):
        stage = start(tmp_path, ports)
        printed, _ = stage.communicate(timeout=30)

    assert stage.returncode == 1
    assert f"Port {ports.model}" in printed
    assert "MODEL_PORT" in printed


def wait_for_line(stage: subprocess.Popen[str], text: str) -> None:
    while text not in (line := stage.stdout.readline()):
        assert line, "the stage ended early"


def processes_of(directory: Path) -> set[int]:
    """The processes whose command line or environment names the directory (Linux only)."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(directory).encode() in text and int(process.name) != os.getpid():
            found.add(int(process.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize(
    ("number", "phase"),
    [(signal.SIGTERM, "Starting"), (signal.SIGINT, "Building"), (signal.SIGKILL, "Building")],
    ids=["SIGTERM while the servers start", "Ctrl-C while the stacks are built", "killed while the stacks are built"],
)
def test_it_leaves_no_process_behind(local_only, tmp_path, number, phase):
    stage = start(tmp_path / "stage", Ports.free())
    wait_for_line(stage, phase)
    time.sleep(1)
    assert processes_of(tmp_path)

    stage.send_signal(number)
    deadline = time.monotonic() + 5
    stage.wait(timeout=5)
    while processes_of(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert processes_of(tmp_path) == set()


def test_a_part_that_crashes_is_reported(local_only, tmp_path):
    ports = Ports.free()
    stage = start(tmp_path, ports)
    wait_for_line(stage, "Building")
    victim = next(
        pid for pid in processes_of(tmp_path) if b"local.model.server" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )

    os.kill(victim, signal.SIGKILL)
    printed, _ = stage.communicate(timeout=60)

    assert stage.returncode == 1
    assert "The model was ended by signal 9" in printed
