"""The stage under load, under random bytes, and stopped in the middle of what it does."""

import http.client
import json
import os
import random
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from local.demo.conversation import SEED, Api, Conversation
from local.runner.environment import ROOT, Ports
from local.runner.launch import run_stage
from tests.stage import Stage

DOCUMENT = ROOT / "docs" / "openapi.yaml"
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,response_headers_conformance"
)


@dataclass
class Fuzzed:
    requests: int
    failures: tuple[str, ...]


def by_schema(stage: Stage, requests: int) -> Fuzzed:
    """Schemathesis on the published document: right and wrong requests, every answer held against it."""
    with tempfile.TemporaryDirectory() as directory:
        command = [
            *("schemathesis", "run", str(DOCUMENT), "--url", stage.api.url, "--max-examples", str(requests // 2)),
            *("--phases", "coverage,fuzzing", "--checks", CHECKS, "--continue-on-failure", "--seed", "1"),
            *("--generation-database", "none", "--suppress-health-check", "all", "--no-color"),
            *("--report", "json", "--report-json-path", f"{directory}/report.json"),
        ]
        subprocess.run(command, cwd=directory, capture_output=True, check=False, timeout=600)
        report = json.loads(Path(directory, "report.json").read_text())
    found = [*report["failures"], *report["errors"]]
    return Fuzzed(report["test_cases"]["generated"], tuple(json.dumps(each)[:300] for each in found))


def by_bytes(stage: Stage, requests: int, seed: int = 0) -> Fuzzed:
    """Bodies of random bytes, alone or inside a JSON text, under right and wrong content types."""
    rng = random.Random(seed)
    url = urllib.parse.urlsplit(stage.api.url)
    documented = {int(status) for status in yaml.safe_load(DOCUMENT.read_text())["paths"]["/chat"]["post"]["responses"]}
    failures = []
    for _ in range(requests):
        body = rng.randbytes(rng.choice((0, 1, 10, 200, 5000)))
        if rng.random() < 0.4:
            body = b'{"message":"' + body.replace(b'"', b"") + b'"}'
        kind = rng.choice(("application/json", "application/json", "application/json; charset=x", "text/plain", ""))
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=30)
        connection.request("POST", f"{url.path}/chat", body, {"Content-Type": kind})
        status = connection.getresponse().status
        connection.close()
        if status >= 500 or status not in documented:
            failures.append(f"{len(body)} bytes of {kind}: {status}")
    return Fuzzed(requests, tuple(failures))


def resident(stage: Stage) -> int:
    """Bytes that the function's processes hold: those that run it for this stage's emulator."""
    total = 0
    for process in function_processes(stage):
        try:
            total += int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue
    return total


def function_processes(stage: Stage) -> Iterator[Path]:
    """In /proc: those that run a function for this stage's emulator."""
    for process in Path("/proc").iterdir():
        try:
            if not process.name.isdigit() or b"AWS_LAMBDA_FUNCTION_NAME=" not in (process / "environ").read_bytes():
                continue
            if f"AWS_ENDPOINT_URL={stage.endpoint}".encode() in (process / "environ").read_bytes():
                yield process
        except OSError:
            continue


@dataclass
class Restarted:
    conversations: int = 0
    turns: int = 0
    unanswered: int = 0  # messages that were under way when the stage was told to stop
    wrong: list[str] = field(default_factory=list)


@dataclass
class Talker:
    """Plays conversations until the stage goes away under it; remembers what was answered, and what was not."""

    api: Api
    talks: list[tuple[Conversation, int, dict[str, Any]]] = field(default_factory=list)
    turns: int = 0
    refused: list[int] = field(default_factory=list)

    def run(self) -> None:
        try:
            while True:
                talk = Conversation(self.api)
                for number, text in enumerate(SEED):
                    reply = talk.send(text, messageId=f"m-{number}")
                    if reply.status != 200:
                        self.refused.append(reply.status)  # 503: it stops
                        return
                    self.turns += 1
                    answered = (talk, number, dict(reply.body))
                    self.talks = [each for each in self.talks if each[0] is not talk] + [answered]
                    time.sleep(random.uniform(0, 0.02))
        except (OSError, http.client.HTTPException):
            return


def restarted(clients: int = 4, seconds: float = 10) -> Restarted:
    """SIGTERM in mid-turn, a start, and everybody goes on: what was answered is there, what was not is said again."""
    found = Restarted()
    with tempfile.TemporaryDirectory() as directory:
        ports = Ports.free()
        with run_stage(Path(directory), ports=ports) as outputs:
            talkers = [Talker(Api(outputs["apiUrl"])) for _ in range(clients)]
            threads = [threading.Thread(target=talker.run) for talker in talkers]
            for thread in threads:
                thread.start()
            time.sleep(seconds)
        for thread in threads:
            thread.join(30)
        with run_stage(Path(directory), ports=ports) as outputs:
            for talker in talkers:
                found.turns += talker.turns
                for talk, number, answered in talker.talks[-20:]:
                    talk.api = Api(outputs["apiUrl"])
                    found.conversations += 1
                    found.wrong += _lost(talk, number, answered)
                    found.unanswered += number < len(SEED) - 1
    return found


def _lost(talk: Conversation, number: int, answered: dict[str, Any]) -> Iterator[str]:
    shown = talk.get()
    if shown.status != 200:
        yield f"after {SEED[number]}: {shown.status}"
        return
    steps = ["name", "card", "expiry", "cvv", "confirm", "done"]
    if steps.index(shown["currentStep"]) < steps.index(answered["currentStep"]):
        yield f"after {SEED[number]}: back at {shown['currentStep']}"
    if answered["payment"] and shown["payment"] != answered["payment"]:
        yield "another payment"
    for later in range(number + 1, len(SEED)):
        reply = talk.send(SEED[later], messageId=f"m-{later}")
        if reply.status == 409:  # a confirmation was cut off: its claim lapses first
            return
        if reply.status != 200:
            yield f"{SEED[later]}: {reply.status}"
            return
    if number + 1 < len(SEED) and reply["status"] != "completed":
        yield f"ended {reply['status']}"


def summed(answers: Counter[str]) -> str:
    return ", ".join(f"{count} × {what}" for what, count in answers.most_common())
