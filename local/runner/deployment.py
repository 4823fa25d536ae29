"""Bring the CDK stacks into the emulator with the CDK's own command line, when something has changed."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.runner.environment import ACCOUNT, LOCAL_KEY, REGION, ROOT, Ports, address
from local.runner.processes import Children

STAGE = "local"
DATA, API = f"PaymentChat-{STAGE}-Data", f"PaymentChat-{STAGE}-Api"
# The parameter that says what is deployed. It lives in the emulator, so it is lost whenever the stacks are.
MARK = f"/payment-chat/{STAGE}/fingerprint"

SOURCES = (
    "app.py",
    "cdk.json",
    "infra",
    "lambdas",
    "local/deployment.py",
    "requirements/lambda.txt",
    "requirements/dev.txt",
    "requirements/node/package-lock.json",
)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Deployed:
    """What the stacks hand out: their CloudFormation outputs."""

    data: dict[str, str]
    api: dict[str, str]

    def gateway_url(self, ports: Ports) -> str:
        """The emulator serves an API under its own address, not under the one in the stack's output."""
        api_id = self.api["ApiUrl"].split("//")[1].split(".")[0]
        return f"{address(ports.emulator)}/_aws/execute-api/{api_id}/{STAGE}"


class Emulator:
    """Clients for the emulator's AWS, and for nothing else: endpoint and keys are given, not looked up."""

    def __init__(self, ports: Ports) -> None:
        self._url = address(ports.emulator)
        self._session = Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)

    def client(self, service: str) -> Any:
        settings = Config(retries={"total_max_attempts": 2}, connect_timeout=2, read_timeout=10)
        return self._session.client(service, endpoint_url=self._url, config=settings)  # type: ignore[call-overload]


def bring_up(children: Children, emulator: Emulator, ports: Ports, directory: Path, say: Say) -> Deployed:
    """The deployed stacks; deployed anew only when a source, a lock or a stand-in's address is another."""
    wanted = fingerprint(ports)
    deployed = find(emulator)
    if deployed is not None and mark(emulator) == wanted:
        say("Nothing has changed since the last deployment.")
        return deployed
    deploy(children, ports, directory, say)
    deployed = find(emulator)
    if deployed is None:
        raise LookupError(f"cdk deploy succeeded, but {DATA} or {API} is not there")
    complete(emulator, deployed)
    emulator.client("ssm").put_parameter(Name=MARK, Value=wanted, Type="String", Overwrite=True)
    return deployed


def fingerprint(ports: Ports) -> str:
    digest = hashlib.sha256(f"{sys.version} {ports.stripe} {ports.model}".encode())
    for source in source_files():
        digest.update(f"{source.relative_to(ROOT)}\0{source.stat().st_size}\0".encode() + source.read_bytes())
    return digest.hexdigest()


def source_files() -> Iterator[Path]:
    for name in SOURCES:
        files = sorted((ROOT / name).rglob("*")) if (ROOT / name).is_dir() else [ROOT / name]
        yield from (path for path in files if path.is_file() and "__pycache__" not in path.parts)


def find(emulator: Emulator) -> Deployed | None:
    try:
        data, api = (outputs(emulator, name) for name in (DATA, API))
    except (ClientError, BotoCoreError, LookupError):
        return None
    return Deployed(data, api)


def outputs(emulator: Emulator, stack: str) -> dict[str, str]:
    found = emulator.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    if not found["StackStatus"].endswith("_COMPLETE") or "ROLLBACK" in found["StackStatus"]:
        raise LookupError(found["StackStatus"])
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def mark(emulator: Emulator) -> str | None:
    try:
        return str(emulator.client("ssm").get_parameter(Name=MARK)["Parameter"]["Value"])
    except ClientError:
        return None


def deploy(children: Children, ports: Ports, directory: Path, say: Say) -> None:
    templates = directory / "cdk.out"
    shutil.rmtree(templates, ignore_errors=True)
    quiet = ("--no-notices", "--ci")
    settings = {"stage": STAGE, "stripeUrl": address(ports.stripe), "modelUrl": address(ports.model)}
    context = (word for name, value in settings.items() for word in ("--context", f"{name}={value}"))
    say("Building the templates and the function's package ...")
    children.start("synth", ["cdk", "synth", "--quiet", *quiet, "--output", templates, *context], cwd=ROOT)
    # From a directory without an app, so that it does not build the templates once more.
    children.start("bootstrap", ["cdk", "bootstrap", *quiet, f"aws://{ACCOUNT}/{REGION}"], cwd=directory)
    children.finish("synth", "bootstrap")
    say("Deploying the stacks ...")
    unattended = ("--require-approval", "never", "--method", "direct", "--progress", "events")
    children.start("deploy", ["cdk", "deploy", "--all", *quiet, *unattended, "--app", templates], cwd=directory)
    children.finish("deploy")


def complete(emulator: Emulator, deployed: Deployed) -> None:
    """Set what the emulator's CloudFormation leaves out of the templates: expiry and encryption of the tables, and a
    Stripe key.

    It leaves out request validation too, and here it stays out: the emulator's validator takes every content type for
    JSON, so that the function's own 415 and 413 would never be seen. The function checks all that the validator does.
    """
    dynamodb, resources = emulator.client("dynamodb"), template_resources(emulator, DATA)
    for table in (resource for resource in resources.values() if resource["Type"] == "AWS::DynamoDB::Table"):
        name, properties = table["PhysicalId"], table["Properties"]
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"])
        key = resources[properties["SSESpecification"]["KMSMasterKeyId"]["Fn::GetAtt"][0]]["PhysicalId"]
        encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
        dynamodb.update_table(TableName=name, SSESpecification=encryption)
    emulator.client("secretsmanager").put_secret_value(SecretId=deployed.data["StripeSecret"], SecretString=LOCAL_KEY)


def template_resources(emulator: Emulator, stack: str) -> dict[str, dict[str, Any]]:
    """Logical id → the resource as in the template, with its `PhysicalId`."""
    cloudformation = emulator.client("cloudformation")
    body = cloudformation.get_template(StackName=stack)["TemplateBody"]
    template = json.loads(body) if isinstance(body, str) else body
    found = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    physical = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in found}
    resources = template["Resources"].items()
    return {name: {**resource, "PhysicalId": physical[name]} for name, resource in resources if name in physical}
