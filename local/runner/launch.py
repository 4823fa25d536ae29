"""Find the stage that is running in a directory, or run one for as long as it is needed."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.runner.environment import ROOT, Ports
from local.runner.outputs import Outputs, outputs_file, read_outputs_file

START_SECONDS = 180.0  # enough for a first start on a slow machine


class LaunchError(Exception):
    """The stage did not start; the message is what it printed."""


def find_running_stage(directory: Path) -> Outputs | None:
    """The outputs of the stage that is running in this directory, or None."""
    lock = directory / "lock"
    if not lock.exists() or not outputs_file(directory).exists():
        return None
    with lock.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return read_outputs_file(directory)
    return None  # no stage holds the lock: the file was left behind by a stage that was killed


@contextmanager
def run_stage(directory: Path, *, ports: Ports | None = None, output: Any = None) -> Iterator[Outputs]:
    """A stage that is stopped at the end. `output`: where its progress goes; by default it is kept for LaunchError."""
    variables = ports.variables() if ports else {}
    with (
        subprocess.Popen(
            [sys.executable, "-m", "local.runner.stage", "--tethered", "--brief", "--directory", directory],
            cwd=ROOT,
            env={**os.environ, **variables, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as stage,
    ):
        try:
            yield wait_until_ready(stage, directory)
        finally:
            if stage.poll() is None:  # what a stage printed that ended by itself has been read
                stage.send_signal(signal.SIGTERM)
                stage.communicate()


def wait_until_ready(stage: subprocess.Popen[bytes], directory: Path) -> Outputs:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if (outputs := find_running_stage(directory)) is not None:
            return outputs
        if stage.poll() is not None:
            said, _ = stage.communicate()
            raise LaunchError((said or b"").decode() or f"The stage ended with status {stage.returncode}.")
        time.sleep(0.1)
    raise LaunchError(f"The stage was not ready after {START_SECONDS:.0f} s.")
