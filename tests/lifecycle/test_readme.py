"""The README tells the truth: its commands are run here, in a copy of the repository, as a newcomer would."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from local.runner.environment import ROOT, Ports

pytestmark = pytest.mark.timeout(300)

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines()]
COMMANDS = [line.removeprefix("$ ").split("  #")[0].strip() for line in LINES if line.startswith("$ ")]


@pytest.fixture(scope="module")
def clone(tmp_path_factory, request):
    """What git has of this repository, with the packages that are installed already."""
    if request.config.getoption("--stage") != "local":
        pytest.skip("about this machine")
    directory = tmp_path_factory.mktemp("clone") / "payment-chat"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).exists():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name)
    (directory / ".venv").symlink_to(ROOT / ".venv")
    (directory / ".cache").symlink_to(ROOT / ".cache")
    return directory


@pytest.fixture(scope="module")
def surroundings():
    return {**os.environ, **Ports.free().variables()}


def run(command: str, clone: Path, surroundings: dict[str, str]) -> str:
    done = subprocess.run(
        shlex.split(command), cwd=clone, env=surroundings, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def shape(text: str) -> list[str]:
    """The lines of an output without what differs from run to run."""
    text = re.sub(r"http://127\.0\.0\.1:\d+(/_aws/execute-api/\w+)?", "URL", text)
    text = re.sub(r"pm_\w+", "pm_…", text)
    text = re.sub(r"\d+\.\d s|\d+ s\b", "… s", text)
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("Installing")]


def documented(command: str) -> list[str]:
    """What the README shows below a command."""
    block = next(block for block in BLOCKS if f"$ {command}" in block)
    return shape(block.split(f"$ {command}", 1)[1].split("\n$ ")[0].partition("\n")[2])


def test_every_command_it_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", README))

    assert {"run", "demo", "test", "deploy", "destroy"} <= named
    assert named <= targets


def test_make_demo_prints_what_it_shows(clone, surroundings):
    printed = shape(run("make demo", clone, surroundings))

    shown = [line for line in documented("make demo") if line != "..."]
    assert len(shown) > 10
    assert [line for line in shown if line not in printed] == []


def test_make_run_serves_the_page_and_the_curl_lines_work(clone, surroundings):
    with subprocess.Popen(
        ["make", "run"],
        cwd=clone,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as made:
        lines = []
        for line in made.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        printed = "".join(lines)
        try:
            first, second = (line.strip() for line in lines if "curl" in line)
            opened = json.loads(run(first, clone, surroundings))
            assert opened["currentStep"] == "name"
            second = second.replace("ID", opened["sessionId"]).replace("TOKEN", opened["sessionToken"])
            assert json.loads(run(second, clone, surroundings))["currentStep"] == "card"
            page = re.search(r"page +(http://\S+)", printed)
            assert httpx.get(page[1], timeout=5, trust_env=False).is_success
        finally:
            os.killpg(made.pid, signal.SIGINT)
            made.communicate(timeout=10)

    assert [line for line in documented("make run") if line not in shape(printed)] == []


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("make synth")])
def test_templates_are_made_without_an_account(clone, surroundings, command):
    keyless = {name: value for name, value in surroundings.items() if not name.startswith("AWS_")}
    run(command, clone, keyless | {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"})

    assert sorted(path.name for path in (clone / "cdk.out").glob("PaymentChat-dev-*.template.json"))


def test_every_file_it_links_to_is_there():
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
