"""Use the stage that runs in a directory, or run one for as long as it is needed."""

import fcntl
import json
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

Outputs = dict[str, Any]

PATIENCE = 180.0  # seconds for a first start on a slow machine


class LaunchError(Exception):
    """The stage did not come up; the message is what it said."""


def running(directory: Path) -> Outputs | None:
    """The outputs of the stage that is up in this directory, if one is."""
    lock, outputs = directory / "lock", directory / "outputs.json"
    if not lock.exists() or not outputs.exists():
        return None
    with lock.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return dict(json.loads(outputs.read_text()))
    return None  # nobody holds it: the outputs are those of a stage that was killed


@contextmanager
def launched(directory: Path, *, ports: Ports | None = None, output: Any = None) -> Iterator[Outputs]:
    """A stage of our own, stopped at the end. `output`: where its progress lines go (default: kept for errors)."""
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
            yield wait(stage, directory)
        finally:
            stage.send_signal(signal.SIGTERM)
            stage.communicate()


def wait(stage: subprocess.Popen[bytes], directory: Path) -> Outputs:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if (outputs := running(directory)) is not None:
            return outputs
        if stage.poll() is not None:
            said, _ = stage.communicate()
            raise LaunchError((said or b"").decode() or f"The stage ended with status {stage.returncode}.")
        time.sleep(0.1)
    raise LaunchError(f"The stage was not ready after {PATIENCE:.0f} s.")
