"""Go back to the previous version: `make rollback STAGE=prod`. Forward again: the same with VERSION=, or a deploy.

The deploy must change the function's code: only then is there a new version for the alias to point to.
"""

import re
import sys

import boto3

from infra.config import Stage
from infra.operations.outputs import stage_outputs
from infra.stages import stage_named

ALIAS = "live"


def roll_back(aws: boto3.Session, stage: Stage, to: int | None = None) -> tuple[int, int]:
    """Point the alias to version `to`, or to the one published before the present one. Returns both: from, to."""
    functions = aws.client("lambda", region_name=stage.region)
    name = stage_outputs(aws, stage)["FunctionName"]
    now = int(functions.get_alias(FunctionName=name, Name=ALIAS)["FunctionVersion"])
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    published = [int(one["Version"]) for page in pages for one in page["Versions"] if one["Version"].isdecimal()]
    wanted = to or max((version for version in published if version < now), default=0)
    if wanted not in published:
        missing = f"VERSION={to} is not published" if to else "no earlier version is published"
        listed = ", ".join(map(str, sorted(published)))
        raise SystemExit(f"{stage.name} runs version {now}; {missing}. Published: {listed}")
    functions.update_alias(
        FunctionName=name, Name=ALIAS, FunctionVersion=str(wanted), RoutingConfig={"AdditionalVersionWeights": {}}
    )
    return now, wanted


def parse_version(text: str) -> int | None:
    """The number of a version; None for no text. Raises SystemExit, which names the setting, for anything else."""
    if text and not re.fullmatch("[1-9][0-9]*", text):
        raise SystemExit(f"VERSION={text} is not a version of the function. Versions are numbers, such as VERSION=12")
    return int(text) if text else None


def main(name: str, version: str = "") -> None:
    before, after = roll_back(boto3.Session(), stage_named(name), parse_version(version))
    print(f"{name} went from version {before} to version {after}.")  # noqa: T201
    print(f"To undo: make rollback STAGE={name} VERSION={before}")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
