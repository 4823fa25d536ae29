"""The AWS emulator that all contenders use, with their tables and keys, and the stand-ins for Stripe and the model."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import botocore.session
import httpx

from benchmarks.places import ROOT
from local.runner.environment import LOCAL_STRIPE_KEY, emulator_variables

REGION = "us-east-1"
SECRET = "benchmark/stripe"
# Environment variable with the table's name → the table's keys.
TABLES = {
    "SESSIONS_TABLE": ("sessionId",),
    "RECEIPTS_TABLE": ("tokenHash",),
    "ATTEMPTS_TABLE": ("counter",),
    "WHOLE_ITEM_TABLE": ("sessionId",),
    "LANGCHAIN_TABLE": ("SessionId",),
    "LANGGRAPH_TABLE": ("PK", "SK"),
    "STRANDS_TABLE": ("PK", "SK"),
}


@contextmanager
def run_emulator() -> Iterator[dict[str, str]]:
    """Runs the emulator on a free port. Yields the environment variables that name the tables and keys."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as state:
        environment = {**os.environ, **emulator_variables(port, Path(state))}
        with (Path(state) / "log").open("w") as log:
            emulator = subprocess.Popen(
                [Path(sys.executable).with_name("ministack")], env=environment, stdout=log, stderr=log
            )
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}/_ministack/health", emulator)
            yield _create_tables_and_keys(f"http://127.0.0.1:{port}")
        finally:
            emulator.terminate()
            emulator.wait(10)


@contextmanager
def run_stand_ins() -> Iterator[dict[str, str]]:
    """Runs the stand-ins for Stripe and the model. Yields the settings with their addresses."""
    ports = {name: _free_port() for name in ("stripe", "model")}
    servers = [
        subprocess.Popen(
            [sys.executable, "-m", f"local.{name}.server", "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL
        )
        for name, port in ports.items()
    ]
    try:
        for server, port in zip(servers, ports.values(), strict=True):
            _wait_until_ready(f"http://127.0.0.1:{port}/_control/health", server)
        yield {f"{name.upper()}_URL": f"http://127.0.0.1:{port}" for name, port in ports.items()}
    finally:
        for server in servers:
            server.terminate()
            server.wait(10)


def aws_variables(url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def function_settings() -> dict[str, str]:
    """The function's settings as on the local stage, without the names of tables and keys."""
    return {
        "STAGE": "local",
        "STRIPE_SECRET": SECRET,
        "MODEL_ID": "constant",
        "WORDING": "live",
        "WORDINGS_TABLE": "wordings",
        "BRANDS": "visa,mastercard,amex,discover,diners,jcb,unionpay",
        "CONTACT": "support@example.com",
        "ATTEMPTS_PER_ADDRESS": "1000000",
        "ATTEMPTS_PER_CARD": "1000000",
        "TEST_TOKENS": "false",
        "ORDERS_TABLE": "orders",
        "MERCHANT": "ACME",
        "CAPTURES": "chat",
        "PAGE_URL": "",
        "WALLETS": "false",
        "POWERTOOLS_SERVICE_NAME": "chat",
        "POWERTOOLS_METRICS_NAMESPACE": "PaymentChat",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


def _create_tables_and_keys(url: str) -> dict[str, str]:
    session = botocore.session.Session()
    session.set_credentials("test", "test")

    def client(service: str) -> Any:
        return session.create_client(service, region_name=REGION, endpoint_url=url)

    dynamodb, kms = client("dynamodb"), client("kms")
    client("secretsmanager").create_secret(Name=SECRET, SecretString=LOCAL_STRIPE_KEY)
    for variable, keys in TABLES.items():
        dynamodb.create_table(
            TableName=variable.lower(),
            KeySchema=[
                {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            BillingMode="PAY_PER_REQUEST",
        )
    counting = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    return {
        **aws_variables(url),
        **function_settings(),
        **{variable: variable.lower() for variable in TABLES},
        "SEALING_KEY": kms.create_key()["KeyMetadata"]["Arn"],
        "COUNTING_KEY": counting["KeyMetadata"]["Arn"],
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if server.poll() is not None:
            raise SystemExit("A server ended before it was ready.")
        try:
            httpx.get(url, timeout=1, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("A server was not ready in time.")
