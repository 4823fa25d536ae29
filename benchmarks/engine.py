"""One DynamoDB and KMS for all contenders: the emulator, with its tables and keys."""

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
from local.runner.environment import LOCAL_STRIPE_KEY

REGION = "us-east-1"
SECRET = "benchmark/stripe"
# Environment name of each table → its keys.
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
def running() -> Iterator[dict[str, str]]:
    """The emulator on a free port; gives the environment with which every contender finds its tables and keys."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as state:
        environment = {
            **os.environ,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "STATE_DIR": state,
            "S3_DATA_DIR": state,
        }
        with (Path(state) / "log").open("w") as log:
            emulator = subprocess.Popen(
                [Path(sys.executable).with_name("ministack")], env=environment, stdout=log, stderr=log
            )
        try:
            _wait(f"http://127.0.0.1:{port}/_ministack/health", emulator)
            yield _prepared(f"http://127.0.0.1:{port}")
        finally:
            emulator.terminate()
            emulator.wait(10)


@contextmanager
def stand_ins() -> Iterator[dict[str, str]]:
    """The local stage's Stripe and model; gives the settings that lead the function to them."""
    ports = {name: _free_port() for name in ("stripe", "model")}
    servers = [
        subprocess.Popen(
            [sys.executable, "-m", f"local.{name}.server", "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL
        )
        for name, port in ports.items()
    ]
    try:
        for server, port in zip(servers, ports.values(), strict=True):
            _wait(f"http://127.0.0.1:{port}/_control/health", server)
        yield {f"{name.upper()}_URL": f"http://127.0.0.1:{port}" for name, port in ports.items()}
    finally:
        for server in servers:
            server.terminate()
            server.wait(10)


def access(url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def settings() -> dict[str, str]:
    """The function's own settings, as the local stage has them, the addresses of keys and tables apart."""
    return {
        "STAGE": "local",
        "STRIPE_SECRET": SECRET,
        "MODEL_ID": "constant",
        "BRANDS": "visa,mastercard,amex,discover,diners,jcb,unionpay",
        "CONTACT": "support@example.com",
        "ATTEMPTS_PER_ADDRESS": "1000000",
        "ATTEMPTS_PER_CARD": "1000000",
        "TEST_TOKENS": "false",
        "POWERTOOLS_SERVICE_NAME": "chat",
        "POWERTOOLS_METRICS_NAMESPACE": "PaymentChat",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


def _prepared(url: str) -> dict[str, str]:
    where = access(url)
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
        **where,
        **settings(),
        **{variable: variable.lower() for variable in TABLES},
        "SEALING_KEY": kms.create_key()["KeyMetadata"]["Arn"],
        "COUNTING_KEY": counting["KeyMetadata"]["Arn"],
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if server.poll() is not None:
            raise SystemExit("a server ended before it was ready")
        try:
            httpx.get(url, timeout=1, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("a server did not become ready")
