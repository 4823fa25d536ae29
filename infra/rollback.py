"""Go back to the version before: `make rollback STAGE=prod`. The next deploy goes forward again."""

import sys
from typing import Any

from botocore.session import Session, get_session

from infra.config import Stage, stage_named
from infra.outputs import outputs

ALIAS = "live"


def rolled_back(aws: Session, stage: Stage) -> tuple[int, int]:
    """Point the alias to the version published before the one it names. The two version numbers, from and to."""
    functions: Any = aws.create_client("lambda", region_name=stage.region)
    name = outputs(aws, stage)["FunctionName"]
    now = int(functions.get_alias(FunctionName=name, Name=ALIAS)["FunctionVersion"])
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    published = [int(one["Version"]) for page in pages for one in page["Versions"] if one["Version"].isdecimal()]
    earlier = [version for version in published if version < now]
    if not earlier:
        raise SystemExit(f"{stage.name} runs version {now}, and there is none before it.")
    functions.update_alias(
        FunctionName=name, Name=ALIAS, FunctionVersion=str(max(earlier)), RoutingConfig={"AdditionalVersionWeights": {}}
    )
    return now, max(earlier)


def main(name: str) -> None:
    before, after = rolled_back(get_session(), stage_named(name))
    print(f"{name} went from version {before} back to version {after}.")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
