"""A stage in an AWS emulator on this machine: deployed, changed, rolled back, destroyed."""

import io
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from infra.operations import rollback, smoke, stripe_key
from infra.operations.outputs import stage_outputs
from infra.operations.stage_secrets import StageSecrets
from infra.stages import STAGES
from payment_chat_client import SigV4

ROOT = Path(__file__).resolve().parents[2]
LOCAL = STAGES["local"]
CDK_SECONDS = 180  # for one command of the CDK on a busy machine
UNATTENDED = ("--require-approval", "never", "--method", "direct")


@dataclass(frozen=True)
class Emulator:
    """An AWS account of the test's own. It is empty at first."""

    address: str
    work: Path

    def synth(self, name: str, app: str = f"{sys.executable} app.py") -> Path:
        """Makes a cloud assembly, which deploy and destroy then share."""
        out = self.work / name
        self.cdk("synth", "--quiet", "--app", app, "--output", str(out), "-c", "stage=local", where=ROOT)
        return out

    def cdk(self, *arguments: str, where: Path | None = None) -> None:
        """Runs outside the repository by default, where the CDK finds no app to build for every command."""
        command = ["cdk", *arguments, "--no-notices"]
        place = where or self.work
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=CDK_SECONDS)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]

    def call(self, aws: boto3.Session) -> smoke.Call:
        api = stage_outputs(aws, LOCAL)["ApiUrl"].removeprefix("https://").partition(".")[0]
        return smoke.caller(f"{self.address}/_aws/execute-api/{api}/local", SigV4(aws, LOCAL.region))


@pytest.fixture
def emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0",
        "STATE_DIR": str(tmp_path / "state"), "S3_DATA_DIR": str(tmp_path / "s3"), "PERSIST_STATE": "0",
    }  # fmt: skip
    for name, value in {
        "PATH": f"{ROOT}/.venv/bin:{ROOT}/.venv/node/node_modules/.bin:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": LOCAL.region,
        "AWS_DEFAULT_REGION": LOCAL.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DEFAULT_ACCOUNT": "000000000000",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
    }.items():
        monkeypatch.setenv(name, value)
    with (tmp_path / "log").open("w") as log:
        command = [Path(sys.executable).with_name("ministack")]
        process = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_ministack/health")
        yield Emulator(f"http://127.0.0.1:{port}", tmp_path)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            if httpx.get(url, timeout=1).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {url}")


CHANGED = """
_before = handle

def handle(event, context=None):
    reply = _before(event, context)
    reply["headers"]["X-Release"] = "second"
    return reply
"""
APP = """
import pathlib, runpy
from infra import bundling
bundling.SOURCES = pathlib.Path({sources!r})
runpy.run_path("app.py", run_name="__main__")
"""


def changed_app(work: Path) -> str:
    """The command of the same app with a changed function."""
    shutil.copytree(ROOT / "lambdas", work / "lambdas", ignore=shutil.ignore_patterns("__pycache__"))
    with (work / "lambdas/chat/handler.py").open("a") as handler:
        handler.write(CHANGED)
    (work / "changed.py").write_text(APP.format(sources=str(work / "lambdas")))
    return f"{sys.executable} {work / 'changed.py'}"


def resources_of_the_product(aws: boto3.Session) -> dict[str, list[str]]:
    """The names of the product's resources in the account, by kind."""

    def ask(service: str, operation: str, key: str, name: str) -> list[str]:
        client: Any = aws.client(service, region_name=LOCAL.region)
        found = [one if isinstance(one, str) else one[name] for one in getattr(client, operation)()[key]]
        return [one for one in found if "PaymentChat" in one or "payment-chat" in one]

    return {
        "functions": ask("lambda", "list_functions", "Functions", "FunctionName"),
        "tables": ask("dynamodb", "list_tables", "TableNames", ""),
        "interfaces": ask("apigateway", "get_rest_apis", "items", "name"),
        "log groups": ask("logs", "describe_log_groups", "logGroups", "logGroupName"),
        "secrets": ask("secretsmanager", "list_secrets", "SecretList", "Name"),
        "roles": ask("iam", "list_roles", "Roles", "RoleName"),
        "rules": ask("events", "list_rules", "Rules", "Name"),
    }


@pytest.mark.timeout(600)
def test_a_stage_is_deployed_changed_rolled_back_and_destroyed_without_leftovers(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    emulator.cdk("bootstrap", "aws://000000000000/us-east-1")
    first = emulator.synth("first")
    emulator.cdk("deploy", "--all", *UNATTENDED, "--app", str(first))
    aws = boto3.Session()
    call = emulator.call(aws)
    checks = [*smoke.check_conversation(call), *smoke.check_refusals(call, signed=LOCAL.signed)]
    assert [what for what, passed in checks if not passed] == []
    assert len(checks) >= 8
    assert all(resources_of_the_product(aws).values()), "the search misses a kind of resource"

    secrets = StageSecrets(aws.client("secretsmanager"), LOCAL, stage_outputs(aws, LOCAL))
    assert not secrets.has_stripe_key()
    monkeypatch.setattr(sys, "stdin", io.StringIO("sk_test_" + "a1B2" * 6 + "\n"))
    stripe_key.main("local")
    assert secrets.has_stripe_key()

    opening = call("POST", "/chat", {"message": "payment"})
    talk = {"sessionId": opening.body["sessionId"]}
    token = opening.body["sessionToken"]
    assert "X-Release" not in opening.headers

    second = emulator.synth("second", changed_app(tmp_path))
    emulator.cdk("deploy", "--all", *UNATTENDED, "--app", str(second))
    named = call("POST", "/chat", {**talk, "message": "John"}, token=token)
    assert named.headers["X-Release"] == "second"
    assert (named.status, named.body["currentStep"]) == (200, "card")
    assert secrets.has_stripe_key(), "a deploy must not change the stored key"

    before, after = rollback.roll_back(aws, LOCAL)
    assert after < before
    again = call("GET", f"/sessions/{talk['sessionId']}", token=token)
    assert "X-Release" not in again.headers
    assert (again.status, again.body["currentStep"]) == (200, "card")

    emulator.cdk("deploy", "--all", *UNATTENDED, "--app", str(second))
    assert "X-Release" not in call("GET", f"/sessions/{talk['sessionId']}", token=token).headers, "no function changed"
    assert rollback.roll_back(aws, LOCAL, to=before) == (after, before)
    forward = call("GET", f"/sessions/{talk['sessionId']}", token=token)
    assert (forward.status, forward.headers["X-Release"]) == (200, "second")
    with pytest.raises(SystemExit, match=f"VERSION=99 is not published. Published: {after}, {before}"):
        rollback.roll_back(aws, LOCAL, to=99)

    emulator.cdk("destroy", "--all", "--force", "--app", str(second))
    assert {what: names for what, names in resources_of_the_product(aws).items() if names} == {}
