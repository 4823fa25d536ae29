"""The image of the hosted page. There is no Docker here: its rules are checked, and its command is run as it stands."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from infra.page.page_service import HEALTH, PORT

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "frontend/Dockerfile"


def instructions() -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n\s*", "", DOCKERFILE.read_text())
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines()) if word.isupper()]


def last(word: str) -> str:
    return [rest for instruction, rest in instructions() if instruction == word][-1]


def test_it_keeps_the_rules_for_dockerfiles():
    done = subprocess.run(["hadolint", DOCKERFILE], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_it_runs_as_the_user_that_the_task_names():
    assert last("USER") == "10001"


def test_it_answers_where_the_load_balancer_asks():
    assert last("EXPOSE") == str(PORT)
    assert f"127.0.0.1:{PORT}{HEALTH}" in last("HEALTHCHECK")


def test_it_installs_from_the_lock_alone():
    installs = [rest for word, rest in instructions() if word == "RUN" and " install" in rest]

    for command in "&&".join(installs).split("&&"):
        if " install" in command:
            assert "--require-hashes" in command or "--offline --no-deps" in command, command


def test_its_command_starts_the_page(tmp_path: Path):
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "frontend", tmp_path / "frontend", ignore=ignored)
    shutil.copytree(ROOT / "client/payment_chat_client", tmp_path / "frontend/payment_chat_client", ignore=ignored)
    (tmp_path / "home").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "PAGE_ADDRESS": "127.0.0.1",
        "PAGE_PORT": str(port),
        "CHAT_API_URL": "http://127.0.0.1:9",
        "CHAT_API_SIGNED": "false",
        "AWS_REGION": "us-east-1",
    }

    page = subprocess.Popen(json.loads(last("CMD")), cwd=tmp_path / "frontend", env=environment)
    try:
        assert answers(f"http://127.0.0.1:{port}{HEALTH}", page)
    finally:
        page.terminate()
        page.wait(10)
    written = [path for path in tmp_path.rglob("*") if path.is_file() and "frontend" not in path.parts]
    assert not [path for path in written if "home" not in path.parts], "the file system is read-only but for HOME"


def answers(url: str, page: subprocess.Popen[bytes]) -> bool:
    for _ in range(300):
        assert page.poll() is None, "the page's server ended"
        try:
            return httpx.get(url, timeout=2).is_success
        except httpx.TransportError:
            time.sleep(0.2)
    return False
