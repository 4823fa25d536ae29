"""The six steps over HTTP on the local stage, with one client and with sixteen, and the function's share of it."""

import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.conversation import SIX
from benchmarks.places import ROOT
from local.demo.conversation import Api, Conversation
from local.runner.environment import Ports
from local.runner.launch import run_stage

CONVERSATIONS = {1: 15, 16: 4}  # number of clients at once → conversations of each client
LOG_COPY_SECONDS = 3  # the stage copies the function's log twice a second


def measure() -> dict[str, dict[str, list[float]]]:
    """By number of clients: milliseconds of every turn, as the client sees it and as the function logs it."""
    with tempfile.TemporaryDirectory() as directory, run_stage(Path(directory), ports=Ports.free()) as outputs:
        return {str(clients): _measure_clients(clients, each, outputs) for clients, each in CONVERSATIONS.items()}


def _measure_clients(clients: int, conversations: int, outputs: dict[str, Any]) -> dict[str, list[float]]:
    ids = [f"http-{clients}-{number}" for number in range(clients * conversations)]
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda session_id: _play(outputs["apiUrl"], f"warm-{session_id}"), ids[:clients]))
        seen = list(pool.map(lambda session_id: _play(outputs["apiUrl"], session_id), ids))
    time.sleep(LOG_COPY_SECONDS)
    return {
        "seen": [milliseconds for turns in seen for milliseconds in turns],
        "function": _read_function_log(ROOT / outputs["logDir"], f"http-{clients}-"),
    }


def _play(url: str, session_id: str) -> list[float]:
    """Milliseconds of each turn of a conversation, over one connection."""
    conversation = Conversation(Api(url), id=session_id)
    took = []
    for text in SIX:
        started = time.perf_counter()
        reply = conversation.send(text)
        took.append((time.perf_counter() - started) * 1000)
        if reply.status != 200:
            raise SystemExit(f"The stage answered {reply.status}: {reply.body}")
    if reply["status"] != "completed":
        raise SystemExit(f"The conversation ended with the status {reply['status']}.")
    return took


def _read_function_log(logs: Path, prefix: str) -> list[float]:
    """The milliseconds that the function logged for each turn of the sessions whose id has this prefix."""
    found = []
    for file in logs.iterdir():
        for line in file.read_text(errors="replace").splitlines():
            if '"message":"turn"' in line and f'"session_id":"{prefix}' in line:
                logged: dict[str, Any] = json.loads(line[line.index("{") :])
                found.append(float(logged["milliseconds"]))
    return found
