"""How many conversations a second each quota and each of the stage's own limits allows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.flash_sale import quotas
from benchmarks.pages.bill import (
    CHAT_ORDER,
    HOSTED_ORDER,
    MAX_TOKENS_OUT,
    TOKENS_IN,
    Turn,
    api_requests,
    by_operation,
    dollars,
    largest,
    number,
    of_conversation,
    seconds,
    turns,
)
from benchmarks.pages.figures import Result
from benchmarks.pages.table import table
from infra.firewall import WINDOW_SECONDS
from infra.stages import PROD
from payments.adapters.order_items import SHARDS

PAGE_ADDRESSES = 2  # NAT gateways of a live stage's page: all its calls of the API come from them
WEBHOOKS_AT_ONCE = 10  # max_concurrency of the queue's event source, in infra/orders/announcing.py
INDEX_WRITES = 2  # of the index `due`, at most, for a write of the order: the old entry and the new one
KINDS = (CHAT_ORDER, HOSTED_ORDER)
RATES = (1, 100, 10_000)
MONTH_SECONDS = 30 * 86_400


@dataclass(frozen=True)
class Limit:
    """`allows`: a second, or at once. `needs`: of one conversation a second, by kind. `own`: set in this repository."""

    name: str
    allows: float
    needs: dict[str, float]
    own: bool = False
    late: bool = False  # what is beyond it waits, and nothing is refused

    def reached_at(self, kind: str) -> float:
        """Conversations a second."""
        return self.allows / self.needs[kind] if self.needs[kind] else float("inf")


def limits(result: Result) -> list[Limit]:
    played = {kind: turns(result, kind) for kind in KINDS}

    def each(need: Callable[[str, Sequence[Turn]], float]) -> dict[str, float]:
        return {kind: float(need(kind, of)) for kind, of in played.items()}

    def running(function: str) -> dict[str, float]:
        return each(lambda _, of: sum(seconds(turn) for turn in of if turn["function"] == function))

    def runs(function: str) -> dict[str, float]:
        return each(lambda _, of: sum(turn["function"] == function for turn in of))

    def refreshes(kind: str) -> int:
        return int(kind == HOSTED_ORDER)  # by a path of its own, as is the answer to whoever returns

    def by_table(turn: Turn) -> dict[str, float]:
        return dict(turn.get("table_writes", {}))

    firewall = PROD.requests_per_address / WINDOW_SECONDS * PAGE_ADDRESSES
    order_writes = each(lambda _, of: sum(by_table(turn).get("orders", 0) > 0 for turn in of))
    tables = each(lambda _, of: largest(of, by_table))
    return [
        Limit("`requests_per_second` (of one path)", PROD.requests_per_second,
              each(lambda kind, of: len(of_conversation(of)) - refreshes(kind)), own=True),
        Limit(f"`requests_per_address` ({PAGE_ADDRESSES} addresses of the page)", firewall,
              each(lambda _, of: len(of_conversation(of))), own=True),
        Limit("`events_per_second`", PROD.events_per_second, runs("stripe_events"), own=True),
        Limit("`reserved_concurrency`", float(PROD.reserved_concurrency or quotas.CONCURRENCY.value), running("chat"),
              own=True),
        Limit("`events_concurrency`", float(PROD.events_concurrency or quotas.CONCURRENCY.value),
              running("stripe_events"), own=True),
        Limit("`max_concurrency` of the webhooks' queue", WEBHOOKS_AT_ONCE, running("webhooks"), own=True, late=True),
        Limit(quotas.STRIPE_ENDPOINT.name, quotas.STRIPE_ENDPOINT.value,
              each(lambda _, of: max(by_operation(of, "stripe").values(), default=0))),
        Limit(quotas.STRIPE_ALL.name, quotas.STRIPE_ALL.value, each(lambda _, of: number(of, "stripe"))),
        Limit(quotas.MODEL_TOKENS.name, quotas.MODEL_TOKENS.value,
              each(lambda _, of: number(of, "bedrock-runtime") * (TOKENS_IN + MAX_TOKENS_OUT) * 60)),
        Limit(f"{quotas.NEW_TABLE_WRITES.name}, while it is new", quotas.NEW_TABLE_WRITES.value, tables),
        Limit(quotas.TABLE_WRITES.name, quotas.TABLE_WRITES.value, tables),
        Limit(f"DynamoDB: {quotas.PARTITION_WRITES:,} writes a second of a partition, `SHARDS` of the index `due`",
              quotas.PARTITION_WRITES * SHARDS, {kind: each_ * INDEX_WRITES for kind, each_ in order_writes.items()}),
        Limit(quotas.CONCURRENCY.name, quotas.CONCURRENCY.value, each(lambda _, of: sum(map(seconds, of)))),
        Limit("Lambda: invocations a second, 10 for each of these",
              quotas.CONCURRENCY.value * quotas.INVOCATIONS_PER_CONCURRENCY, each(lambda _, of: len(of))),
        Limit(quotas.API_RATE.name, quotas.API_RATE.value, each(api_requests)),
        Limit(quotas.PUT_EVENTS.name, quotas.PUT_EVENTS.value, each(lambda _, of: number(of, "events"))),
        Limit(quotas.KMS_REQUESTS.name, quotas.KMS_REQUESTS.value, each(lambda _, of: number(of, "kms"))),
    ]  # fmt: skip


def first(found: list[Limit], kind: str) -> Limit:
    """Of others' quotas: whatever the stage's own settings are."""
    return min((limit for limit in found if not limit.own), key=lambda limit: limit.reached_at(kind))


def section(result: Result) -> str:
    found = limits(result)
    return f"""## Which quota binds first

