"""Go back to the version before: `make rollback STAGE=prod`. Forward again: the same with VERSION=, or another deploy.

That deploy must bring a changed function: only then is there a new version for the alias to move to.
"""

import sys
from typing import Any

from botocore.session import Session, get_session

from infra.config import Stage, stage_named
from infra.operations.outputs import outputs

ALIAS = "live"


def rolled_back(aws: Session, stage: Stage, to: int | None = None) -> tuple[int, int]:
    """Point the alias to that version, or to the one published before its present one. Both numbers, from and to."""
    functions: Any = aws.create_client("lambda", region_name=stage.region)
    name = outputs(aws, stage)["FunctionName"]
    now = int(functions.get_alias(FunctionName=name, Name=ALIAS)["FunctionVersion"])
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    published = [int(one["Version"]) for page in pages for one in page["Versions"] if one["Version"].isdecimal()]
    wanted = to or max((version for version in published if version < now), default=0)
    if wanted not in published:
        there = ", ".join(map(str, sorted(published)))
        raise SystemExit(f"{stage.name} runs version {now}; there is no version {to or 'before it'}, only: {there}")
    functions.update_alias(
        FunctionName=name, Name=ALIAS, FunctionVersion=str(wanted), RoutingConfig={"AdditionalVersionWeights": {}}
    )
    return now, wanted


def main(name: str, version: str = "") -> None:
    before, after = rolled_back(get_session(), stage_named(name), int(version) if version else None)
    print(f"{name} went from version {before} to version {after}.")  # noqa: T201
    print(f"The other way: make rollback STAGE={name} VERSION={before}")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
