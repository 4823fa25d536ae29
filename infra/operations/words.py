"""Have the model's words prepared now: `make words STAGE=dev`. `make deploy` does it, and a schedule every day."""

import json
import sys

import boto3
from botocore.config import Config

from infra.operations.outputs import stage_outputs
from infra.stages import stage_named

WAIT_SECONDS = 600  # as long as the function may run


def main(name: str) -> None:
    aws, stage = boto3.Session(), stage_named(name)
    if not stage.prepares_words:
        return
    settings = Config(read_timeout=WAIT_SECONDS, retries={"total_max_attempts": 1})
    functions = aws.client("lambda", region_name=stage.region, config=settings)
    reply = functions.invoke(FunctionName=stage_outputs(aws, stage)["WordsFunction"])
    if "FunctionError" in reply:
        raise SystemExit("The model's words could not be prepared; the fixed wording is used. See the function's log.")
    oldest = json.loads(reply["Payload"].read())["oldest"]
    print(f"The model's words are prepared; the oldest are {oldest // 3600} hours old.")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
