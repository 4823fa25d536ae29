"""Writes docs/cost.md: dollars from the measured units, and the quota that is reached first."""

import json
from statistics import median
from typing import Any

from benchmarks.pages import prices
from benchmarks.pages.figures import Result, calls, six, total
from benchmarks.pages.prices import DOLLARS_PER
from benchmarks.pages.report import TITLES
from benchmarks.pages.table import table
from benchmarks.places import DOCS
from infra.stages import PROD

TURNS = 6
CONVERSATIONS = 1_000
MODEL_CALLS, TOKENS_IN, TOKENS_OUT, MAX_TOKENS_OUT = 2, 250, 40, 120
# Assumed waiting time for each call, within one region and over a warm connection.
WAIT_MS = {"dynamodb": 5, "kms": 5, "model": 700, "Stripe": 500}
VCPU_SHARE = PROD.memory / 1769  # of a processor that Lambda gives at this memory; CPU time takes that much longer
PLATFORM_LOG_BYTES = 330  # of a request: Lambda's own START, END and REPORT lines
ACCESS_LOG_BYTES = 420  # of a request
TRACED_SHARE = 0.05  # of the requests


def write(result: Result) -> None:
    text = (
        "\n\n".join([_head(), _parts(result), _models(), MONTHLY_HEADING, _monthly(), _scale(result), _sources()])
        + "\n"
    )
    (DOCS / "cost.md").write_text(text)


def parts(result: Result, name: str) -> dict[str, float]:
    """Dollars for 1,000 conversations of six turns, by part of the bill."""
    seconds = _seconds(result, name)
    logged = sum(turn["log_bytes"] + PLATFORM_LOG_BYTES + ACCESS_LOG_BYTES for turn in result["metered"][name]["six"])
    one = {
        "Lambda": seconds * PROD.memory / 1024 * DOLLARS_PER["lambda GB-second"]
        + TURNS * DOLLARS_PER["lambda request"],
        "DynamoDB": sum(total(result, name, "six", "write_units")) * DOLLARS_PER["write unit"]
        + sum(total(result, name, "six", "read_units")) * DOLLARS_PER["read unit"],
        "KMS": sum(calls(result, name, "six", service="kms")) * DOLLARS_PER["kms request"],
        "API Gateway": TURNS * DOLLARS_PER["rest request"],
        "Bedrock (Llama 4 Maverick)": _model("Llama 4 Maverick"),
        "firewall": TURNS * DOLLARS_PER["waf request"],
        "logs": logged * DOLLARS_PER["log byte"],
        "traces": TURNS * TRACED_SHARE * DOLLARS_PER["trace"],
        "trail of the tables": sum(calls(result, name, "six", service="dynamodb")) * DOLLARS_PER["trail event"],
    }
    return {part: dollars * CONVERSATIONS for part, dollars in one.items()}


def _seconds(result: Result, name: str) -> float:
    """Billed seconds of one conversation: measured CPU time at Lambda's share, and assumed waiting."""
    computing = median(six(result, name)) * TURNS / VCPU_SHARE
    waiting = sum(calls(result, name, "six")) * WAIT_MS["dynamodb"] + MODEL_CALLS * WAIT_MS["model"] + WAIT_MS["Stripe"]
    return (computing + waiting) / 1000


def _model(model: str) -> float:
    into, out = prices.DOLLARS_PER_TOKEN[model]
    return MODEL_CALLS * (TOKENS_IN * into + TOKENS_OUT * out)


def _head() -> str:
    return f"""# What a conversation costs

Written by `make bench` (`python -m benchmarks.pages.cost` computes it again from `docs/benchmarks/results.json`). The units are
measured: calls, capacity units, log bytes, CPU time. The prices are the public ones of US East (N. Virginia) on
{prices.DATE}, without free tiers. A run fetches no prices, so check the pages below before you rely on them. A
conversation is the six steps, completed. These are assumed, because an emulator cannot measure them: {WAIT_MS["dynamodb"]} ms for each call to DynamoDB or
KMS, {WAIT_MS["model"]} ms for each of {MODEL_CALLS} model calls ({TOKENS_IN} tokens in, {TOKENS_OUT} out), {WAIT_MS["Stripe"]} ms for
Stripe; {PROD.memory} MB on arm64, where a millisecond of CPU time measured here takes {1 / VCPU_SHARE:.1f}. Stripe's own fees are not counted.

The peers' figures are what their storage and CPU time would cost with the same model, API and function settings. They
seal nothing, count no attempts, keep no receipt and write no log of their own. Ours pays for that with KMS calls, the
confirmation's two transactions and log lines."""


