"""The command `payment-chat`: what it prints, asks of the API, and exits with."""

import io
import json
import os
import shutil
import subprocess
import threading
import time

import pytest
from typer.testing import CliRunner

from local.runner.environment import ROOT
from local.stand_in.service import Answer
from payment_chat_client.command import output
from payment_chat_client.command.app import app
from tests.orders_api import OrdersApi, refused, serve

TICKETS = ["--description", "Two tickets", "--amount", "4990", "--currency", "eur", "--reference", "INV-1"]


@pytest.fixture
def api():
    return OrdersApi()


@pytest.fixture
def stage(api, tmp_path, monkeypatch):
    """A directory in which a local stage is running, as far as the command can see."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".stage").mkdir()
    with serve(api) as url:
        (tmp_path / ".stage/outputs.json").write_text(json.dumps({"apiUrl": url, "region": "us-east-1"}))
        yield url


def run(*arguments, **environment):
    return CliRunner().invoke(app, ["orders", *arguments], env=environment)


def test_an_order_is_printed_with_its_link_and_a_qr_code(stage):
    done = run("create", *TICKETS)

    assert done.exit_code == 0
    for shown in (
        "ord_1",
        "open",
        "49.90 EUR",
        "Two tickets",
        "INV-1",
        "https://pay.example.com/#order=token-of-ord_1",
    ):
        assert shown in done.stdout
    assert "█" in done.stdout


def test_the_qr_code_holds_the_link(monkeypatch):
    import segno

    printed = io.StringIO()
    monkeypatch.setattr("sys.stdout", printed)
    output.print_qr_code("https://pay.example.com/#order=abc")

    expected = io.StringIO()
    segno.make("https://pay.example.com/#order=abc", error="l", micro=False).terminal(expected, border=2, compact=True)
    assert printed.getvalue() == expected.getvalue()


def test_programs_get_json_and_nothing_else(stage, api):
    done = run("create", *TICKETS, "--json")

    told = json.loads(done.stdout)
    assert (told["orderId"], told["link"]) == ("ord_1", "https://pay.example.com/#order=token-of-ord_1")
    assert api.orders["ord_1"].items() <= told.items()


def test_every_field_can_be_asked_for(stage, api):
    asked = {
        "--purpose": "authorize", "--capture": "hosted", "--customer": "cus_1", "--email": "john@example.com",
        "--locale": "de", "--return-url": "https://shop.example/", "--expires-in": "600",
    }  # fmt: skip

    assert run("create", *TICKETS, *(part for pair in asked.items() for part in pair)).exit_code == 0
    assert api.bodies["ord_1"] == {
        "reference": "INV-1", "description": "Two tickets", "amount": 4990, "currency": "eur", "purpose": "authorize",
        "capture": "hosted", "customer": "cus_1", "email": "john@example.com", "locale": "de",
        "returnUrl": "https://shop.example/", "expiresIn": 600,
    }  # fmt: skip


def test_a_reference_is_made_up_unless_given(stage, api):
    for _ in range(2):
        assert run("create", "--description", "Card", "--purpose", "save").exit_code == 0

    assert len({body["reference"] for body in api.bodies.values()}) == 2


def test_a_stage_without_a_page_has_no_link(stage, api):
    api.page = None

    done = run("create", *TICKETS)

    assert "this stage has no page" in done.stdout
    assert "█" not in done.stdout


def test_an_order_is_shown_with_what_it_was_paid_with(stage, api):
    run("create", *TICKETS)
    api.set_status("ord_1", "completed")

    done = run("show", "ord_1")

    assert "visa •••• 4242, 12/2030" in done.stdout
    assert "pi_1 succeeded, pm_1" in done.stdout


def test_an_order_is_cancelled_and_announced(stage, api):
    run("create", *TICKETS)

    assert "cancelled" in run("cancel", "ord_1").stdout
    assert "sent again" in run("announce", "ord_1").stdout
    assert api.announced == ["ord_1"]


@pytest.mark.parametrize(("status", "code"), [("completed", 0), ("failed", 4), ("cancelled", 4), ("expired", 4)])
def test_an_order_is_watched_until_its_end(stage, api, status, code):
    run("create", *TICKETS)

    def happen():
        for each in ("in_progress", status):
            time.sleep(0.3)
            api.set_status("ord_1", each)

    threading.Thread(target=happen).start()
    done = run("watch", "ord_1", "--every", "0.1", "--json")

    assert done.exit_code == code
    assert json.loads(done.stdout)["status"] == status
    assert [line.split()[-1] for line in done.stderr.splitlines() if "ord_1 is" in line] == [
        "open",
        "in_progress",
        status,
    ]


def test_watching_survives_a_short_outage_and_ends_with_the_time(stage, api):
    run("create", *TICKETS)
    shown = Answer(200, api.orders["ord_1"])
    api.next = [shown, refused(503, "temporarily_unavailable", "later"), refused(429, "too_many_requests", "slower")]

    done = run("watch", "ord_1", "--every", "0.1", "--timeout", "0.5")

    assert done.exit_code == 4
    assert "open" in done.stdout


def test_what_the_api_refuses_ends_with_1(stage, api):
    api.next = [refused(429, "too_many_requests", "Slow down.", {"Retry-After": "5"})]

    done = run("show", "ord_1")

    assert done.exit_code == 1
    assert done.stderr == "Refused, too_many_requests: Slow down. Try again in 5 s.\n"


@pytest.mark.parametrize(
    "arguments",
    [["create"], ["create", *TICKETS, "--purpose", "x"], ["show"], ["show", "../x"], ["create", "--amount", "x"]],
)
def test_wrong_usage_ends_with_2(stage, arguments):
    assert run(*arguments).exit_code == 2


def test_a_dead_stage_ends_with_3():
    done = run("show", "ord_1", PAYMENT_CHAT_API_URL="http://127.0.0.1:9")

    assert (done.exit_code, done.stderr) == (3, "the API does not answer (ConnectError)\n")


def test_without_a_local_stage_it_says_how_to_start_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    done = run("show", "ord_1")

    assert done.exit_code == 3
    assert "make run" in done.stderr


def test_a_local_stage_is_found_from_a_folder_below_it(stage, tmp_path, monkeypatch):
    (tmp_path / "shop/src").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "shop/src")

    assert run("create", *TICKETS).exit_code == 0


def test_a_stage_that_these_credentials_do_not_see_ends_with_3(monkeypatch):
    without = {"AWS_ACCESS_KEY_ID": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": "/dev/null", "HOME": "/nowhere"}

    done = run(
        "show", "ord_1", "--stage", "dev", **without, AWS_SHARED_CREDENTIALS_FILE="/dev/null",
        AWS_EC2_METADATA_DISABLED="true", AWS_REGION="us-east-1",
    )  # fmt: skip

    assert done.exit_code == 3
    assert "dev is not deployed where these AWS credentials look" in done.stderr


def make_order(stage_directory, **variables):
    """`make order` in a copy of the Makefile's folder, whose packages are those of this one."""
    for name in ("Makefile", "requirements", "frontend", "client"):
        (stage_directory / name).symlink_to(ROOT / name)
    (stage_directory / ".venv").symlink_to(ROOT / ".venv")
    command = ["make", "--no-print-directory", "order", *(f"{name}={value}" for name, value in variables.items())]
    return subprocess.run(command, cwd=stage_directory, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(not (ROOT / ".venv/.ready").exists(), reason="make setup has not run")
def test_make_order_asks_for_what_its_variables_say(stage, api, tmp_path):
    done = make_order(
        tmp_path, AMOUNT=4990, CURRENCY="eur", DESCRIPTION='Two "tickets" & a `beer`; 5 %', REFERENCE="INV-1",
        PURPOSE="authorize", EMAIL="john@example.com", LOCALE="de", CAPTURE="chat",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "https://pay.example.com/#order=token-of-ord_1" in done.stdout
    assert api.bodies["ord_1"] == {
        "reference": "INV-1", "description": 'Two "tickets" & a `beer`; 5 %', "amount": 4990, "currency": "eur",
        "purpose": "authorize", "email": "john@example.com", "locale": "de", "capture": "chat",
    }  # fmt: skip


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_the_shell_can_complete_it():
    done = subprocess.run(
        ["payment-chat", "--show-completion", "bash"],
        env={**os.environ, "SHELL": "/bin/bash"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert "_PAYMENT_CHAT_COMPLETE" in done.stdout, done.stderr