{_first(result, found)}

A conversation here is a whole order: created, talked about, paid, announced. The stage's own limits come first, because
they are there to be raised (`infra/stages.py`, the figures are those of `prod`); then the quotas of others as they are by default.

{_table([limit for limit in found if limit.own], "this stage's own limit")}

{_table([limit for limit in found if not limit.own], "quota")}

{_rates(result, found)}

What happens beyond a limit, and what to raise before a sale: [a flash sale, simulated](benchmarks/flash-sale.md). The model's quota differs by
account, and while a call runs Bedrock counts the answer's limit (`maxTokens`, {MAX_TOKENS_OUT}) against it; so does the table."""


def _first(result: Result, found: list[Limit]) -> str:
    def said(kind: str) -> str:
        limit = first(found, kind)
        calls = by_operation(turns(result, kind), "stripe")
        listed = ", ".join(f"`{operation}`" for operation in calls)
        return f"- **{kind}**: {limit.name}, at {limit.reached_at(kind):.0f} a second. It asks Stripe {sum(calls.values())} times: {listed}."

    return "\n".join(map(said, KINDS))


def _table(chosen: list[Limit], head: str) -> str:
    """The lowest first."""
    rows = [
        [limit.name, f"{limit.allows:,.0f}", *(_needed(limit, kind) for kind in KINDS)]
        for limit in sorted(chosen, key=lambda limit: min(map(limit.reached_at, KINDS)))
    ]
    return table([head, "allows", *(f"{kind}: needs, reached at" for kind in KINDS)], rows)


def _needed(limit: Limit, kind: str) -> str:
    if not limit.needs[kind]:
        return "0, never"
    return f"{limit.needs[kind]:,.3g}, **{limit.reached_at(kind):,.0f}**/s" + (" (waits)" if limit.late else "")


def _rates(result: Result, found: list[Limit]) -> str:
    def said(rate: int) -> str:
        over = [limit for limit in found if min(map(limit.reached_at, KINDS)) < rate]
        own, others = ([limit.name for limit in over if limit.own is is_own] for is_own in (True, False))
        cost = " / ".join(
            f"${dollars(kind, turns(result, kind)) / 1_000 * rate * MONTH_SECONDS:,.0f}" for kind in KINDS
        )
        raise_own = f"raise {', '.join(own)}" if own else "no limit of the stage is reached"
        ask = f"ask for {'; '.join(others)}" if others else "no quota is reached"
        return f"- **{rate:,} a second**: {raise_own}; {ask}. About {cost} a month (chat / hosted)."

    return "\n".join(map(said, RATES))
