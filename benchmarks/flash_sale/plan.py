"""What a payer does, step by step, with the units that were counted for each step (benchmarks/counting.py)."""

from dataclasses import dataclass

from benchmarks.pages.bill import CHAT_ORDER, HOSTED_ORDER, MAX_TOKENS_OUT, TOKENS_IN, Turn, seconds, turns
from benchmarks.pages.figures import Result

# Assumed: how long a payer reads and types before a step, in seconds; the shop makes the order without waiting.
THINKING = {
    CHAT_ORDER: (0, 2, 4, 15, 5, 5, 4),
    HOSTED_ORDER: (0, 2, 4, 40),  # the last one is Stripe's page
}
INDEX_WRITES = 2  # of the index `due`, at most, for a write of the order


@dataclass(frozen=True)
class Step:
    """One request. `path`: whose throttle it meets. `writes`: units by table. `stripe`: requests, in their order."""

    path: str
    function: str
    thinking: float
    seconds: float  # without waiting for Stripe
    writes: tuple[tuple[str, float], ...]
    kms: int
    model_tokens: float
    stripe: tuple[str, ...]

    @property
    def index_writes(self) -> int:
        return INDEX_WRITES if any(table == "orders" for table, _ in self.writes) else 0


@dataclass(frozen=True)
class Plan:
    """`events`: Stripe's, when the payer has paid. Whoever comes first, an event or the payer, asks Stripe."""

    steps: tuple[Step, ...]
    events: tuple[Step, ...]


def plan(result: Result, kind: str) -> Plan:
    played = turns(result, kind)
    mine = [turn for turn in played if turn["function"] in ("orders", "chat")]
    thinking = THINKING[kind]
    is_hosted = kind == HOSTED_ORDER
    events = [_step(turn, "events", 1.0) for turn in played if turn["function"] == "stripe_events"]
    steps = [_step(turn, _path(turn), pause) for turn, pause in zip(mine, thinking, strict=True)]
    if is_hosted:  # the return asks Stripe if no event has been there yet
        back = steps[-1]
        asked = next(event.stripe for event in events if event.stripe)
        steps[-1] = Step("refresh", *_rest(back), stripe=asked)
    return Plan(tuple(steps), tuple(events))


def _path(turn: Turn) -> str:
    return {"orders": "orders", "chat": "chat"}[turn["function"]]


def _rest(step: Step) -> tuple[str, float, float, tuple[tuple[str, float], ...], int, float]:
    return step.function, step.thinking, step.seconds, step.writes, step.kms, step.model_tokens


def _step(turn: Turn, path: str, thinking: float) -> Step:
    calls = turn["calls"]
    asked = tuple(
        name.removeprefix("stripe ")
        for name, times in turn["operations"].items()
        if name.startswith("stripe ")
        for _ in range(times)
    )
    without_stripe = {**turn, "calls": {**calls, "stripe": 0}}
    return Step(
        path,
        turn["function"],
        thinking,
        seconds(without_stripe),
        tuple(turn["table_writes"].items()),
        calls.get("kms", 0),
        calls.get("bedrock-runtime", 0) * (TOKENS_IN + MAX_TOKENS_OUT),
        asked,
    )
