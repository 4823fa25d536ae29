import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def run(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def jobs(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / ".github/workflows" / name).read_text())["jobs"]


def test_the_workflows_are_what_github_takes():
    run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)


def test_the_workflows_have_no_known_security_fault():
    run("zizmor", "--offline", "--no-progress", "--quiet", *WORKFLOWS)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_foreign_actions_are_pinned_by_commit(workflow: Path):
    used = re.findall(r"uses: (\S+)(.*)", workflow.read_text())

    assert used
    for action, version in used:
        if not action.startswith("./"):
            assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", version), f"{action} does not say which version it is"


def test_every_push_is_tested_before_anything_is_deployed():
    ci = jobs("ci.yml")

    assert ci["dev"]["needs"] == ["test", "templates", "supply-chain"]
    assert ci["dev"]["if"] == "github.ref == 'refs/heads/main'"
    assert (ci["staging"]["needs"], ci["prod"]["needs"]) == ("dev", "staging")


def test_a_stage_is_deployed_with_a_role_and_no_key():
    text = (ROOT / ".github/workflows/deploy.yml").read_text()

    assert "role-to-assume: ${{ vars.AWS_ROLE_ARN }}" in text
    assert "secrets." not in text
    assert jobs("deploy.yml")["deploy"]["environment"] == "${{ inputs.stage }}"


def test_the_commands_of_the_workflows_are_commands_here():
    makefile = (ROOT / "Makefile").read_text()
    steps = [step for job in (*jobs("ci.yml").values(), *jobs("deploy.yml").values()) for step in job.get("steps", [])]

    for command in (step["run"] for step in steps if "run" in step):
        first, *rest = command.split()
        assert (ROOT / first).stat().st_mode & 0o100 if first != "make" else f"\n{rest[0]}:" in makefile, command
