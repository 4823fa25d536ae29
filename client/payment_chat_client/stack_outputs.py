"""The outputs of a deployed stage's stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_cloudformation import CloudFormationClient


def read_stack_outputs(cloudformation: CloudFormationClient, stage: str, stacks: Iterable[str]) -> dict[str, str]:
    """Value by output name, over these stacks of the stage, "Api" for example. Raises LookupError without one."""
    found: dict[str, str] = {}
    for stack in stacks:
        name = f"PaymentChat-{stage}-{stack}"
        try:
            described = cloudformation.describe_stacks(StackName=name)
        except cloudformation.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            raise LookupError(f"there is no stack {name}") from None
        listed = described["Stacks"][0].get("Outputs", [])
        found |= {output["OutputKey"]: output["OutputValue"] for output in listed}
    return found
