"""The local stage itself: it goes on where it stopped, says what is wrong, and leaves nothing behind."""

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
from local.runner.launch import launched, running
from tests.stage import local_stage

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def local_only(request):
    if request.config.getoption("--stage") != "local":
        pytest.skip("about the stage on this machine")


def start(directory: Path, ports: Ports, *options: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "local.runner.stage", "--directory", directory, *options],
        cwd=ROOT,
        env={**os.environ, **ports.variables(), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_conversation_goes_on_after_a_restart(local_only, tmp_path):
    ports, directory = Ports.free(), tmp_path / "stage"
    with launched(directory, ports=ports) as outputs:
        talk = Conversation(Api(outputs["apiUrl"]))
        for message in ("payment", "John", "4242 4242 4242 4242", "12/30"):
            assert talk.send(message).status == 200

    deployed = (directory / "logs" / "deploy.log").read_bytes()
    with launched(directory, ports=ports) as outputs:
        talk.api = Api(outputs["apiUrl"])
        shown, review, done = talk.get(), talk.send("123"), talk.send("confirm")
        receipts = [entry["id"] for entry in local_stage(outputs).stripe.listed("payment_methods", session=talk.id)]
        said = "".join(log.read_text() for log in (directory / "logs").iterdir())

    assert (directory / "logs" / "deploy.log").read_bytes() == deployed  # nothing had changed
    assert shown["currentStep"] == "cvv"
    assert review["status"] == "awaiting_confirmation"
    assert receipts == [done["payment"]["token"]]
    assert "4242 4242" not in said
    assert "4242424242424242" not in said
    assert running(directory) is None


def test_a_taken_port_is_named_with_its_variable(local_only, tmp_path):
    ports = Ports.free()
    with socket.create_server(("127.0.0.1", ports.model)):
        stage = start(tmp_path, ports)
        said, _ = stage.communicate(timeout=30)

    assert stage.returncode == 1
    assert f"Port {ports.model}" in said
    assert "MODEL_PORT" in said


def wait_for_line(stage: subprocess.Popen[str], text: str) -> None:
    while text not in (line := stage.stdout.readline()):
        assert line, "the stage ended early"


def processes_of(directory: Path) -> set[int]:
    """Those whose command line or environment names the directory (Linux)."""
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
    said, _ = stage.communicate(timeout=60)

    assert stage.returncode == 1
    assert "The model was ended by signal 9" in said
