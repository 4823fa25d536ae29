"""Store the Stripe key of a stage: `make stripe-key STAGE=dev`, then paste it; or pipe it in.

The key comes in on standard input and goes to Secrets Manager: no command line, no file, no output ever holds it.
"""

import getpass
import re
import sys
from typing import Any

from botocore.session import Session, get_session

from infra.config import Stage, stage_named
from infra.operations.outputs import outputs

KEY = re.compile(r"(?:sk|rk)_(test|live)_[A-Za-z0-9_]{8,250}")


def checked(text: str, stage: Stage) -> str:
    """The key without the space around it. Raises SystemExit, which says what is wrong and quotes nothing."""
    key = text.strip()
    match = KEY.fullmatch(key)
    if not match:
        raise SystemExit("That is no secret key of Stripe: those begin with sk_test_, sk_live_, rk_test_ or rk_live_.")
    if match[1] == "live" and stage.name != "prod":
        raise SystemExit(f"That is a live key, and {stage.name} takes test keys only.")
    return key


def store(aws: Session, stage: Stage, key: str) -> None:
    secrets: Any = aws.create_client("secretsmanager", region_name=stage.region)
    secrets.put_secret_value(SecretId=outputs(aws, stage)["StripeSecret"], SecretString=key)


def main(name: str) -> None:
    stage = stage_named(name)
    typed = getpass.getpass(f"Stripe key of {stage.name}: ") if sys.stdin.isatty() else sys.stdin.readline()
    store(get_session(), stage, checked(typed, stage))
    print(f"Stored. {stage.name} uses it within five minutes.")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
