"""The start of the functions around orders: no connection, no Stripe, and a missing setting is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LAMBDAS = Path(__file__).resolve().parents[2] / "lambdas"
SHARED = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_LAMBDA_FUNCTION_NAME": "orders",
    "PYTHONPATH": f"{LAMBDAS}",
    "STAGE": "prod",
}
STORE = {"ORDERS_TABLE": "orders"}
STRIPE = {"STRIPE_SECRET": "stripe"}
SETTINGS = {
    "orders": STORE
    | STRIPE
    | {"LINK_KEY": "links", "EVENT_BUS": "bus", "CURRENCIES": "eur,usd", "CAPTURES": "hosted,chat"}
    | {"DEFAULT_CAPTURE": "hosted", "RETURN_HOSTS": "", "PAGE_URL": "https://pay.example"},
    "stripe_events": STORE | STRIPE | {"SIGNING_SECRET": "signing"},
    "order_sweep": STORE | STRIPE | {"EVENT_BUS": "bus"},
    "relay": STORE | {"EVENT_BUS": "bus"},
    "prepare_words": {"MODEL_ID": "a-model", "WORDINGS_TABLE": "wordings"},
    "webhooks": {
        "WEBHOOK_URL": "https://shop.example/hooks",
        "WEBHOOK_SECRET": "secret",
        "WEBHOOK_QUEUE": "queue",
        "WEBHOOK_DEAD_LETTERS": "dead",
    },
}
START = """
import socket, sys
def refuse(*_, **__):
    raise AssertionError("the start opened a connection")
socket.socket.connect = refuse
import {function}.handler
assert "stripe" not in sys.modules
"""


def started(function, environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-c", START.format(function=function)],
        env=clean | SHARED | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("function", SETTINGS)
def test_a_function_starts_without_asking_anybody(function):
    done = started(function, SETTINGS[function])

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("function", "name"), [(function, name) for function in SETTINGS for name in SETTINGS[function]]
)
def test_a_missing_setting_fails_the_start_and_is_named(function, name):
    without = {each: value for each, value in SETTINGS[function].items() if each != name}

    done = started(function, without)

    assert done.returncode != 0
    assert f"the setting {name}" in done.stderr


@pytest.mark.parametrize(
    ("function", "setting"),
    [
        ("orders", {"STRIPE_URL": "http://127.0.0.1:1"}),
        ("orders", {"STRIPE_LOG": "debug"}),
        ("orders", {"CURRENCIES": "eur,xxx"}),
        ("orders", {"CAPTURES": "hosted,post"}),
        ("orders", {"DEFAULT_CAPTURE": "post"}),
        ("webhooks", {"WEBHOOK_URL": "http://shop.example/"}),
        ("webhooks", {"RETRY_SCALE": "0.5"}),
    ],
    ids=str,
)
def test_a_forbidden_setting_fails_the_start_and_is_not_quoted(function, setting):
    done = started(function, SETTINGS[function] | setting)
    ((name, value),) = setting.items()

    said = done.stderr.splitlines()[-1]
    assert done.returncode != 0
    assert name in said
    assert value not in said
