"""Writes docs/benchmarks/README.md and the plot from the figures of a run."""

import sys
from statistics import mean, median, quantiles
from typing import Any

from benchmarks.pages import figures, plot
from benchmarks.pages.figures import EARLY, LATE, Mark, Result, calls, chat, largest, ratio, six, spread, total
from benchmarks.pages.page_load import page_load
from benchmarks.pages.table import table
from benchmarks.places import DOCS

TITLES = {
    "ours": "ours",
    "floor": "floor",
    "whole_item": "whole-item bot",
    "langchain_kept": "LangChain, object kept",
    "langchain_history": "LangChain",
    "strands_kept": "Strands, storage kept",
    "strands_manager": "Strands",
    "langgraph_aws": "LangGraph",
}
CHAT_TURNS = (10, 50, 100, 200)


def write(result: Result) -> None:
    """Writes the page to its file and to standard output."""
    place = DOCS / "benchmarks"
    curves = {
        title: [median(turn) for turn in zip(*(played["cpu"] for played in result["chat"][name]), strict=True)]
        for name, title in TITLES.items()
    }
    (place / "chat.svg").write_text(plot.draw(curves, "CPU milliseconds a turn"))
    text = (
        "\n\n".join(
            [
                HEAD,
                _marks(result),
                _six(result),
                _chat(result),
                _cold(result),
                _http(result),
                page_load(result["page"]),
                _machine(result),
            ]
        )
        + "\n"
    )
    (place / "README.md").write_text(text)
    sys.stdout.write(text)


HEAD = """# Measured beside its peers

`make bench` writes this page. All contenders run in one go, each in a process of its own, against one emulator
(DynamoDB and KMS), and take turns in every round. Only the contender's process is timed, from the event to the reply:
CPU time first, because most of the wall-clock time here is the emulator's. Stripe and the model are replaced by
constants for every contender. Figures are medians of rounds (least–most); a ratio is computed within each round.

- **floor**: exactly the calls of our handler, KMS included, made by plain boto3 clients with parameters prepared
  beforehand.
- **ours**: the shipped package and handler, from API Gateway's event to its reply: checks, sealing, log and metrics.
- **whole-item bot**: reads the item, appends to its history and writes the whole item, with boto3's resource. No
  sealing, no conditional writes, no log: what is usually written by hand.
- **LangGraph** with `langgraph-checkpoint-aws` (DynamoDBSaver): one node, graph compiled once, default durability.
- **LangChain**: `DynamoDBChatMessageHistory` of `langchain-community`, created for each request as documented;
  *object kept* uses one object for the whole process and changes its key.
- **Strands** with `strands-dynamodb-session-manager` (a community package; Strands itself has none): agent and
  manager created for each request as documented; *storage kept* shares the storage object.

The peers store messages in the clear, make no payment and call no KMS. Ours does all of that in the figures below."""


SHORT = """Where a mark is missed, or nearly:

- **The peers on the six steps.** Two of the six turns call KMS once, and the last one calls it twice and makes two
  transactions. The peers do none of that. The floor is those calls and nothing else, and the column "÷ floor" shows
  that a peer would need little more than seven times the floor. In turns without a card the comparison is fair.
- **ours ÷ floor.** About a third of the difference is Powertools' log line and metrics. Writing both by hand would be
  faster, but a known library that others can read is worth more.
- **Cold start.** More than half of it is the import of boto3 and botocore, which the bot pays too; the rest is the
  client of DynamoDB and the import of our own modules. With SnapStart all of it, and whole rehearsed conversations,
  are done before the first payer comes.
- **The package.** Nearly half of the zip is byte code, without which a cold start takes more than twice as long. Two
  thirds of what is unpacked are Stripe's SDK, botocore and Babel; a megabyte of the zip is what sayings in eleven
  languages taught."""


def marks_table(marks: list[Mark]) -> str:
    def row(mark: Mark) -> list[str]:
        sign = "≥" if mark.least else "≤"
        shown = mark.shown or f"{mark.measured:,.2f}".rstrip("0").rstrip(".")
        return [mark.figure, shown, f"{sign} {mark.limit:g}", "yes" if mark.reached else "**no**"]

    return table(["figure", "measured", "mark", "reached"], [row(mark) for mark in marks])


def _marks(result: Result) -> str:
    return "## Marks\n\n" + marks_table(figures.marks(result)) + "\n\n" + SHORT


