"""Every stack of every stage, synthesized once a run: starting the CDK's engine costs more than all of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, AssetHashType
from aws_cdk import aws_lambda as lambda_

from app import build
from infra.config import Page, Stage
from infra.stages import PROD, STAGES

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Template:
    body: Mapping[str, Any]

    def of_type(self, type_: str) -> dict[str, dict[str, Any]]:
        """Logical id → properties."""
        found = self.body["Resources"].items()
        return {id_: resource.get("Properties", {}) for id_, resource in found if resource["Type"] == type_}

    def only(self, type_: str) -> dict[str, Any]:
        (properties,) = self.of_type(type_).values()
        return properties

    def named(self, prefix: str, type_: str) -> dict[str, Any]:
        (properties,) = (p for id_, p in self.of_type(type_).items() if id_.startswith(prefix))
        return properties

    def removal(self, prefix: str) -> str:
        (policy,) = (
            resource.get("DeletionPolicy", "Delete")
            for id_, resource in self.body["Resources"].items()
            if id_.startswith(prefix)
        )
        return policy

    def statements(self, role: str) -> list[dict[str, Any]]:
        """What the role of that logical id's beginning may do."""
        policies = self.of_type("AWS::IAM::Policy").items()
        return [
            one for id_, policy in policies if id_.startswith(role) for one in policy["PolicyDocument"]["Statement"]
        ]


# Prod with everything that is off until its owner names a domain.
HOSTED = replace(
    PROD,
    name="hosted",
    alarm_email="oncall@example.com",
    webhook_url="https://shop.example.com/webhooks",
    return_hosts=("shop.example.com",),
    page=Page(
        domain="pay.example.com",
        certificate="arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555",
        zone_id="Z0123456789EXAMPLE",
        zone_name="example.com",
    ),
)
ALL = {**STAGES, HOSTED.name: HOSTED}


def synthesize(stage: Stage) -> App:
    settings = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = App(context=settings | {"aws:cdk:bundling-stacks": []})
    # The templates do not change with the code of the functions.
    code = lambda_.Code.from_asset(
        str(ROOT / "lambdas"), asset_hash="0" * 64, asset_hash_type=AssetHashType.CUSTOM, exclude=["*"]
    )
    build(app, stage, code)
    return app


@pytest.fixture(scope="session")
def templates() -> dict[str, Template]:
    """`dev-Api` → the template of the stack PaymentChat-dev-Api."""
    stacks = (stack for stage in ALL.values() for stack in synthesize(stage).synth().stacks)
    return {stack.stack_name.removeprefix("PaymentChat-"): Template(stack.template) for stack in stacks}


@pytest.fixture(params=list(ALL))
def stage(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def data(templates: dict[str, Template], stage: str) -> Template:
    return templates[f"{stage}-Data"]


@pytest.fixture
def api(templates: dict[str, Template], stage: str) -> Template:
    return templates[f"{stage}-Api"]
