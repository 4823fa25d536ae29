"""The contenders' processes. Each is started once and answers commands."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.places import PLAIN, PYTHON, ROOT, SHIPPED

# The packages that these contenders can import. The others use the environment of the peers.
PACKAGES_OF: dict[str, Path] = {
    "ours": SHIPPED,
    "complete": SHIPPED,
    "orders": SHIPPED,
    "floor": SHIPPED,
    "whole_item": PLAIN,
}


class Fleet:
    def __init__(self, workers: Mapping[str, subprocess.Popen[str]]) -> None:
        self._workers = workers

    def play(self, name: str, texts: Sequence[str]) -> dict[str, list[float]]:
        """CPU and wall milliseconds of each turn of a new conversation."""
        played: dict[str, list[float]] = self._ask(name, {"play": list(texts)})
        return played

    def meter(self, name: str, texts: Sequence[str]) -> list[dict[str, Any]]:
        """AWS calls, capacity units and bytes of each turn of a new conversation."""
        turns: list[dict[str, Any]] = self._ask(name, {"meter": list(texts)})["turns"]
        return turns

    def end(self, name: str) -> float:
        """Ends the process. Returns its peak memory in megabytes."""
        return float(self._ask(name, {"end": True})["peak_mb"])

    def _ask(self, name: str, command: object) -> Any:
        worker = self._workers[name]
        assert worker.stdin, worker.stdout
        worker.stdin.write(json.dumps(command) + "\n")
        worker.stdin.flush()
        answer = worker.stdout.readline() if worker.stdout else ""
        if not answer:
            raise SystemExit(f"The contender {name} ended with status {worker.wait(10)}.")
        return json.loads(answer)


@contextmanager
def start(names: Sequence[str], environment: Mapping[str, str]) -> Iterator[Fleet]:
    workers = {name: _start(name, environment) for name in names}
    try:
        for worker in workers.values():
            assert worker.stdout
            if not worker.stdout.readline():
                raise SystemExit("A contender did not start.")
        yield Fleet(workers)
    finally:
        for worker in workers.values():
            worker.kill()
            worker.wait(10)


def _start(name: str, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    packages = PACKAGES_OF.get(name)
    path = f"{packages}:{ROOT}" if packages else str(ROOT)
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PYTHON"))}
    return subprocess.Popen(
        [PYTHON, *(["-S"] if packages else []), "-m", "benchmarks.worker", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**clean, **environment, "PYTHONPATH": path},
    )
