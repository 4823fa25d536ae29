"""Dollars and seconds of a conversation, from what was counted (benchmarks/counting.py) and public prices."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from benchmarks.pages import prices
from benchmarks.pages.figures import Result
from benchmarks.pages.prices import DOLLARS_PER
from infra.stages import PROD

CONVERSATIONS = 1_000
CHAT, CHAT_ORDER, HOSTED_ORDER = "chat", "order in chat", "order hosted"
TOKENS_IN, TOKENS_OUT, MAX_TOKENS_OUT = 250, 40, 120  # of a call of the model for words
POINTING_TOKENS_IN, POINTING_TOKENS_OUT = 400, 20  # of one for a choice: the list, and what a model adds around a tool
MODEL = "Llama 4 Maverick"
# Assumed waiting time for each call, within one region and over a warm connection.
WAIT_MS = {"dynamodb": 5, "kms": 5, "events": 10, "bedrock-runtime": 700, "stripe": 500, "merchant": 300}
MEMORY = {"chat": PROD.memory, "orders": PROD.memory, "stripe_events": 512, "relay": 256, "webhooks": 256}
MB_PER_VCPU = 1769  # CPU time takes longer with less memory than that
BEHIND_THE_API = frozenset({"chat", "orders", "stripe_events"})
PLATFORM_LOG_BYTES = 330  # of an invocation: Lambda's own START, END and REPORT lines
ACCESS_LOG_BYTES = 420  # of a request
OWN_LOG_BYTES = 1_000  # of a webhook, which is not counted
TRACED_SHARE = 0.05  # of the requests
QUEUE_REQUESTS = 3  # of a webhook: sent, received, deleted
WEBHOOK_CPU_MS = 5

Turn = dict[str, Any]


def turns(result: Result, what: str) -> list[Turn]:
    """The invocations that are counted, each with the median of its CPU time, and one of `webhooks` for each event."""
    counted = result["counted"][what]
    times = map(median, zip(*counted["cpu"], strict=True))
    found: list[Turn] = [{**turn, "cpu": each} for turn, each in zip(counted["turns"], times, strict=True)]
    webhook = {"function": "webhooks", "calls": {"merchant": 1}, "log_bytes": OWN_LOG_BYTES, "cpu": WEBHOOK_CPU_MS}
    return found + [{**webhook, "read_units": 0, "write_units": 0}] * number(found, "events")


def number(of: Sequence[Turn], service: str) -> int:
    """Calls of a service."""
    return sum(turn["calls"].get(service, 0) for turn in of)


def seconds(turn: Turn) -> float:
    """How long the invocation runs: CPU time at its share of a processor, and assumed waiting."""
    share = min(1, MEMORY[turn["function"]] / MB_PER_VCPU)
    waiting = sum(WAIT_MS.get(service, 0) * calls for service, calls in turn["calls"].items())
    return float((turn["cpu"] / share + waiting) / 1000)


def api_requests(what: str, of: Sequence[Turn]) -> int:
    """A payer who comes back from Stripe makes one that API Gateway answers by itself."""
    mine = sum(turn["function"] in BEHIND_THE_API for turn in of)
    return mine + (what == HOSTED_ORDER and any(turn["function"] == "chat" for turn in of))


def parts(what: str, of: Sequence[Turn]) -> dict[str, float]:
    """Dollars for 1,000 conversations, by part of the bill."""
    requests, events = api_requests(what, of), number(of, "events")

    def total(field: str) -> float:
        return float(sum(turn[field] for turn in of))

    logged = total("log_bytes") + len(of) * PLATFORM_LOG_BYTES + requests * ACCESS_LOG_BYTES
    one = {
        "Lambda": sum(seconds(turn) * MEMORY[turn["function"]] for turn in of) / 1024 * DOLLARS_PER["lambda GB-second"]
        + len(of) * DOLLARS_PER["lambda request"],
        "DynamoDB": total("write_units") * DOLLARS_PER["write unit"] + total("read_units") * DOLLARS_PER["read unit"],
        "KMS": number(of, "kms") * DOLLARS_PER["kms request"],
        "API Gateway": requests * DOLLARS_PER["rest request"],
        f"Bedrock ({MODEL})": number(of, "bedrock-runtime") * model_call(MODEL),
        "firewall": requests * DOLLARS_PER["waf request"],
        "event bus and queue": events * DOLLARS_PER["bus event"]
        + number(of, "merchant") * QUEUE_REQUESTS * DOLLARS_PER["queue request"],
        "logs": logged * DOLLARS_PER["log byte"],
        "traces": len(of) * TRACED_SHARE * DOLLARS_PER["trace"],
        "trail of the tables": number(of, "dynamodb") * DOLLARS_PER["trail event"],
    }
    return {part: dollars * CONVERSATIONS for part, dollars in one.items()}


def model_call(model: str) -> float:
    return _tokens(model, TOKENS_IN, TOKENS_OUT)


def worded_live() -> float:
    """Dollars of one reply that the model words while the payer waits: its tokens, and Lambda's waiting."""
    return model_call(MODEL) + _waiting()


def pointed() -> float:
    """Dollars of one message of which the model chooses the meaning, likewise."""
    return _tokens(MODEL, POINTING_TOKENS_IN, POINTING_TOKENS_OUT) + _waiting()


def _tokens(model: str, read: int, written: int) -> float:
    into, out = prices.DOLLARS_PER_TOKEN[model]
    return read * into + written * out


def _waiting() -> float:
    return WAIT_MS["bedrock-runtime"] / 1000 * MEMORY["chat"] / 1024 * DOLLARS_PER["lambda GB-second"]


def of_conversation(of: Sequence[Turn]) -> list[Turn]:
    """Without what happens around it: the merchant's request, Stripe's events, the announcement."""
    return [turn for turn in of if turn["function"] == "chat"]


def dollars(what: str, of: Sequence[Turn]) -> float:
    return sum(parts(what, of).values())


def by_operation(of: Sequence[Turn], service: str) -> dict[str, int]:
    """Calls of one service by operation."""
    found: dict[str, int] = {}
    for turn in of:
        for named, calls in turn.get("operations", {}).items():
            if named.startswith(f"{service} "):
                operation = named.removeprefix(f"{service} ")
                found[operation] = found.get(operation, 0) + calls
    return found


def largest(of: Sequence[Turn], field: Callable[[Turn], dict[str, float]]) -> float:
    """Of the sums by key, the largest one: the table that is written most, for example."""
    sums: dict[str, float] = {}
    for turn in of:
        for key, value in field(turn).items():
            sums[key] = sums.get(key, 0) + value
    return max(sums.values(), default=0)
