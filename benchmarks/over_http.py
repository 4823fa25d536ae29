"""The six steps over HTTP on the local stage, alone and sixteen at once, and the share of the function in it."""

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.conversation import SIX
from benchmarks.places import ROOT
from local.runner.environment import Ports

CLIENTS = {1: 15, 16: 4}  # how many at once → conversations of each


def measured() -> dict[str, dict[str, list[float]]]:
    """By number of clients: milliseconds of every turn as the client sees it, and as the function logs it."""
    with _stage() as outputs:
        found = {}
        for clients, conversations in CLIENTS.items():
            names = [f"http-{clients}-{number}" for number in range(clients * conversations)]
            with ThreadPoolExecutor(clients) as pool:
                list(pool.map(lambda name: _conversation(outputs["apiUrl"], f"warm-{name}"), names[:clients]))
                seen = list(pool.map(lambda name: _conversation(outputs["apiUrl"], name), names))
            time.sleep(3)  # the stage copies the function's log twice a second
            found[str(clients)] = {
                "seen": [each for turns in seen for each in turns],
                "function": _logged(ROOT / outputs["logDir"], f"http-{clients}-"),
            }
        return found


def _conversation(url: str, session_id: str) -> list[float]:
    """Milliseconds of each turn, over one connection."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=60)
    headers = {"Content-Type": "application/json"}
    took = []
    for text in SIX:
        body = json.dumps({"sessionId": session_id, "message": text})
        started = time.perf_counter()
        connection.request("POST", f"{where.path}/chat", body, headers)
        reply = connection.getresponse()
        content = json.loads(reply.read())
        took.append((time.perf_counter() - started) * 1000)
        if reply.status != 200:
            raise SystemExit(f"the stage answered {reply.status} {content}")
        headers["X-Session-Token"] = content.get("sessionToken") or headers["X-Session-Token"]
    if content["status"] != "completed":
        raise SystemExit(f"the conversation ended {content['status']}")
    return took


def _logged(logs: Path, prefix: str) -> list[float]:
    """What the function itself logged for these sessions."""
    found = []
    for file in logs.iterdir():
        for line in file.read_text(errors="replace").splitlines():
            if '"message":"turn"' in line and f'"session_id":"{prefix}' in line:
                logged: dict[str, Any] = json.loads(line[line.index("{") :])
                found.append(float(logged["milliseconds"]))
    return found


@contextmanager
def _stage() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        stage = subprocess.Popen(
            [sys.executable, "-m", "local.runner.stage", "--brief", "--tethered", "--directory", directory],
            cwd=ROOT,
            env={**os.environ, **Ports.free().variables()},
            stdout=subprocess.DEVNULL,
        )
        try:
            outputs = directory / "outputs.json"
            for _ in range(3000):
                if outputs.exists() or stage.poll() is not None:
                    break
                time.sleep(0.1)
            if not outputs.exists():
                raise SystemExit("the local stage did not start")
            yield json.loads(outputs.read_text())
        finally:
            stage.send_signal(signal.SIGTERM)
            stage.wait(60)
