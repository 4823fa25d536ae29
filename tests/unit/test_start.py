"""What is loaded when the function starts: little for a cold start, everything for a snapshot."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LAMBDAS = Path(__file__).resolve().parents[2] / "lambdas"
SETTINGS = {
    "STAGE": "prod",
    "SESSIONS_TABLE": "sessions",
    "RECEIPTS_TABLE": "receipts",
    "ATTEMPTS_TABLE": "attempts",
    "SEALING_KEY": "sealing",
    "COUNTING_KEY": "counting",
    "STRIPE_SECRET": "stripe",
    "MODEL_ID": "",
    "WORDING": "prepared",
    "POINTING": "true",
    "WORDINGS_TABLE": "wordings",
    "BRANDS": "visa",
    "CONTACT": "help@example.com",
    "ATTEMPTS_PER_ADDRESS": "30",
    "ATTEMPTS_PER_CARD": "5",
    "TEST_TOKENS": "false",
    "ORDERS_TABLE": "orders",
    "MERCHANT": "ACME",
    "CAPTURES": "hosted",
    "PAGE_URL": "https://pay.example.com",
    "WALLETS": "true",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_LAMBDA_FUNCTION_NAME": "chat",
}
LOOK = """
import json, socket, sys
def refuse(*_, **__):
    raise AssertionError("the start opened a connection")
socket.socket.connect = refuse
from chat import handler
from chat.languages import language
print(json.dumps({"stripe": "stripe" in sys.modules, "languages": language._read.cache_info().currsize}))
"""


def started(kind: str) -> dict[str, object]:
    environment = SETTINGS | {"PYTHONPATH": f"{LAMBDAS}", "AWS_LAMBDA_INITIALIZATION_TYPE": kind}
    done = subprocess.run(
        [sys.executable, "-c", LOOK], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_a_cold_start_puts_off_what_a_first_turn_does_not_need():
    assert started("on-demand") == {"stripe": False, "languages": 0}


def test_a_snapshot_has_stripe_and_every_language():
    assert started("snap-start") == {"stripe": True, "languages": len([*LAMBDAS.glob("chat/languages/*.toml")])}


@pytest.mark.parametrize("name", ["SESSIONS_TABLE", "STRIPE_SECRET"])
def test_a_missing_setting_fails_the_start_and_is_named(name):
    environment = os.environ | SETTINGS | {"PYTHONPATH": f"{LAMBDAS}"}
    del environment[name]

    start = [sys.executable, "-c", "import chat.handler"]
    done = subprocess.run(start, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert name in done.stderr
