"""Counts what a conversation needs of every service: without an order, about an order in the chat, and hosted.

`python -m benchmarks.counting` counts again, keeps everything else of docs/benchmarks/results.json, and writes the
pages that follow from it. It takes half a minute; `make bench` counts too.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

from benchmarks import engine, fleet, packages
from benchmarks.conversation import CHAT_ORDER, HOSTED_ORDER, SIX
from benchmarks.pages import cost
from benchmarks.places import DOCS

# What is counted → contender and script. Stripe's SDK and the model's client call the stand-ins.
PLAYED = {
    "chat": ("complete", SIX),
    "order in chat": ("orders", CHAT_ORDER),
    "order hosted": ("orders", HOSTED_ORDER),
}
ROUNDS = 5


def count(environment: Mapping[str, str]) -> dict[str, Any]:
    """`environment`: of the emulator and the stand-ins. CPU milliseconds: by round, of each invocation."""
    with fleet.start(["complete", "orders"], environment) as contenders:
        for name, script in PLAYED.values():
            contenders.play(name, script)  # what only a first conversation does: clients, secrets, imports
        return {
            what: {
                "turns": contenders.meter(name, script),
                "cpu": [contenders.play(name, script)["cpu"] for _ in range(ROUNDS)],
            }
            for what, (name, script) in PLAYED.items()
        }


def main() -> None:
    file = DOCS / "benchmarks" / "results.json"
    result: dict[str, Any] = json.loads(file.read_text())
    packages.install()
    with engine.run_emulator() as environment, engine.run_stand_ins() as addresses:
        result["counted"] = count(environment | addresses)
    file.write_text(json.dumps(result, separators=(",", ":")) + "\n")
    cost.write(result)
    for what, counted in result["counted"].items():
        print(what, file=sys.stderr)
        for turn in counted["turns"]:
            print(" ", turn["function"], turn["operations"], turn["write_units"], file=sys.stderr)


if __name__ == "__main__":
    main()
