"""Store the Stripe key of a stage: `make stripe-key STAGE=dev`, then paste the key; or pipe it in.

The key is read from standard input and goes to Secrets Manager. It is in no command line, no file and no output.
"""

import getpass
import re
import sys

from boto3.session import Session

from infra.config import Stage, stage_named
from infra.operations.outputs import read_outputs

SECRET_KEY = re.compile(r"(?:sk|rk)_(test|live)_[A-Za-z0-9_]{8,250}")


def parse_key(text: str, stage: Stage) -> str:
    """The key without the white space around it. Raises SystemExit that says what is wrong and quotes no part of it."""
    key = text.strip()
    match = SECRET_KEY.fullmatch(key)
    if not match:
        raise SystemExit("This is not a secret key of Stripe. Secret keys begin with sk_test_, sk_live_, rk_test_ or rk_live_.")
    if match[1] == "live" and stage.name != "prod":
        raise SystemExit(f"This is a live key; {stage.name} takes test keys only.")
    return key


def store(aws: Session, stage: Stage, key: str) -> None:
    secrets = aws.client("secretsmanager", region_name=stage.region)
    secrets.put_secret_value(SecretId=read_outputs(aws, stage)["StripeSecret"], SecretString=key)


def main(name: str) -> None:
    stage = stage_named(name)
    typed = getpass.getpass(f"Stripe key of {stage.name}: ") if sys.stdin.isatty() else sys.stdin.readline()
    store(Session(), stage, parse_key(typed, stage))
    print(f"Stored. {stage.name} uses it within five minutes.")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
