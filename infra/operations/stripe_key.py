"""Store the Stripe key of a stage: `make stripe-key STAGE=dev`, then paste it; or pipe it in.

The key comes in on standard input and goes to Secrets Manager: no command line, no file, no output ever holds it.
"""

import getpass
import re
import sys

import boto3

from infra.config import Stage
from infra.operations.outputs import stage_outputs
from infra.stages import stage_named

KEY = re.compile(r"(?:sk|rk)_(test|live)_[A-Za-z0-9_]{8,250}")


def check_key(text: str, stage: Stage) -> str:
    """The key without surrounding space. Raises SystemExit, which says what is wrong and never quotes the input."""
    key = text.strip()
    match = KEY.fullmatch(key)
    if not match:
        raise SystemExit("That is no secret key of Stripe: those begin with sk_test_, sk_live_, rk_test_ or rk_live_.")
    if match[1] == "live" and stage.name != "prod":
        raise SystemExit(f"That is a live key, and {stage.name} takes test keys only.")
    return key


def store(aws: boto3.Session, stage: Stage, key: str) -> None:
    secrets = aws.client("secretsmanager", region_name=stage.region)
    secrets.put_secret_value(SecretId=stage_outputs(aws, stage)["StripeSecret"], SecretString=key)


def main(name: str) -> None:
    stage = stage_named(name)
    typed = getpass.getpass(f"Stripe key of {stage.name}: ") if sys.stdin.isatty() else sys.stdin.readline()
    store(boto3.Session(), stage, check_key(typed, stage))
    print(f"Stored. {stage.name} uses it within five minutes.")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
