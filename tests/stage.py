"""The stage that the tests talk to: the local one, or one on AWS."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from infra.operations.outputs import stage_outputs
from infra.stages import stage_named
from local.demo.conversation import SEED, Api, Conversation, new_id
from local.runner.environment import ROOT, Ports
from local.runner.launch import run_stage
from payment_chat_client import SigV4

HTTP = httpx.Client(trust_env=False)  # one for all: to make one costs as much CPU time as a conversation


@dataclass(frozen=True)
class StandIn:
    """The control addresses of a stand-in. Steps carry a session or a text, so that tests can share it."""

    url: str

    def plan(self, behaviour: str, **step: Any) -> None:
        self.ask("POST", "/_control/plan", {"behaviour": behaviour, **step})

    def clear(self, **which: str) -> None:
        self.ask("DELETE", "/_control/plan", **which)

    def listed(self, what: str, **which: str) -> list[dict[str, Any]]:
        return self.ask("GET", f"/_control/{what}", **which)

    def ask(self, method: str, path: str, body: object = None, **query: str) -> Any:
        reply = HTTP.request(method, self.url + path, json=body, params=query, timeout=10)
        return reply.raise_for_status().json()


@dataclass(frozen=True)
class Stage:
    name: str
    api: Api
    aws: Any = field(repr=False)  # a boto3 session
    endpoint: str | None
    tables: dict[str, str]  # sessions, receipts, orders
    stripe_stand_in: StandIn | None = None
    model_stand_in: StandIn | None = None
    logs_directory: Path | None = None
    merchant_stand_in: StandIn | None = None

    @property
    def merchant(self) -> StandIn:
        return self.merchant_stand_in or pytest.skip(f"the merchant of {self.name} is none that this test can ask")

    @property
    def stripe(self) -> StandIn:
        return self.stripe_stand_in or pytest.skip(f"{self.name} talks to Stripe itself, which takes no orders")

    @property
    def model(self) -> StandIn:
        return self.model_stand_in or pytest.skip(f"{self.name} talks to Bedrock itself, which takes no orders")

    @property
    def logs(self) -> Path:
        return self.logs_directory or pytest.skip(f"the logs of {self.name} are in CloudWatch")

    def conversation(self, name: str = "test") -> Conversation:
        return Conversation(self.api, id=new_id(name))

    def conversation_at(self, step: str, name: str = "test") -> Conversation:
        """An ordinary conversation that has come to this step."""
        talk = self.conversation(name)
        for message in SEED[: ["name", "card", "expiry", "cvv", "confirm", "done"].index(step) + 1]:
            reply = talk.send(message)
        assert reply["currentStep"] == step, reply["error"]
        return talk

    def client(self, service: str) -> Any:
        return self.aws.client(service, endpoint_url=self.endpoint)

    def session_item(self, talk: Conversation) -> dict[str, Any] | None:
        table = self.aws.resource("dynamodb", endpoint_url=self.endpoint).Table(self.tables["sessions"])
        return table.get_item(Key={"sessionId": talk.id}, ConsistentRead=True).get("Item")

    def receipt(self, talk: Conversation, token_hash: str) -> dict[str, Any] | None:
        table = self.aws.resource("dynamodb", endpoint_url=self.endpoint).Table(self.tables["receipts"])
        item = table.get_item(Key={"tokenHash": token_hash}, ConsistentRead=True).get("Item")
        assert item is None or item["sessionId"] == talk.id
        return item

    def needs_a_test_key(self) -> None:
        """Skips, with the reason, where a confirmation cannot succeed."""
        if self.stripe_stand_in is None:
            arn = stage_outputs(self.aws, stage_named(self.name))["StripeSecret"]
            value = self.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
            if not value.startswith(("sk_test_", "rk_test_")):
                pytest.skip(f"the Stripe secret of {self.name} holds no test key")


def local_stage(outputs: dict[str, Any]) -> Stage:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": outputs["region"]}
    return Stage(
        name="local",
        api=Api(outputs["apiUrl"]),
        aws=boto3.Session(**keys),
        endpoint=outputs["awsEndpoint"],
        tables={name: outputs[f"{name}Table"] for name in ("sessions", "receipts", "orders")},
        stripe_stand_in=StandIn(outputs["stripeUrl"]),
        model_stand_in=StandIn(outputs["modelUrl"]),
        logs_directory=ROOT / outputs["logDir"],
        merchant_stand_in=StandIn(outputs["merchantUrl"]),
    )


def stage_on_aws(name: str) -> Stage:
    """The deployed stage, found and called with the credentials of this shell."""
    aws = boto3.Session()
    told = stage_outputs(aws, stage_named(name))
    return Stage(
        name=name,
        api=Api(told["ApiUrl"], auth=SigV4(aws, aws.region_name)),
        aws=aws,
        endpoint=None,
        tables={name: told[f"{name.capitalize()}Table"] for name in ("sessions", "receipts", "orders")},
    )


@contextmanager
def shared(directory: Path) -> Iterator[dict[str, Any]]:
    """One stage for all workers of a run: the first to come runs it, and waits for the others before it ends."""
    directory.mkdir(exist_ok=True)
    users = directory / "users"
    with users.open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        outputs = directory / "outputs.json"
        if outputs.exists():
            fcntl.flock(held, fcntl.LOCK_SH)
            yield json.loads(outputs.read_text())
            return
        with run_stage(directory, ports=Ports.free()) as ours:
            fcntl.flock(held, fcntl.LOCK_SH)
            yield ours
            fcntl.flock(held, fcntl.LOCK_EX)  # granted once nobody else uses it
