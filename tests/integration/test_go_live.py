"""docs/go-live.md, played against the local stage: what its commands print is what it shows."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import pytest

from infra.operations.outputs import stage_outputs
from infra.stages import LOCAL
from local.runner.environment import ROOT
from tests.stage import Stage

PAGE = (ROOT / "docs/go-live.md").read_text()
CONSOLE = "".join(re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
PARTS = (part.splitlines() for part in re.split(r"^\$ ", CONSOLE, flags=re.MULTILINE) if part)
SHOWN = {command: lines for command, *lines in PARTS}  # by the command that prints them
ON_SIGNED_STAGES = {"  ok   an unsigned call is refused", "  ok   an order needs a signature"}
WITH_BEDROCK = {"  ok   the model words replies"}


@pytest.fixture
def environment(stage: Stage) -> dict[str, str]:
    """What turns the commands of an operator to the local stage."""
    if stage.endpoint is None or stage.stripe_stand_in is None:
        pytest.skip("rotates secrets: for the local stage only")
    aws = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    where = {"AWS_ENDPOINT_URL": stage.endpoint, "API_URL": stage.api.url, "STRIPE_URL": stage.stripe_stand_in.url}
    return {**os.environ, **aws, **where, "AWS_SESSION_TOKEN": "test"}


def printed(environment: dict[str, str], command: str, *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", f"infra.operations.{command}", "local", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip("\n").split("\n")


def test_the_smoke_test_prints_what_is_shown(environment: dict[str, str]):
    shown = [line for line in SHOWN["make smoke STAGE=dev"] if line not in ON_SIGNED_STAGES | WITH_BEDROCK]

    assert printed(environment, "smoke") == shown
    assert not LOCAL.signed


def test_stripe_is_told_where_events_go_and_the_command_prints_what_is_shown(environment: dict[str, str]):
    first = printed(environment, "stripe_events")[0]
    again = printed(environment, "stripe_events")

    told = re.compile(r"https?://\S+(?=/stripe/events)")
    (shown,) = SHOWN["make stripe-events STAGE=dev"]
    assert told.sub("…", first) == told.sub("…", shown)
    assert again == [first.replace("a new secret", "the stored secret")]


@pytest.fixture
def webhook_secret(stage: Stage) -> Iterator[None]:
    """Puts the secret back: other tests verify with it."""
    secrets = stage.client("secretsmanager")
    name = stage_outputs(stage.aws, LOCAL, stage.endpoint)["WebhookSecret"]
    before = secrets.get_secret_value(SecretId=name)["SecretString"]
    yield
    secrets.put_secret_value(SecretId=name, SecretString=before)


def test_the_webhook_secret_is_shown_and_rotated_with_two_valid_at_once(
    environment: dict[str, str], webhook_secret: None
):
    (first,) = printed(environment, "webhook_secret")
    _, new, old, until = printed(environment, "webhook_secret", "yes")

    (shown,) = SHOWN["make webhook-secret STAGE=dev"]
    assert [len(secret) for secret in (first, new)] == [len(shown)] * 2
    assert (old, until.endswith("make webhook-secret STAGE=local ROTATE=end")) == (first, True)
    assert printed(environment, "webhook_secret", "end")[1:] == [new]


def test_the_first_order_is_made_with_curl_as_shown(environment: dict[str, str]):
    ((command, (answer,)),) = (each for each in SHOWN.items() if each[0].startswith("curl"))
    for name in re.findall(r"\$(\w+)", command):
        command = command.replace(f"${name}", environment[name])

    done = subprocess.run(shlex.split(command), capture_output=True, text=True, check=True)

    made, shown = json.loads(done.stdout), json.loads(answer)
    differs = {"orderId", "createdAt", "expiresAt", "orderToken", "link"}
    assert made.keys() == shown.keys()
    assert [name for name in made if name not in differs and made[name] != shown[name]] == []
    assert len(made["orderId"]) == len(shown["orderId"])
