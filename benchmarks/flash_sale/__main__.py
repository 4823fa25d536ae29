"""`make flash-sale`: plays the sale for both kinds of orders, on every step of the ladder, and writes the page."""

import json
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from benchmarks.flash_sale import page
from benchmarks.flash_sale.plan import Plan, plan
from benchmarks.flash_sale.sale import Outcome, simulate
from benchmarks.flash_sale.settings import LADDER
from benchmarks.pages.bill import CHAT_ORDER, HOSTED_ORDER
from benchmarks.places import DOCS

SEED, SHARE = 1, 0.1
KINDS = (HOSTED_ORDER, CHAT_ORDER)


def run(plans: Mapping[str, Plan]) -> dict[str, dict[str, Outcome]]:
    with ProcessPoolExecutor() as pool:
        played = {
            (kind, name): pool.submit(simulate, planned, settings, share=SHARE, seed=SEED)
            for kind, planned in plans.items()
            for name, settings in LADDER.items()
        }
        return {kind: {name: played[kind, name].result() for name in LADDER} for kind in plans}


def main() -> None:
    result: dict[str, Any] = json.loads((DOCS / "benchmarks" / "results.json").read_text())
    plans = {kind: plan(result, kind) for kind in KINDS}
    outcomes = run(plans)
    page.write(outcomes, plans, SEED)
    for kind, found in outcomes.items():
        for name, outcome in found.items():
            paid, left, refusals = (
                outcome.whole(each) for each in (outcome.paid, outcome.left, outcome.refusals.total())
            )
            told = f"paid {paid:,}, left {left:,}, refused {refusals:,} times"
            print(f"{kind}, {name}: {told}", file=sys.stderr)


if __name__ == "__main__":
    main()
