"""The process of one contender. Reads commands, one JSON object a line, and answers each with a JSON object.

`{"play": texts}` plays a new conversation and answers with CPU and wall milliseconds of each turn.
`{"meter": texts}` does the same, but counts calls, capacity units and bytes instead of time.
`{"end": true}` answers with the peak memory and the Python version, then the process ends.
"""

import gc
import importlib
import importlib.metadata
import io
import json
import os
import platform
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.conversation import Contender
from benchmarks.metering import Call, count_calls


def play(contender: Contender, texts: Sequence[str]) -> dict[str, list[float]]:
    cpu, wall = [], []
    gc.collect()
    for act in contender.conversation(texts):
        started, used = time.perf_counter(), time.process_time()
        act()
        cpu.append(round((time.process_time() - used) * 1000, 3))
        wall.append(round((time.perf_counter() - started) * 1000, 3))
    return {"cpu": cpu, "wall": wall}


def meter(contender: Contender, texts: Sequence[str], output: "CountingOutput") -> dict[str, Any]:
    turns = []
    for act in contender.conversation(texts):
        output.bytes = 0
        with count_calls() as calls:
            act()
        turns.append(
            {
                "function": getattr(act, "function", "chat"),
                "calls": Counter(call.service for call in calls),
                "operations": Counter(f"{call.service} {call.operation}" for call in calls),
                "read_units": sum(call.read_units for call in calls),
                "write_units": sum(call.write_units for call in calls),
                "table_writes": _by_table(calls),
                "item_bytes": max((call.item_bytes for call in calls), default=0),
                "log_bytes": output.bytes,
            }
        )
    return {"turns": turns}


def _by_table(calls: Sequence[Call]) -> dict[str, float]:
    """Write units."""
    units: defaultdict[str, float] = defaultdict(float)
    for call in calls:
        for table, written in call.table_writes:
            units[table] += written
    return dict(units)


class CountingOutput(io.TextIOBase):
    """A standard output that counts its bytes and still writes them, because writing takes time."""

    def __init__(self, target: io.TextIOBase) -> None:
        self.target, self.bytes = target, 0

    def write(self, text: str) -> int:
        self.bytes += len(text.encode())
        return self.target.write(text)

    def flush(self) -> None:
        self.target.flush()


def _peak_megabytes() -> float:
    """Peak memory of this process. (getrusage would include the process that started it.)"""
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    output = CountingOutput(open(os.devnull, "w"))  # noqa: PTH123, SIM115
    sys.stdout = output
    contender = importlib.import_module(f"benchmarks.contenders.{sys.argv[1]}").contender()
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        match json.loads(line):
            case {"play": texts}:
                answer: dict[str, Any] = play(contender, texts)
            case {"meter": texts}:
                answer = meter(contender, texts, output)
            case _:
                peak = _peak_megabytes()
                print(json.dumps({"peak_mb": peak, "python": platform.python_version()}), file=answers, flush=True)
                return
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
