"""Writes docs/cost.md: dollars from the counted units, and the quota that is reached first."""

import json
from statistics import median
from typing import Any

from benchmarks.flash_sale import quotas
from benchmarks.pages import bill, prices, reach
from benchmarks.pages.bill import CHAT, CHAT_ORDER, CONVERSATIONS, HOSTED_ORDER, MODEL, TOKENS_IN, TOKENS_OUT, WAIT_MS
from benchmarks.pages.figures import Mark, Result, calls, six, total
from benchmarks.pages.prices import DOLLARS_PER
from benchmarks.pages.report import TITLES, marks_table
from benchmarks.pages.table import table
from benchmarks.places import DOCS
from infra.stages import PROD

TURNS = 6
KINDS = (CHAT, CHAT_ORDER, HOSTED_ORDER)
COUNTED = {
    "DynamoDB calls": "dynamodb",
    "KMS calls": "kms",
    "model calls": "bedrock-runtime",
    "requests to Stripe": "stripe",
}


def write(result: Result) -> None:
    sections = [_head(), _marks(result), _parts(result), _live(), _peers(result), _monthly()]
    (DOCS / "cost.md").write_text("\n\n".join([*sections, reach.section(result), _sources()]) + "\n")


def marks(result: Result) -> list[Mark]:
    chat, order = bill.turns(result, CHAT), bill.turns(result, HOSTED_ORDER)
    hosted = bill.of_conversation(order)
    costs = bill.dollars(CHAT, chat), bill.dollars(HOSTED_ORDER, hosted)
    found = reach.limits(result)
    others = [limit for limit in found if not limit.own and not limit.name.startswith("Stripe")]
    return [
        Mark("dollars per 1,000 conversations, chat", costs[0], 0.10, shown=f"{costs[0]:.3f}"),
        Mark("dollars per 1,000 conversations, hosted", costs[1], 0.08, shown=f"{costs[1]:.3f}"),
        Mark("model calls on scripted turns, chat", bill.number(chat, "bedrock-runtime"), 0),
        Mark("model calls on scripted turns, hosted", bill.number(hosted, "bedrock-runtime"), 0),
        Mark("KMS calls of a conversation, chat", bill.number(chat, "kms"), 4),
        Mark("KMS calls of a conversation, hosted", bill.number(hosted, "kms"), 0),
        Mark(
            "conversations a second at which the first quota of AWS or Bedrock binds",
            min(limit.reached_at(kind) for limit in others for kind in reach.KINDS),
            100,
            least=True,
        ),
    ]


def _head() -> str:
    return f"""# What a conversation costs

Written by `make bench` (`python -m benchmarks.counting` counts again in a minute; `python -m benchmarks.pages.cost` computes it again from
`docs/benchmarks/results.json`). The units are measured: calls, capacity units, log bytes, CPU time. The prices are the public ones of US East
(N. Virginia) on {prices.DATE}, without free tiers. A run fetches no prices, so check the pages below before you rely on them. These are assumed,
because an emulator cannot measure them: {WAIT_MS["dynamodb"]} ms for each call to DynamoDB or KMS, {WAIT_MS["events"]} ms for the event bus, {WAIT_MS["stripe"]} ms for each request to Stripe,
{WAIT_MS["bedrock-runtime"]} ms for each call of the model ({TOKENS_IN} tokens in, {TOKENS_OUT} out), {WAIT_MS["merchant"]} ms for the merchant's server to take a webhook; {PROD.memory} MB on arm64 for the
functions that somebody waits for. Stripe's own fees are not counted.

- **chat**: the six steps without an order, up to the payment token.
- **order in chat**: an order whose card is typed in the conversation, from `POST /orders` to the webhook.
- **order hosted**: the same, paid on Stripe's page. No card value is sealed or opened; the one call of KMS derives the payer's link."""


def _marks(result: Result) -> str:
    return (
        "## Marks\n\n"
        + marks_table(marks(result))
        + "\n\nHosted is the conversation itself here, as chat is. What happens around an order comes on top; see below."
    )


def _parts(result: Result) -> str:
    played = {kind: bill.turns(result, kind) for kind in KINDS}
    columns = {kind: bill.parts(kind, of) for kind, of in played.items()}
    talks = {kind: bill.dollars(kind, bill.of_conversation(of)) for kind, of in played.items()}
    rows = [[part, *(f"{columns[kind][part]:.4f}" for kind in KINDS)] for part in columns[CHAT]]
    sums = {kind: sum(column.values()) for kind, column in columns.items()}
    rows.append(["**sum**", *(f"**{sums[kind]:.4f}**" for kind in KINDS)])
    rows.append(["of it the conversation", *(f"{talks[kind]:.4f}" for kind in KINDS)])
    rows.append(["of it around the order", *(f"{sums[kind] - talks[kind]:.4f}" for kind in KINDS)])
    counted = [
        ["requests to the API", *(str(bill.api_requests(kind, of)) for kind, of in played.items())],
        ["invocations", *(str(len(of)) for of in played.values())],
        *([what, *(str(bill.number(of, name)) for of in played.values())] for what, name in COUNTED.items()),
        ["DynamoDB write units", *(f"{sum(turn['write_units'] for turn in of):g}" for of in played.values())],
    ]
    return (
        "## Dollars per 1,000 completed conversations\n\n"
        + table(["", *KINDS], rows)
        + "\n\nAround the order: the merchant's request, Stripe's events, the relay of changes to the event bus, the webhooks.\n\n"
        + "Counted for one conversation:\n\n"
        + table(["", *KINDS], counted)
    )


