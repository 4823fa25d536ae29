"""`make bench`: measures all contenders in one run against one emulator, in turns, and writes the reports."""

import json
import sys
import time
from typing import Any

from benchmarks import cold, engine, fleet, machine, over_http, packages
from benchmarks.conversation import SIX, long_chat
from benchmarks.pages import cost, report
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
ROUNDS, WARM_UP_ROUNDS = 15, 2
CHAT_TURNS, CHAT_ROUNDS = 200, 2
COLD_ROUNDS = 16


def main() -> None:
    started = time.monotonic()
    result: dict[str, Any] = {"machine": machine.describe(), "package": packages.install()}
    with engine.run_emulator() as environment:
        _say("cold starts")
        result["cold"] = cold.measure(COLD_ROUNDS, environment)
        with fleet.start(CONTENDERS, environment) as contenders:
            result |= _measure_contenders(contenders)
            result["memory"] = {name: contenders.end(name) for name in CONTENDERS}
        with engine.run_stand_ins() as addresses, fleet.start(["complete"], environment | addresses) as complete:
            _say("the handler with Stripe's SDK")
            result["complete"] = [complete.play("complete", SIX) for _ in range(ROUNDS)]
            result["memory"]["complete"] = complete.end("complete")
    _say("over HTTP on the local stage")
    result["http"] = over_http.measure()
    result["minutes"] = (time.monotonic() - started) / 60
    (DOCS / "benchmarks").mkdir(parents=True, exist_ok=True)
    (DOCS / "benchmarks" / "results.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
    report.write(result)
    cost.write(result)


def _measure_contenders(contenders: fleet.Fleet) -> dict[str, Any]:
    _say("counting calls")
    for name in CONTENDERS:
        contenders.play(name, SIX)  # what only a process's first conversation calls is not counted
    metered = {
        name: {"six": contenders.meter(name, SIX), "chat": contenders.meter(name, long_chat(CHAT_TURNS))}
        for name in CONTENDERS
    }
    six: dict[str, list[Any]] = {name: [] for name in CONTENDERS}
    for number in range(WARM_UP_ROUNDS + ROUNDS):
        _say(f"six steps, round {number + 1} of {WARM_UP_ROUNDS + ROUNDS}")
        for name in CONTENDERS:
            played = contenders.play(name, SIX)
            if number >= WARM_UP_ROUNDS:
                six[name].append(played)
    long: dict[str, list[Any]] = {name: [] for name in CONTENDERS}
    for number in range(CHAT_ROUNDS):
        for name in CONTENDERS:
            _say(f"{CHAT_TURNS} turns, round {number + 1} of {CHAT_ROUNDS}: {name}")
            long[name].append(contenders.play(name, long_chat(CHAT_TURNS)))
    return {"metered": metered, "six": six, "chat": long}


def _say(doing: str) -> None:
    print(f"  {doing}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
