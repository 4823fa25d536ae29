"""The image of the hosted page. There is no Docker here: its rules are checked, and its command is run as it stands."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infra.page.page_service import HEALTH, PORT, PROBE

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "frontend/Dockerfile"


def instructions() -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n\s*", "", DOCKERFILE.read_text())
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines()) if word.isupper()]


def settings() -> dict[str, str]:
    """The variables that the image sets."""
    return dict(pair.split("=", 1) for pair in last("ENV").split())


def last(word: str) -> str:
    return [rest for instruction, rest in instructions() if instruction == word][-1]


def test_it_keeps_the_rules_for_dockerfiles():
    done = subprocess.run(["hadolint", DOCKERFILE], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_it_runs_as_the_user_that_the_task_names():
    assert last("USER") == "10001"


def test_it_answers_where_the_load_balancer_asks():
    assert last("EXPOSE") == str(PORT)
    assert settings()["PAGE_PORT"] == str(PORT)


def test_it_is_probed_as_the_task_is():
    _, probe = last("HEALTHCHECK").split("CMD ")

    assert ["CMD", *json.loads(probe)] == PROBE


def test_it_installs_from_the_lock_alone():
    installs = [rest for word, rest in instructions() if word == "RUN" and " install" in rest]

    for command in "&&".join(installs).split("&&"):
        if " install" in command:
            assert "--require-hashes" in command or "--offline --no-deps" in command, command


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[dict[str, str], Path]]:
    """The image's command, run with the image's settings but for the address and a free port."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "frontend", tmp_path / "frontend", ignore=ignored)
    shutil.copytree(ROOT / "client/payment_chat_client", tmp_path / "frontend/payment_chat_client", ignore=ignored)
    (tmp_path / "home").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = settings() | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "TMPDIR": str(tmp_path / "home"),
        "PAGE_ADDRESS": "127.0.0.1",
        "PAGE_PORT": str(port),
        "CHAT_API_URL": "http://127.0.0.1:9",
        "CHAT_API_SIGNED": "false",
        "AWS_REGION": "us-east-1",
    }
    page = subprocess.Popen(json.loads(last("CMD")), cwd=tmp_path / "frontend", env=environment)
    try:
        wait_until_it_listens(port, page)
        yield environment, tmp_path
    finally:
        page.terminate()
        page.wait(10)


def wait_until_it_listens(port: int, page: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert page.poll() is None, "the page's server ended"
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError(f"nothing listens on port {port}")


def test_its_command_serves_the_page_over_tls_only(served: tuple[dict[str, str], Path]):
    environment, _ = served
    at = f"127.0.0.1:{environment['PAGE_PORT']}{HEALTH}"

    assert httpx.get(f"https://{at}", verify=False).text == "ok"
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://{at}")


def test_its_probe_tells_a_page_that_answers_from_one_that_does_not(served: tuple[dict[str, str], Path]):
    environment, directory = served

    def probe(**changed: str) -> int:
        command = PROBE[1:]
        return subprocess.run(command, cwd=directory / "frontend", env=environment | changed, check=False).returncode

    assert probe() == 0
    assert probe(PAGE_TLS="") == 1
    assert probe(PAGE_PORT="9") == 1


def test_it_writes_nowhere_but_to_its_home(served: tuple[dict[str, str], Path]):
    _, directory = served

    written = [path for path in directory.rglob("*") if path.is_file() and "frontend" not in path.parts]
    assert written, "the certificate"
    assert not [path for path in written if "home" not in path.parts]
