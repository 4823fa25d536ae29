"""What a deployed stage says of itself: the outputs of its stacks."""

from collections.abc import Mapping
from typing import Any

from botocore.session import Session

from infra.config import Stage


def outputs(aws: Session, stage: Stage) -> Mapping[str, str]:
    """Output → value, over the stage's stacks. Raises SystemExit when the stage is not deployed."""
    cloudformation: Any = aws.create_client("cloudformation", region_name=stage.region)
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
