"""Computes the reported figures from the measurements. A ratio is computed within each round; its median counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

Result = dict[str, Any]
EARLY, LATE = slice(5, 15), slice(190, 200)  # the turns whose mean stands for turn 10 and for turn 200


@dataclass(frozen=True)
class Spread:
    middle: float
    least: float
    most: float

    def text(self, digits: int = 2) -> str:
        return f"{self.middle:.{digits}f} ({self.least:.{digits}f}–{self.most:.{digits}f})"


@dataclass(frozen=True)
class Mark:
    """A figure and its limit: at most `limit`, or at least `limit` when `least` is set."""

    figure: str
    measured: float
    limit: float
    least: bool = False
    shown: str = ""

    @property
    def reached(self) -> bool:
        rounded = round(self.measured, 2)
        return rounded >= self.limit if self.least else rounded <= self.limit


def spread(values: Sequence[float]) -> Spread:
    return Spread(median(values), min(values), max(values))


def ratio(over: Sequence[float], under: Sequence[float]) -> Spread:
    return spread([a / b for a, b in zip(over, under, strict=True)])


def six(result: Result, name: str, kind: str = "cpu", turns: slice = slice(None)) -> list[float]:
    """Mean milliseconds of a turn of the six steps, one value for each round."""
    return [mean(played[kind][turns]) for played in result["six"][name]]


def chat(result: Result, name: str, turns: slice, kind: str = "cpu") -> list[float]:
    """Mean milliseconds of a turn of the long chat, one value for each round."""
    return [mean(played[kind][turns]) for played in result["chat"][name]]


def calls(result: Result, name: str, script: str, *, service: str | None = None) -> list[int]:
    """Number of AWS calls of each turn."""
    turns = result["metered"][name][script]
    return [turn["calls"].get(service, 0) if service else sum(turn["calls"].values()) for turn in turns]


def total(result: Result, name: str, script: str, field: str) -> list[float]:
    """`read_units` or `write_units` of each turn."""
    return [turn[field] for turn in result["metered"][name][script]]


def largest(result: Result, name: str, script: str) -> list[int]:
    """Bytes of the largest item that each turn writes."""
    return [turn["item_bytes"] for turn in result["metered"][name][script]]


def marks(result: Result) -> list[Mark]:
    ours = six(result, "ours")
    rounds = ratio(ours, six(result, "floor"))
    late = ratio(chat(result, "ours", LATE), chat(result, "ours", EARLY))
    units, sizes = total(result, "ours", "chat", "write_units"), largest(result, "ours", "chat")
    dynamodb = calls(result, "ours", "six", service="dynamodb")
    cold = result["cold"]
    start = ratio(cold["ours"], cold["whole-item"])
    zipped = ratio(cold["ours"], cold["ours, ordinary byte code"])
    return [
        Mark("CPU a turn, six steps: ours ÷ floor", rounds.middle, 1.15, shown=rounds.text()),
        *(_peer(result, *peer) for peer in PEERS),
        *(_peer_in_a_chat(result, *peer) for peer in PEERS),
        Mark("DynamoDB calls a turn", max(dynamodb[:-1]), 2),
        Mark("DynamoDB calls of a confirmation", dynamodb[-1], 3),
        Mark("KMS calls of a conversation", sum(calls(result, "ours", "six", service="kms")), 4),
        Mark("CPU, turn 200 ÷ turn 10", late.middle, 1.2, shown=late.text()),
        Mark("write units, turn 200 ÷ turn 10", mean(units[LATE]) / mean(units[EARLY]), 1.0),
        Mark("item size, turn 200 ÷ turn 10", mean(sizes[LATE]) / mean(sizes[EARLY]), 1.0),
        Mark("write units a turn, the most in 200 turns", max(units), 3),
        Mark("item bytes, the most in 200 turns", max(sizes), 3000),
        Mark("cold start: ours ÷ whole-item bot", start.middle, 0.75, shown=start.text()),
        Mark("cold start: from the zip ÷ from sources with .pyc", zipped.middle, 1.0, shown=zipped.text()),
        Mark("package zipped, MB", result["package"]["zipped"], 6),
        Mark("package unpacked, MB", result["package"]["unpacked"], 25),
        Mark("peak memory of the handler's process, MB", result["memory"]["complete"], 80),
    ]


PEERS = (
    ("LangGraph ÷ ours", "langgraph_aws", 7),
    ("Strands ÷ ours", "strands_manager", 7),
    ("LangChain ÷ ours", "langchain_history", 2),
)


def _peer(result: Result, name: str, other: str, limit: float) -> Mark:
    rounds = ratio(six(result, other), six(result, "ours"))
    return Mark(f"CPU a turn, six steps: {name}", rounds.middle, limit, least=True, shown=rounds.text(1))


def _peer_in_a_chat(result: Result, name: str, other: str, limit: float) -> Mark:
    """A fair comparison: only turns in which no contender seals, confirms or pays."""
    first = slice(0, 50)
    rounds = ratio(chat(result, other, first), chat(result, "ours", first))
    return Mark(f"CPU a turn, 50 turns without a card: {name}", rounds.middle, limit, least=True, shown=rounds.text(1))
