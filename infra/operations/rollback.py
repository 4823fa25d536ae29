"""Go back to an earlier version of the chat function: `make rollback STAGE=prod`, or with VERSION=12 to that version.

Forward again: the same with the later version's number, or a deploy. A deploy publishes a version, and moves the alias
to it, only when the function has changed.
"""

import sys

from boto3.session import Session

from infra.config import Stage, stage_named
from infra.operations.outputs import read_outputs

ALIAS = "live"


def parse_version(text: str) -> int | None:
    """The number of a version; None for no text. Raises SystemExit, naming the setting, for anything else."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise SystemExit(f"VERSION must be the number of a version of the function, such as 12; it is {text!r}")
    return int(text)


def roll_back(aws: Session, stage: Stage, to: int | None = None) -> tuple[int, int]:
    """Point the alias to version `to`, or to the version published before the present one.

    Returns the version before and the version after. Raises SystemExit when there is no such version.
    """
    functions = aws.client("lambda", region_name=stage.region)
    name = read_outputs(aws, stage)["FunctionName"]
    present = int(functions.get_alias(FunctionName=name, Name=ALIAS)["FunctionVersion"])
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    published = sorted(int(one["Version"]) for page in pages for one in page["Versions"] if one["Version"].isdecimal())
    target = to or max((version for version in published if version < present), default=None)
    if target not in published:
        missing = f"VERSION={to}" if to else f"version before {present}"
        listed = ", ".join(map(str, published))
        raise SystemExit(f"{stage.name} runs version {present}; there is no {missing}. Published: {listed}")
    functions.update_alias(
        FunctionName=name, Name=ALIAS, FunctionVersion=str(target), RoutingConfig={"AdditionalVersionWeights": {}}
    )
    return present, target


def main(name: str, version: str = "") -> None:
    stage, to = stage_named(name), parse_version(version)
    before, after = roll_back(Session(), stage, to)
    print(f"{name} went from version {before} to version {after}.")  # noqa: T201
    print(f"To undo this: make rollback STAGE={name} VERSION={before}")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
