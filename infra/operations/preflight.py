"""What `make deploy` checks before it changes anything."""

import sys

from infra.config import Stage
from infra.stages import placeholders, stage_named


def check(stage: Stage) -> None:
    """Raises SystemExit, which names every setting that still holds a placeholder."""
    if unset := placeholders(stage):
        names = " and ".join(filter(None, (", ".join(unset[:-1]), unset[-1])))
        raise SystemExit(f"{stage.name} cannot be deployed: set {names} in infra/stages.py first.")


if __name__ == "__main__":
    check(stage_named(sys.argv[1]))
