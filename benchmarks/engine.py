"""The AWS emulator that all contenders use, with their tables and keys, and the stand-ins for Stripe and the model."""

import json
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

from benchmarks.conversation import SIGNING
from benchmarks.places import ROOT
from local.runner.environment import LOCAL_STRIPE_KEY, emulator_variables

REGION = "us-east-1"
SECRET, EVENTS_SECRET = "benchmark/stripe", "benchmark/events"
BUS = "orders"
# Environment variable with the table's name → the table's keys.
TABLES = {
    "SESSIONS_TABLE": ("sessionId",),
    "RECEIPTS_TABLE": ("tokenHash",),
    "ATTEMPTS_TABLE": ("counter",),
    "WORDINGS_TABLE": ("language",),
    "WHOLE_ITEM_TABLE": ("sessionId",),
    "LANGCHAIN_TABLE": ("SessionId",),
    "LANGGRAPH_TABLE": ("PK", "SK"),
    "STRANDS_TABLE": ("PK", "SK"),
}
# The orders' table has indexes: name → keys.
INDEXES = {"due": ("sweepShard", "sweepAt"), "stripe": ("stripeId",)}
NUMBERS = frozenset({"sweepAt"})


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
        "WORDING": "prepared",
        "POINTING": "true",
        "BRANDS": "visa,mastercard,amex,discover,diners,jcb,unionpay",
        "CONTACT": "support@example.com",
        "ATTEMPTS_PER_ADDRESS": "1000000",
        "ATTEMPTS_PER_CARD": "1000000",
        "TEST_TOKENS": "false",
        "ORDERS_TABLE": "orders",
        "MERCHANT": "ACME",
        "CAPTURES": "chat,hosted",
        "DEFAULT_CAPTURE": "chat",
        "CURRENCIES": "eur",
        "RETURN_HOSTS": "",
        "EVENT_BUS": BUS,
        "SIGNING_SECRET": EVENTS_SECRET,
        "PAGE_URL": "https://pay.example.com",
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

    dynamodb, kms, secrets = client("dynamodb"), client("kms"), client("secretsmanager")
    secrets.create_secret(Name=SECRET, SecretString=LOCAL_STRIPE_KEY)
    secrets.create_secret(Name=EVENTS_SECRET, SecretString=json.dumps({"secrets": [SIGNING]}))
    client("events").create_event_bus(Name=BUS)
    for variable, keys in TABLES.items():
        dynamodb.create_table(TableName=variable.lower(), **_keys(keys), BillingMode="PAY_PER_REQUEST")
    dynamodb.create_table(**_orders_table())

    def mac_key() -> str:
        return str(kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"])

    return {
        **aws_variables(url),
        **function_settings(),
        **{variable: variable.lower() for variable in TABLES},
        "SEALING_KEY": kms.create_key()["KeyMetadata"]["Arn"],
        "COUNTING_KEY": mac_key(),
        "LINK_KEY": mac_key(),
    }


def _orders_table() -> dict[str, Any]:
    """As infra/data_stack.py describes it, without its stream: the benchmark carries the changes itself."""
    keys = {name: _keys(each)["KeySchema"] for name, each in INDEXES.items()}
    named = dict.fromkeys(name for each in (("orderId",), *INDEXES.values()) for name in each)
    return {
        "TableName": "orders",
        **_keys(("orderId",)),
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "N" if name in NUMBERS else "S"} for name in named
        ],
        "GlobalSecondaryIndexes": [
            {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "KEYS_ONLY"}}
            for name, schema in keys.items()
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }


def _keys(names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "KeySchema": [
            {"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
        ],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names],
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
