"""The outputs of a deployed stage's stacks."""

from collections.abc import Mapping

import boto3

from infra.config import Stage


def stage_outputs(aws: boto3.Session, stage: Stage, endpoint: str | None = None) -> Mapping[str, str]:
    """Value by output name, over the stage's stacks. Raises SystemExit when the stage is not deployed.

    `endpoint`: the address of an emulator, in place of AWS.
    """
    cloudformation = aws.client("cloudformation", region_name=stage.region, endpoint_url=endpoint)
    found: dict[str, str] = {}
    for stack in ("Data", "Api"):
        try:
            described = cloudformation.describe_stacks(StackName=f"PaymentChat-{stage.name}-{stack}")
        except cloudformation.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            raise SystemExit(f"{stage.name} is not deployed here: make deploy STAGE={stage.name}") from None
        listed = described["Stacks"][0].get("Outputs", [])
        found |= {output["OutputKey"]: output["OutputValue"] for output in listed}
    return found
