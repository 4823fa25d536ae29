"""Cold starts: CPU milliseconds from the start of Python until the first request can be taken."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.places import BARE, PLAIN, PYTHON, SHIPPED, SOURCES

OURS = """
from chat import handler
handler.api()
"""
WHOLE_ITEM = """
import boto3, stripe
from aws_lambda_powertools import Logger, Metrics
Logger(), Metrics()
table = boto3.resource("dynamodb").Table("sessions")
clients = [boto3.client(service) for service in ("bedrock-runtime", "kms", "secretsmanager")]
stripe.StripeClient("sk_test_x")
"""
CONFIRM = """
ready = time.process_time()
from payments.adapters.stripe_client import stripe_client
stripe_client("sk_test_x")
list(handler.clients.every())
extra = time.process_time() - ready
"""
FIRST_TURN = """
ready = time.process_time()
from chat.languages.language import load_language
from chat.languages.vocabulary import vocabulary
load_language("en"), vocabulary()
extra = time.process_time() - ready
"""
STARTS: dict[str, tuple[Path, str]] = {
    "ours": (SHIPPED, OURS),
    "whole-item": (PLAIN, WHOLE_ITEM),
    "ours, ordinary byte code": (SOURCES, OURS),
    "ours, no byte code": (BARE, OURS),
}
# What is loaded only when it is needed, unless a snapshot holds it already.
EXTRAS = {"first confirm": CONFIRM, "first turn": FIRST_TURN}


def measure(count: int, environment: Mapping[str, str]) -> dict[str, list[float]]:
    """CPU milliseconds of each start and of each extra, one value for a round. The contenders take turns."""
    found: dict[str, list[float]] = {name: [] for name in (*STARTS, *EXTRAS)}
    for number in range(count + 1):
        once = {name: _start(place, code, environment)[0] for name, (place, code) in STARTS.items()}
        once |= {name: _start(SHIPPED, OURS + code, environment)[1] for name, code in EXTRAS.items()}
        for name, milliseconds in once.items():
            if number:  # the first round only fills the file cache
                found[name].append(milliseconds)
    return found


def _start(place: Path, code: str, environment: Mapping[str, str]) -> tuple[float, float]:
    """CPU milliseconds of a new process that runs the code, and of the part that the code measured as `extra`."""
    script = f"""
import sys, time, json
sys.dont_write_bytecode = True
sys.path.insert(0, {str(place)!r})
extra = 0
{code}
sys.__stdout__.write(json.dumps([time.process_time() * 1000, extra * 1000]))
"""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PYTHON"))}
    done = subprocess.run(
        [PYTHON, "-I", "-S", "-c", script], env={**clean, **environment}, capture_output=True, text=True, check=True
    )
    used, extra = json.loads(done.stdout)
    return used, extra