def _six(result: Result) -> str:
    def row(name: str, title: str) -> list[str]:
        cpu = six(result, name)
        asked = calls(result, name, "six")
        return [
            title,
            spread(cpu).text(),
            ratio(cpu, six(result, "floor")).text(),
            spread(six(result, name, turns=slice(0, 2))).text(),
            spread(six(result, name, "wall")).text(),
            ", ".join(map(str, asked)),
            f"{sum(total(result, name, 'six', 'write_units')):g}",
            f"{result['memory'][name]:.0f}",
        ]

    head = ["", "CPU ms a turn", "÷ floor", "CPU ms, first two turns (no card)", "wall ms a turn"]
    head += ["AWS calls, turn by turn", "write units, all six", "peak MB"]
    complete = [mean(played["cpu"]) for played in result["complete"]]
    rows = [row(name, title) for name, title in TITLES.items()]
    return (
        "## The six steps\n\n"
        + table(head, rows)
        + "\n\nWith nothing replaced (Stripe's SDK and Bedrock's client call the stand-ins), a turn of ours takes "
        + f"{spread(complete).text()} ms of CPU, and the process peaks at {result['memory']['complete']:.0f} MB."
    )


def _chat(result: Result) -> str:
    def row(name: str, title: str) -> list[str]:
        units, sizes = total(result, name, "chat", "write_units"), largest(result, name, "chat")
        reads = total(result, name, "chat", "read_units")
        return [
            title,
            *(spread(chat(result, name, slice(0, turns))).text() for turns in CHAT_TURNS),
            ratio(chat(result, name, LATE), chat(result, name, EARLY)).text(),
            f"{sum(units):,.0f}",
            f"{max(units):g}",
            f"{sum(reads):,.0f}",
            f"{max(sizes):,}" if max(sizes) else "–",
        ]

    head = ["", *(f"CPU ms a turn, {turns} turns" for turns in CHAT_TURNS), "turn 200 ÷ turn 10"]
    head += ["write units, 200 turns", "most in a turn", "read units", "largest item put, bytes"]
    rows = [row(name, title) for name, title in TITLES.items()]
    return "## A chat that goes on\n\n![CPU a turn](chat.svg)\n\n" + table(head, rows)


def _cold(result: Result) -> str:
    cold: dict[str, Any] = result["cold"]
    rows = [[name, spread(values).text(0)] for name, values in cold.items()]
    size = result["package"]
    return (
        "## Cold starts\n\nCPU milliseconds from the start of Python until the first request can be taken. The bot has "
        "made\nits clients by then; ours makes all but DynamoDB's when they are used. The last two rows are what the "
        "first\nconfirmation (Stripe's SDK, the other clients) and the first turn (its language) add. With SnapStart "
        "the snapshot\ncontains both.\n\n"
        + table(["", "CPU ms"], rows)
        + f"\n\nThe package is {size['zipped']:.1f} MB zipped and {size['unpacked']:.1f} MB unpacked with byte code, "
        + f"{size['zipped without byte code']:.1f} and {size['unpacked without byte code']:.1f} MB without."
    )


def _http(result: Result) -> str:
    def row(clients: str, found: dict[str, list[float]]) -> list[str]:
        seen, own = quantiles(found["seen"], n=20), quantiles(found["function"], n=20)
        shown = [f"{each:.0f}" for each in (seen[9], seen[18], own[9], own[18])]
        return [clients, *shown, f"{1 - own[9] / seen[9]:.0%}"]

    head = ["clients", "p50 ms", "p95 ms", "of it in the function: p50", "p95", "emulator's gateway and Lambda, at p50"]
    return (
        "## Over HTTP on the local stage\n\nThe six steps against `make stage`, every turn, confirmations included. "
        "The emulator runs the gateway, the\nfunction and the tables on the same cores; AWS does not. "
        "The function's time includes its calls to the emulator.\n\n"
        + table(head, [row(clients, found) for clients, found in result["http"].items()])
    )


def _machine(result: Result) -> str:
    machine = result["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (
        f"## Measured on\n\n{machine['date']}, {machine['processor']}, {machine['cores']} cores, Linux "
        f"{machine['kernel']}, Python {machine['python']}, load before the run {machine['load']}; the run took "
        f"{result['minutes']:.1f} minutes.\n{versions}."
    )
