"""The outputs of a deployed stage's stacks."""

from collections.abc import Mapping

import boto3

from infra.config import Stage
from payment_chat_client.stack_outputs import read_stack_outputs


def stage_outputs(aws: boto3.Session, stage: Stage, endpoint: str | None = None) -> Mapping[str, str]:
    """Value by output name, over the stage's stacks. Raises SystemExit when the stage is not deployed.

    `endpoint`: the address of an emulator, in place of AWS.
    """
    cloudformation = aws.client("cloudformation", region_name=stage.region, endpoint_url=endpoint)
    try:
        return read_stack_outputs(cloudformation, stage.name, ("Data", "Api"))
    except LookupError:
        raise SystemExit(f"{stage.name} is not deployed here: make deploy STAGE={stage.name}") from None
