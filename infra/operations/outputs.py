"""The outputs of a deployed stage's stacks."""

from collections.abc import Mapping

from boto3.session import Session
from botocore.exceptions import ClientError

from infra.config import Stage

STACKS = ("Data", "Api")


def read_outputs(aws: Session, stage: Stage) -> Mapping[str, str]:
    """Output name → value, of all stacks of the stage together. Raises SystemExit when the stage is not deployed."""
    cloudformation = aws.client("cloudformation", region_name=stage.region)
    values: dict[str, str] = {}
    for stack in STACKS:
        try:
            described = cloudformation.describe_stacks(StackName=f"PaymentChat-{stage.name}-{stack}")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            raise SystemExit(f"{stage.name} is not deployed in this account: make deploy STAGE={stage.name}") from None
        outputs = described["Stacks"][0].get("Outputs", [])
        values |= {output["OutputKey"]: output["OutputValue"] for output in outputs}
    return values