def _live() -> str:
    rows = [[model, f"{bill.model_call(model) * CONVERSATIONS:.4f}"] for model in prices.DOLLARS_PER_TOKEN]
    return (
        f"A reply that the model words while the payer waits (an off-topic question, say) costs ${bill.worded_live() * CONVERSATIONS:.4f} per 1,000 with\n"
        f"{MODEL}, Lambda's waiting included; a message whose meaning it chooses instead costs ${bill.pointed() * CONVERSATIONS:.4f}\n"
        f"(assumed: {bill.POINTING_TOKENS_IN} tokens in, {bill.POINTING_TOKENS_OUT} out). A turn has one of the two, and 0 with the model off. The tokens alone, of words, by model:\n\n"
        + table(["model", "dollars"], rows)
    )


def _peers(result: Result) -> str:
    names = [name for name in TITLES if name != "floor"]
    columns = {name: _peer(result, name) for name in names}
    rows = [[part, *(f"{columns[name][part]:.4f}" for name in names)] for part in columns["ours"]]
    rows.append(["**sum**", *(f"**{sum(columns[name].values()):.4f}**" for name in names)])
    return (
        "## Beside its peers, with the model off\n\n"
        "The six steps without an order. The peers' figures are what their storage and CPU time would cost with the same API and\n"
        "function settings. They seal nothing, count no attempts, keep no receipt and write no log of their own. Ours pays for that\n"
        "with KMS calls, the confirmation's two transactions and log lines.\n\n"
        + table(["", *(TITLES[name] for name in names)], rows)
    )


def _peer(result: Result, name: str) -> dict[str, float]:
    """Dollars for 1,000 conversations of six turns, by part of the bill. Stripe and the model are constants."""
    computing = median(six(result, name)) * TURNS * bill.MB_PER_VCPU / PROD.memory
    waiting = sum(calls(result, name, "six")) * WAIT_MS["dynamodb"] + WAIT_MS["stripe"]
    logged = sum(
        turn["log_bytes"] + bill.PLATFORM_LOG_BYTES + bill.ACCESS_LOG_BYTES for turn in result["metered"][name]["six"]
    )
    one = {
        "Lambda": (computing + waiting) / 1000 * PROD.memory / 1024 * DOLLARS_PER["lambda GB-second"]
        + TURNS * DOLLARS_PER["lambda request"],
        "DynamoDB": sum(total(result, name, "six", "write_units")) * DOLLARS_PER["write unit"]
        + sum(total(result, name, "six", "read_units")) * DOLLARS_PER["read unit"],
        "KMS": sum(calls(result, name, "six", service="kms")) * DOLLARS_PER["kms request"],
        "API Gateway and firewall": TURNS * (DOLLARS_PER["rest request"] + DOLLARS_PER["waf request"]),
        "logs and traces": logged * DOLLARS_PER["log byte"] + TURNS * bill.TRACED_SHARE * DOLLARS_PER["trace"],
        "trail of the tables": sum(calls(result, name, "six", service="dynamodb")) * DOLLARS_PER["trail event"],
    }
    return {part: dollars * CONVERSATIONS for part, dollars in one.items()}


def _monthly() -> str:
    rows = [[what, f"{dollars:.2f}"] for what, dollars in prices.DOLLARS_PER_MONTH.items()]
    found = table(["", "dollars"], [*rows, ["**sum**", f"**{sum(prices.DOLLARS_PER_MONTH.values()):.2f}**"]])
    return f"## Dollars a month, without any traffic\n\n{found}"


def _sources() -> str:
    def listed(pages: tuple[str, ...]) -> str:
        return "\n".join(f"- {page}" for page in pages)

    return (
        f"## Pages\n\nPrices, {prices.DATE}:\n\n{listed(prices.SOURCES)}\n\n"
        f"Quotas, {quotas.DATE}:\n\n{listed(quotas.SOURCES)}"
    )


def main() -> None:
    result: dict[str, Any] = json.loads((DOCS / "benchmarks" / "results.json").read_text())
    write(result)


if __name__ == "__main__":
    main()
