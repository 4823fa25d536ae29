"""The README is correct: its commands run in a copy of the repository and print what it shows."""

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
    """A copy of the files that git tracks, with the packages that are already installed."""
    if request.config.getoption("--stage") != "local":
        pytest.skip("tests the stage on this machine")
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
def environment():
    return {**os.environ, **Ports.free().variables()}


def run(command: str, clone: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        shlex.split(command), cwd=clone, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def normalize(text: str) -> list[str]:
    """The lines of an output, with placeholders for whatever differs from run to run."""
    text = re.sub(r"http://127\.0\.0\.1:\d+(/_aws/execute-api/\w+)?", "URL", text)
    text = re.sub(r"#order=[\w-]+", "#order=…", text)
    text = re.sub(r"\b(pm|pi)_\w+", r"\1_…", text)
    text = re.sub(r"\d+\.\d s|\d+ s\b", "… s", text)
    text = re.sub(r"Take your time\.|No hurry\.", "Take your time.", text)  # prepared words, picked by random ids
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("Installing")]


def shown_in_readme(command: str) -> list[str]:
    """The output that the README shows below a command."""
    block = next(block for block in BLOCKS if f"$ {command}" in block)
    return normalize(block.split(f"$ {command}", 1)[1].split("\n$ ")[0].partition("\n")[2])


def test_every_make_target_in_the_readme_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", README))

    assert {"run", "demo", "test", "deploy", "destroy"} <= named
    assert named <= targets


def test_make_demo_prints_what_the_readme_shows(clone, environment):
    printed = normalize(run("make demo", clone, environment))

    shown = [line for line in shown_in_readme("make demo") if line != "..."]
    assert len(shown) > 10
    assert [line for line in shown if line not in printed] == []


def test_make_run_serves_the_page_and_the_curl_lines_work(clone, environment):
    with subprocess.Popen(
        ["make", "run"],
        cwd=clone,
        env=environment,
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
            opened = json.loads(run(first, clone, environment))
            assert opened["currentStep"] == "name"
            second = second.replace("ID", opened["sessionId"]).replace("TOKEN", opened["sessionToken"])
            assert json.loads(run(second, clone, environment))["currentStep"] == "card"
            page = re.search(r"page +(http://\S+)", printed)
            assert httpx.get(page[1], timeout=5, trust_env=False).is_success
        finally:
            os.killpg(made.pid, signal.SIGINT)
            made.communicate(timeout=10)

    assert [line for line in shown_in_readme("make run") if line not in normalize(printed)] == []


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("make synth")])
def test_templates_are_synthesized_without_an_account(clone, environment, command):
    keyless = {name: value for name, value in environment.items() if not name.startswith("AWS_")}
    run(command, clone, keyless | {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"})

    assert sorted(path.name for path in (clone / "cdk.out").glob("PaymentChat-dev-*.template.json"))


def test_every_link_to_a_file_works():
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
