"""A function that starts from a snapshot has rehearsed: its first request imports nothing and makes no client."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit import test_order_functions_start, test_start

LAMBDAS = Path(__file__).resolve().parents[2] / "lambdas"
POWERTOOLS = {"POWERTOOLS_SERVICE_NAME": "rehearsed", "POWERTOOLS_METRICS_NAMESPACE": "PaymentChat"}
ALL = {"CAPTURES": "chat,hosted", "BRANDS": "visa", "STAGE": "dev", "TEST_TOKENS": "true"}
SETTINGS = {"chat": test_start.SETTINGS | ALL, **test_order_functions_start.SETTINGS}
# Rehearses, then plays the same again and reports what was loaded, made or left behind.
TWICE = """
import json, runpy, socket, sys
def refuse(*_, **__):
    raise AssertionError("a rehearsal opened a connection")
socket.socket.connect = refuse
import botocore.client, {function}.handler as handler
loaded, made = set(sys.modules), []
create = botocore.client.ClientCreator.create_client
botocore.client.ClientCreator.create_client = lambda *args, **more: made.append(args[1]) or create(*args, **more)
if {again}:
    handler.prime()
print(json.dumps([sorted(set(sys.modules) - loaded), made, "stripe" in sys.modules]))
"""


def started(function: str, kind: str = "snap-start", *, again: bool = True) -> list[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    settings = test_order_functions_start.SHARED | SETTINGS[function] | POWERTOOLS
    done = subprocess.run(
        [sys.executable, "-c", TWICE.format(function=function, again=again)],
        env=clean | settings | {"PYTHONPATH": f"{LAMBDAS}", "AWS_LAMBDA_INITIALIZATION_TYPE": kind},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("function", ["chat", "orders", "stripe_events"])
def test_after_a_rehearsal_the_same_requests_load_nothing_and_make_no_client(function):
    *logged, last = started(function)

    assert json.loads(last) == [[], [], True]
    assert logged == []  # no line and no metric of it, and no failure


@pytest.mark.parametrize("brands", ["amex", "unionpay,jcb"])
def test_a_rehearsal_uses_a_card_that_the_stage_takes(brands, monkeypatch):
    monkeypatch.setitem(SETTINGS, "chat", SETTINGS["chat"] | {"BRANDS": brands})

    assert len(started("chat", again=False)) == 1  # nothing logged, so nothing has failed


def test_where_there_is_no_snapshot_nothing_is_rehearsed():
    *logged, last = started("chat", "on-demand", again=False)

    assert json.loads(last) == [[], [], False]
    assert logged == []
