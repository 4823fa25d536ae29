"""docs/go-live.md, played against the local stage: what its commands print is what it shows."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from infra.operations.outputs import stage_outputs
from infra.stages import LOCAL
from local.runner.environment import LOCAL_STRIPE_KEY, ROOT
from tests.order_on_stage import OrderOnStage, place
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


def printed(environment: dict[str, str], command: str, *arguments: str, typed: str = "") -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", f"infra.operations.{command}", "local", *arguments],
        env=environment,
        input=typed,
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


def test_the_stripe_key_is_stored_and_the_command_prints_what_is_shown(environment: dict[str, str]):
    prompt, shown = SHOWN["make stripe-key STAGE=dev"]

    assert printed(environment, "stripe_key", typed=f"{LOCAL_STRIPE_KEY}\n") == [shown.replace("dev", "local")]
    assert prompt == "Stripe key of dev:"


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


def test_the_order_is_watched_to_its_end_with_the_command_that_is_shown(stage: Stage, environment: dict[str, str]):
    (command,) = (each for each in SHOWN if each.startswith("payment-chat orders watch"))
    order = place(stage, capture="hosted")
    order.payer(order.confirms()["action"]["url"], "pay")
    words = [order.id if word.startswith("ord_") else word for word in shlex.split(command)]

    done = subprocess.run(
        words, env={**environment, "PAYMENT_CHAT_API_URL": stage.api.url}, capture_output=True, text=True, check=True
    )

    assert "completed" in done.stdout


def is_paid_with(order: OrderOnStage, number: str) -> bool:
    """Typed on Stripe's page."""
    return bool(
        order.payer(order.confirms()["action"]["url"], "pay", card=number).is_success and order.becomes("completed")
    )


def passes_and_fails_the_bank(stage: Stage, number: str) -> None:
    for deed, ended in (("authenticate", "completed"), ("fail_authentication", "in_progress")):
        order = place(stage, capture="hosted")
        url = order.confirms()["action"]["url"]
        order.payer(url, "pay", card=number)
        order.payer(url, deed)
        order.refreshes()
        assert order.shown()["status"] == ended


def is_declined_and_asks_for_another(stage: Stage, number: str) -> None:
    order = place(stage, capture="hosted")
    url = order.confirms()["action"]["url"]
    assert order.payer(url, "pay", card=number).status_code == 402
    assert order.payer(url, "pay").is_success
    assert order.becomes("completed")


def is_saved_and_never_charged(stage: Stage, number: str) -> None:
    assert is_paid_with(place(stage, "save", capture="hosted"), number)
    charged = place(stage, capture="hosted")
    assert charged.payer(charged.confirms()["action"]["url"], "pay", card=number).status_code == 402


# By what the table says of a number.
PLAYED: dict[str, Callable[[Stage, str], object]] = {
    "paid": lambda stage, number: is_paid_with(place(stage, capture="hosted"), number),
    "3-D Secure: pass it once, fail it once": passes_and_fails_the_bank,
    "declined: Stripe's page asks for another card": is_declined_and_asks_for_another,
    "declined, insufficient funds": is_declined_and_asks_for_another,
    "saved (`save`), but every later charge fails": is_saved_and_never_charged,
}
NUMBERS = re.findall(r"^\| (\d{4}(?: \d{4}){3}) \| (.+) \|$", PAGE, re.MULTILINE)


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(("number", "happens"), NUMBERS)
def test_each_number_does_on_stripes_page_what_the_table_says(stage: Stage, number: str, happens: str):
    assert PLAYED[happens](stage, number.replace(" ", "")) in (None, True)
