"""Deploy the CDK stacks into the emulator with the CDK's own command line, when something has changed."""

import json
import shutil
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.runner.environment import ACCOUNT, LOCAL_STRIPE_KEY, REGION, ROOT, Ports, address
from local.runner.fingerprint import fingerprint
from local.runner.processes import Children

STAGE = "local"
DATA_STACK, API_STACK = f"PaymentChat-{STAGE}-Data", f"PaymentChat-{STAGE}-Api"
# The SSM parameter with the fingerprint of what is deployed. When the emulator loses the stacks, it loses this too.
FINGERPRINT_PARAMETER = f"/payment-chat/{STAGE}/fingerprint"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Deployment:
    """The CloudFormation outputs of the deployed stacks."""

    data: dict[str, str]
    api: dict[str, str]

    def gateway_url(self, ports: Ports) -> str:
        """The API's address on the emulator, which is not the one in the stack's output."""
        api_id = self.api["ApiUrl"].split("//")[1].split(".")[0]
        return f"{address(ports.emulator)}/_aws/execute-api/{api_id}/{STAGE}"


class EmulatorClients:
    """Clients for the emulator's AWS, and for nothing else: endpoint and keys are given, not looked up."""

    def __init__(self, ports: Ports) -> None:
        self._url = address(ports.emulator)
        self._session = Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)

    def client(self, service: str) -> Any:
        settings = Config(retries={"total_max_attempts": 2}, connect_timeout=2, read_timeout=10)
        return self._session.client(service, endpoint_url=self._url, config=settings)  # type: ignore[call-overload]


def deploy_if_changed(
    children: Children, emulator: EmulatorClients, ports: Ports, directory: Path, say: Say
) -> Deployment:
    """The deployed stacks. Deploys only when a source, a lock file or the address of a stand-in has changed."""
    wanted = fingerprint(ports)
    deployed = find_deployment(emulator)
    if deployed is not None and read_fingerprint(emulator) == wanted:
        say("Nothing has changed since the last deployment.")
        return deployed
    deploy(children, ports, directory, say)
    deployed = find_deployment(emulator)
    if deployed is None:
        raise LookupError(f"cdk deploy succeeded, but {DATA_STACK} or {API_STACK} is missing.")
    set_what_cloudformation_dropped(emulator, deployed)
    words = emulator.client("lambda").invoke(FunctionName=deployed.api["WordsFunction"])  # as make deploy does
    if "FunctionError" in words:
        say("The model's words could not be prepared; the fixed wording is used.")
    emulator.client("ssm").put_parameter(Name=FINGERPRINT_PARAMETER, Value=wanted, Type="String", Overwrite=True)
    return deployed


def find_deployment(emulator: EmulatorClients) -> Deployment | None:
    """None unless both stacks are there and complete."""
    try:
        return Deployment(read_outputs(emulator, DATA_STACK), read_outputs(emulator, API_STACK))
    except (ClientError, BotoCoreError, LookupError):
        return None


def read_outputs(emulator: EmulatorClients, stack: str) -> dict[str, str]:
    """Raises LookupError when the stack's last deployment did not succeed."""
    found = emulator.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    if not found["StackStatus"].endswith("_COMPLETE") or "ROLLBACK" in found["StackStatus"]:
        raise LookupError(found["StackStatus"])
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def read_fingerprint(emulator: EmulatorClients) -> str | None:
    try:
        return str(emulator.client("ssm").get_parameter(Name=FINGERPRINT_PARAMETER)["Parameter"]["Value"])
    except ClientError:
        return None


def deploy(children: Children, ports: Ports, directory: Path, say: Say) -> None:
    templates = directory / "cdk.out"
    shutil.rmtree(templates, ignore_errors=True)
    quiet = ("--no-notices", "--ci")
    settings = {
        "stage": STAGE,
        "stripeUrl": address(ports.stripe),
        "modelUrl": address(ports.model),
        "pageUrl": address(ports.page),
        "webhookUrl": f"{address(ports.merchant)}/webhooks",
        "gatewayUrl": f"{address(ports.emulator)}/_aws/execute-api",
    }
    context = (word for name, value in settings.items() for word in ("--context", f"{name}={value}"))
    say("Building the templates and the function's package ...")
    children.start("synth", ["cdk", "synth", "--quiet", *quiet, "--output", templates, *context], cwd=ROOT)
    # From a directory without a cdk.json: with one, bootstrap would build the templates again.
    children.start("bootstrap", ["cdk", "bootstrap", *quiet, f"aws://{ACCOUNT}/{REGION}"], cwd=directory)
    children.finish("synth", "bootstrap")
    say("Deploying the stacks ...")
    unattended = ("--require-approval", "never", "--method", "direct", "--progress", "events")
    children.start("deploy", ["cdk", "deploy", "--all", *quiet, *unattended, "--app", templates], cwd=directory)
    children.finish("deploy")


def set_what_cloudformation_dropped(emulator: EmulatorClients, deployed: Deployment) -> None:
    """Set expiry and encryption of the tables, which the emulator's CloudFormation drops, and the Stripe key.

    It drops request validation as well, and that stays off here: the emulator's validator takes every content type
    for JSON, so the function's own 415 and 413 could not be tested. The function checks everything that the validator
    checks on AWS.
    """
    dynamodb, resources = emulator.client("dynamodb"), read_resources(emulator, DATA_STACK)
    for table in (resource for resource in resources.values() if resource["Type"] == "AWS::DynamoDB::Table"):
        name, properties = table["PhysicalId"], table["Properties"]
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"])
        key = resources[properties["SSESpecification"]["KMSMasterKeyId"]["Fn::GetAtt"][0]]["PhysicalId"]
        encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
        dynamodb.update_table(TableName=name, SSESpecification=encryption)
    secrets, data = emulator.client("secretsmanager"), deployed.data
    secrets.put_secret_value(SecretId=data["StripeSecret"], SecretString=LOCAL_STRIPE_KEY)
    signing, webhook = ({"secrets": [_signing_secret()]}, {"current": _signing_secret(), "previous": None})
    secrets.put_secret_value(SecretId=data["StripeEventsSecret"], SecretString=json.dumps(signing))
    secrets.put_secret_value(SecretId=data["WebhookSecret"], SecretString=json.dumps(webhook))


def _signing_secret() -> str:
    return f"whsec_{b64encode(token_bytes(24)).decode()}"


def read_resources(emulator: EmulatorClients, stack: str) -> dict[str, dict[str, Any]]:
    """Logical id → the resource as the template has it, with its `PhysicalId`."""
    cloudformation = emulator.client("cloudformation")
    body = cloudformation.get_template(StackName=stack)["TemplateBody"]
    template = json.loads(body) if isinstance(body, str) else body
    found = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    physical = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in found}
    resources = template["Resources"].items()
    return {name: {**resource, "PhysicalId": physical[name]} for name, resource in resources if name in physical}


def log_groups(emulator: EmulatorClients) -> list[str]:
    """The log groups of the functions and of the API."""
    resources = read_resources(emulator, API_STACK).values()
    return [resource["PhysicalId"] for resource in resources if resource["Type"] == "AWS::Logs::LogGroup"]
