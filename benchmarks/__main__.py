"""`make bench`: everything in one run against one engine, in interleaved rounds; then the reports are written."""

import json
import sys
import time
from typing import Any

from benchmarks import cold, cost, engine, fleet, machine, over_http, packages, report
from benchmarks.conversation import SIX, chat
from benchmarks.places import DOCS

CONTENDERS = (
    "floor",
    "ours",
    "whole_item",
    "langchain_kept",
    "langchain_history",
    "strands_kept",
    "strands_manager",
    "langgraph_aws",
)
ROUNDS, WARM_UP = 15, 2
LONG = 200
LONG_ROUNDS = 2
COLD_ROUNDS = 16


def main() -> None:
    started = time.monotonic()
    result: dict[str, Any] = {"machine": machine.describe(), "package": packages.lay_out()}
    with engine.running() as environment:
        _say("cold starts")
        result["cold"] = cold.rounds(COLD_ROUNDS, environment)
        with fleet.started(CONTENDERS, environment) as contenders:
            result |= _played(contenders)
            result["memory"] = {name: contenders.end(name) for name in CONTENDERS}
        with engine.stand_ins() as addresses, fleet.started(["complete"], environment | addresses) as complete:
            _say("the handler with Stripe's SDK")
            result["complete"] = [complete.play("complete", SIX) for _ in range(ROUNDS)]
            result["memory"]["complete"] = complete.end("complete")
    _say("over HTTP on the local stage")
    result["http"] = over_http.measured()
    result["minutes"] = (time.monotonic() - started) / 60
    (DOCS / "benchmarks").mkdir(parents=True, exist_ok=True)
    (DOCS / "benchmarks" / "results.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
    report.write(result)
    cost.write(result)


def _played(contenders: fleet.Fleet) -> dict[str, Any]:
    _say("counting calls")
    metered = {
        name: {"six": contenders.meter(name, SIX), "chat": contenders.meter(name, chat(LONG))} for name in CONTENDERS
    }
    six: dict[str, list[Any]] = {name: [] for name in CONTENDERS}
    for number in range(WARM_UP + ROUNDS):
        _say(f"six steps, round {number + 1} of {WARM_UP + ROUNDS}")
        for name in CONTENDERS:
            played = contenders.play(name, SIX)
            if number >= WARM_UP:
                six[name].append(played)
    long: dict[str, list[Any]] = {name: [] for name in CONTENDERS}
    for number in range(LONG_ROUNDS):
        for name in CONTENDERS:
            _say(f"{LONG} turns, round {number + 1} of {LONG_ROUNDS}: {name}")
            long[name].append(contenders.play(name, chat(LONG)))
    return {"metered": metered, "six": six, "chat": long}


def _say(doing: str) -> None:
    print(f"  {doing}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
