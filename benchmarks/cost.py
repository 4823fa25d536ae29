"""docs/cost.md: dollars from the measured units, and which quota binds first."""

import json
from statistics import median
from typing import Any

from benchmarks import prices
from benchmarks.figures import Result, calls, six, total
from benchmarks.places import DOCS
from benchmarks.prices import PER
from benchmarks.report import TITLES, table
from infra.config import PROD

TURNS = 6
CONVERSATIONS = 1_000
MODEL_CALLS, TOKENS_IN, TOKENS_OUT, TOKENS_KEPT_FREE = 2, 250, 40, 120
# Milliseconds of waiting for each call: assumed, for a region's own services and a warm connection.
WAITS = {"dynamodb": 5, "kms": 5, "model": 700, "Stripe": 500}
VCPU = PROD.memory / 1769  # Lambda's share of a processor at this memory; CPU time takes that much longer
PLATFORM_LOG, ACCESS_LOG = 330, 420  # bytes a request: Lambda's own START, END and REPORT lines; the API's access log
TRACED = 0.05


def write(result: Result) -> None:
    text = "\n\n".join([_head(), _parts(result), _models(), MONTHLY, _monthly(), _scale(result), _sources()]) + "\n"
    (DOCS / "cost.md").write_text(text)


def parts(result: Result, name: str) -> dict[str, float]:
    """Dollars of a thousand conversations of six turns, by part."""
    seconds = _seconds(result, name)
    logged = sum(turn["log_bytes"] + PLATFORM_LOG + ACCESS_LOG for turn in result["metered"][name]["six"])
    one = {
        "Lambda": seconds * PROD.memory / 1024 * PER["lambda GB-second"] + TURNS * PER["lambda request"],
        "DynamoDB": sum(total(result, name, "six", "write_units")) * PER["write unit"]
        + sum(total(result, name, "six", "read_units")) * PER["read unit"],
        "KMS": sum(calls(result, name, "six", service="kms")) * PER["kms request"],
        "API Gateway": TURNS * PER["rest request"],
        "Bedrock (Llama 4 Maverick)": _model("Llama 4 Maverick"),
        "firewall": TURNS * PER["waf request"],
        "logs": logged * PER["log byte"],
        "traces": TURNS * TRACED * PER["trace"],
        "trail of the tables": sum(calls(result, name, "six", service="dynamodb")) * PER["trail event"],
    }
    return {part: dollars * CONVERSATIONS for part, dollars in one.items()}


def _seconds(result: Result, name: str) -> float:
    """Billed seconds of one conversation: measured CPU time at Lambda's share, assumed waits."""
    computing = median(six(result, name)) * TURNS / VCPU
    waiting = sum(calls(result, name, "six")) * WAITS["dynamodb"] + MODEL_CALLS * WAITS["model"] + WAITS["Stripe"]
    return (computing + waiting) / 1000


def _model(model: str) -> float:
    into, out = prices.MODELS[model]
    return MODEL_CALLS * (TOKENS_IN * into + TOKENS_OUT * out)


def _head() -> str:
    return f"""# What a conversation costs

Written by `make bench` (`python -m benchmarks.cost` computes it anew from `docs/benchmarks/results.json`): the units are
measured (calls, capacity units, log bytes, CPU time), the prices are the public ones of US East (N. Virginia) as known on
{prices.DATE}, free tiers left out; nothing is fetched, so look at the pages below before you rely on them. A conversation
is the six steps, completed. Assumed, because no emulator can tell: {WAITS["dynamodb"]} ms for each call to DynamoDB or
KMS, {WAITS["model"]} ms for each of {MODEL_CALLS} model calls ({TOKENS_IN} tokens in, {TOKENS_OUT} out), {WAITS["Stripe"]} ms for
Stripe; {PROD.memory} MB on arm64, where a millisecond of CPU time measured here takes {1 / VCPU:.1f}. Stripe's own fees are not counted.

The peers' figures are what their storage and CPU add in the same surroundings (same model, API and function settings).
They seal nothing, count no attempts, keep no receipt and write no log of their own: what ours spends on KMS, on the
confirmation's two transactions and on logs buys that."""


def _parts(result: Result) -> str:
    names = [name for name in TITLES if name != "floor"]
    columns = {name: parts(result, name) for name in names}
    rows = [[part, *(f"{columns[name][part]:.4f}" for name in names)] for part in columns["ours"]]
    rows.append(["**sum**", *(f"**{sum(columns[name].values()):.4f}**" for name in names)])
    return "## Dollars per 1,000 completed conversations\n\n" + table(["", *(TITLES[name] for name in names)], rows)


def _models() -> str:
    rows = [[model, f"{_model(model) * CONVERSATIONS:.4f}"] for model in prices.MODELS]
    return "Bedrock by model, the same 1,000 conversations (0 with the model off):\n\n" + table(
        ["model", "dollars"], rows
    )


MONTHLY = "## Dollars a month, whatever happens"


def _monthly() -> str:
    rows = [[what, f"{dollars:.2f}"] for what, dollars in prices.MONTHLY.items()]
    return table(["", "dollars"], [*rows, ["**sum**", f"**{sum(prices.MONTHLY.values()):.2f}**"]])


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

What is above the default quota is **bold**. {first} is used up first, at {prices.QUOTAS[first][0] / needs[first]:.0f} a second.

{table(head, rows)}

- **1**: nothing binds; this API's own throttle ({PROD.requests_per_second} requests a second, burst {PROD.burst}) leaves
  room. About ${dollars:,.0f} a month.
- **100**: raise this API's throttle in `infra/config.py` (it refuses first: 429) to 1,000, and ask for the model's tokens
  and for Stripe's rate. When the model throttles, the fixed wording stands and no outcome changes; when Stripe does, the
  payer is asked to confirm again. About ${dollars * 100:,.0f} a month: provisioned DynamoDB capacity starts to pay.
- **10,000**: every quota above by request, well before; DynamoDB's tables warmed (on demand they double from their
  last peak); Stripe by contract. The session id is the partition key, so no partition is hot; the counters of attempts
  are as many as addresses and cards. Several regions, each with its own tables and keys, ask for no change of the code,
  since a conversation lives in one. About ${dollars * 10_000:,.0f} a month at list prices, which nobody pays at that size."""


def _needs(result: Result) -> dict[str, float]:
    """What one conversation a second asks for."""
    kms = sum(calls(result, "ours", "six", service="kms"))
    return {
        "API requests a second": TURNS,
        "Lambda runs at once": _seconds(result, "ours"),
        "write units a second": sum(total(result, "ours", "six", "write_units")),
        "KMS requests a second": kms,
        "model tokens a minute": MODEL_CALLS * (TOKENS_IN + TOKENS_KEPT_FREE) * 60,
        "Stripe requests a second": 1,
    }


def _sources() -> str:
    pages = "\n".join(f"- {page}" for page in (*prices.SOURCES, *prices.QUOTA_SOURCES))
    return (
        "Bedrock counts the answer's limit (`maxTokens`, 120) against the quota while a call runs; the table does too.\n"
        "The write units are those of all three tables together.\n\n## Pages\n\n" + pages
    )


def main() -> None:
    result: dict[str, Any] = json.loads((DOCS / "benchmarks" / "results.json").read_text())
    write(result)


if __name__ == "__main__":
    main()