def _parts(result: Result) -> str:
    names = [name for name in TITLES if name != "floor"]
    columns = {name: parts(result, name) for name in names}
    rows = [[part, *(f"{columns[name][part]:.4f}" for name in names)] for part in columns["ours"]]
    rows.append(["**sum**", *(f"**{sum(columns[name].values()):.4f}**" for name in names)])
    return "## Dollars per 1,000 completed conversations\n\n" + table(["", *(TITLES[name] for name in names)], rows)


def _models() -> str:
    rows = [[model, f"{_model(model) * CONVERSATIONS:.4f}"] for model in prices.DOLLARS_PER_TOKEN]
    return "Bedrock by model, the same 1,000 conversations (0 with the model off):\n\n" + table(
        ["model", "dollars"], rows
    )


MONTHLY_HEADING = "## Dollars a month, without any traffic"


def _monthly() -> str:
    rows = [[what, f"{dollars:.2f}"] for what, dollars in prices.DOLLARS_PER_MONTH.items()]
    return table(["", "dollars"], [*rows, ["**sum**", f"**{sum(prices.DOLLARS_PER_MONTH.values()):.2f}**"]])


def _scale(result: Result) -> str:
    needs = _needs(result)
    first = min(needs, key=lambda what: prices.QUOTAS[what][0] / needs[what])

    def cell(what: str, rate: int) -> str:
        need = needs[what] * rate
        text = f"{need:,.0f}" if need >= 10 else f"{need:.1f}"
        return f"**{text}**" if need > prices.QUOTAS[what][0] else text

    rows = [
        [what, *(cell(what, rate) for rate in (1, 100, 10_000)), f"{quota:,}", whose]
        for what, (quota, whose) in prices.QUOTAS.items()
    ]
    dollars = sum(parts(result, "ours").values()) / CONVERSATIONS * 30 * 86_400
    head = ["conversations a second", "1", "100", "10,000", "default quota", "whose"]
    return f"""## At 1, 100 and 10,000 conversations a second

Figures above the default quota are **bold**. The first limit is {first}, at {prices.QUOTAS[first][0] / needs[first]:.0f} a second.

{table(head, rows)}

- **1**: no limit is reached; this API's own throttle ({PROD.requests_per_second} requests a second, burst {PROD.burst}) is
  enough. About ${dollars:,.0f} a month.
- **100**: raise this API's throttle in `infra/stages.py` (it refuses first: 429) to 1,000, and ask for the model's tokens
  and for Stripe's rate. When the model throttles, the fixed wording is used and no outcome changes; when Stripe throttles, the
  payer is asked to confirm again. About ${dollars * 100:,.0f} a month: provisioned DynamoDB capacity becomes cheaper.
- **10,000**: ask for every quota above well before, warm the DynamoDB tables (on demand they double from their last
  peak), and agree Stripe's rate by contract. The session id is the partition key and each address and card has a
  counter of its own, so no partition is hot. Several regions, each with its own tables and keys, need no change of the
  code, because a conversation stays in one region. About ${dollars * 10_000:,.0f} a month at list prices, before discounts."""


def _needs(result: Result) -> dict[str, float]:
    """What one conversation a second needs of each quota."""
    kms = sum(calls(result, "ours", "six", service="kms"))
    return {
        "API requests a second": TURNS,
        "Lambda runs at once": _seconds(result, "ours"),
        "write units a second": sum(total(result, "ours", "six", "write_units")),
        "KMS requests a second": kms,
        "model tokens a minute": MODEL_CALLS * (TOKENS_IN + MAX_TOKENS_OUT) * 60,
        "Stripe requests a second": 1,
    }


def _sources() -> str:
    pages = "\n".join(f"- {page}" for page in (*prices.SOURCES, *prices.QUOTA_SOURCES))
    return (
        "While a call runs, Bedrock counts the answer's limit (`maxTokens`, 120) against the quota; so does the table.\n"
        "The write units are the sum over all three tables.\n\n## Pages\n\n" + pages
    )


def main() -> None:
    result: dict[str, Any] = json.loads((DOCS / "benchmarks" / "results.json").read_text())
    write(result)


if __name__ == "__main__":
    main()
