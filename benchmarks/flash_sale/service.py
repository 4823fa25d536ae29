"""One request on its way through every limit: firewall, gateway, Lambda, KMS, DynamoDB, the model, Stripe."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from simpy import Environment, Event

from benchmarks.flash_sale import quotas
from benchmarks.flash_sale.limits import Executions, OnDemandTable, RateWindow, TokenBucket
from benchmarks.flash_sale.plan import Step
from benchmarks.flash_sale.settings import Settings
from benchmarks.pages.bill import WAIT_MS

FIREWALL_WAIT, GATEWAY_WAIT = (
    60.0,
    2.0,
)  # Retry-After of infra/firewall.py, and of infra/api/refusals.py and the functions
AWS_RETRY = 1.0  # the longest pause before the SDK's one retry (runtime/aws.py)
STRIPE_SECONDS = WAIT_MS["stripe"] / 1000
PAGE_PATHS = frozenset({"chat", "refresh"})  # what the page's servers call


@dataclass
class Visit:
    """One payer's order. `asked`: requests to Stripe that were answered; a repeat goes on behind them."""

    number: int
    place: float  # of its items in their tables, from 0 to 1
    asked: int = 0
    settled: bool = False


@dataclass(frozen=True)
class Answer:
    """`wait`: seconds until the page sends the message again by itself. `busy`: the payer has to confirm again."""

    wait: float = 0.0
    busy: bool = False

    @property
    def is_good(self) -> bool:
        return not self.wait and not self.busy


@dataclass
class Service:
    env: Environment
    settings: Settings
    rng: random.Random
    refusals: Counter[str] = field(default_factory=Counter)
    first: dict[str, float] = field(default_factory=dict)
    plain_words: int = 0  # replies that the model would have worded, had its quota not been used up

    def __post_init__(self) -> None:
        chosen = self.settings
        events = TokenBucket(chosen.events_per_second, 2 * chosen.events_per_second)
        paths = {path: TokenBucket(chosen.requests_per_second, chosen.burst) for path in ("orders", *PAGE_PATHS)}
        self.paths = paths | {"events": events}
        self.account = TokenBucket(chosen.api_rate, chosen.api_burst)
        self.windows = [self._window() for _ in range(chosen.page_addresses)]
        self.shop = self._window()
        reserved = {"chat": chosen.reserved_concurrency, "stripe_events": chosen.events_concurrency}
        free = {"orders": chosen.concurrency - sum(reserved.values())}
        self.functions = {
            name: Executions(limit, chosen.scaling, quotas.INVOCATIONS_PER_CONCURRENCY)
            for name, limit in {**reserved, **free}.items()
        }
        self.tables: defaultdict[str, OnDemandTable] = defaultdict(self._table)
        self.index = TokenBucket(chosen.index_writes, chosen.index_writes)
        self.kms = TokenBucket(chosen.kms, chosen.kms)
        self.model = TokenBucket(chosen.model_tokens / 60, chosen.model_tokens)
        self.stripe = TokenBucket(chosen.stripe_all, chosen.stripe_all)
        self.endpoints: defaultdict[str, TokenBucket] = defaultdict(
            lambda: TokenBucket(chosen.stripe_endpoint, chosen.stripe_endpoint)
        )

    def answer(self, step: Step, visit: Visit) -> Generator[Event, Any, Answer]:
        """A process of the simulation; its value is an Answer."""
        now = self.env.now
        if not self._passes_firewall(step, visit, now):
            return self._refuse("requests_per_address", FIREWALL_WAIT)
        if not self.paths[step.path].take(now):
            name = "events_per_second" if step.path == "events" else "requests_per_second"
            return self._refuse(name, GATEWAY_WAIT)
        if not self.account.take(now):
            return self._refuse(quotas.API_RATE.name, GATEWAY_WAIT)
        executions = self.functions[step.function]
        if not executions.take(now):
            return self._refuse(self._concurrency_name(step.function), GATEWAY_WAIT)
        try:
            return (yield from self._run(step, visit))
        finally:
            executions.end()

    def _run(self, step: Step, visit: Visit) -> Generator[Event, Any, Answer]:
        yield self.env.timeout(step.seconds)
        if step.model_tokens and not self.model.take(self.env.now, step.model_tokens):
            self.plain_words += 1
        for name, needed in self._backends(step, visit):
            if not needed(self.env.now):
                yield self.env.timeout(self.rng.uniform(0, AWS_RETRY))
                if not needed(self.env.now):
                    return self._refuse(name, GATEWAY_WAIT)
        if step.path in ("events", "refresh") and visit.settled:
            return Answer()
        done = 0 if step.path in ("events", "refresh") else visit.asked
        for request in step.stripe[done:]:
            if not self.endpoints[request].take(self.env.now):
                return self._refuse_by_stripe(quotas.STRIPE_ENDPOINT.name, step)
            if not self.stripe.take(self.env.now):
                return self._refuse_by_stripe(quotas.STRIPE_ALL.name, step)
            yield self.env.timeout(STRIPE_SECONDS)
            visit.asked += 1
        visit.settled = visit.settled or (step.path in ("events", "refresh") and bool(step.stripe))
        return Answer()

    def _backends(self, step: Step, visit: Visit) -> Iterator[tuple[str, Callable[[float], bool]]]:
        """What KMS and DynamoDB are asked for: a limit's name, and whether it allows that at a time."""
        if step.kms:
            yield quotas.KMS_REQUESTS.name, lambda now: self.kms.take(now, step.kms)
        for table, units in step.writes:
            yield quotas.NEW_TABLE_WRITES.name, partial(self._write, table, units, visit.place)
        if step.index_writes:
            yield "SHARDS of the index `due`", lambda now: self.index.take(now, step.index_writes)

    def _write(self, table: str, units: float, place: float, now: float) -> bool:
        return self.tables[table].take(now, units, place)

    def _passes_firewall(self, step: Step, visit: Visit, now: float) -> bool:
        if step.path in PAGE_PATHS:
            return self.windows[visit.number % len(self.windows)].take(now)
        return self.shop.take(now) if step.path == "orders" else True

    def _concurrency_name(self, function: str) -> str:
        own = {"chat": "reserved_concurrency", "stripe_events": "events_concurrency"}
        executions = self.functions[function]
        if executions.running < executions.limit and executions.new.tokens < 1:
            return "Lambda: 1,000 more executions of a function in 10 s"
        return own.get(function, quotas.CONCURRENCY.name)

    def _refuse(self, name: str, wait: float) -> Answer:
        self.refusals[name] += 1
        self.first.setdefault(name, self.env.now)
        return Answer(wait=wait)

    def _refuse_by_stripe(self, name: str, step: Step) -> Answer:
        """A confirmation is answered (`processor_busy`); what asks where things stand is refused."""
        refused = self._refuse(name, GATEWAY_WAIT)
        return refused if step.path in ("events", "refresh") else Answer(busy=True)

    def _window(self) -> RateWindow:
        return RateWindow(self.settings.requests_per_address, self.settings.window_seconds)

    def _table(self) -> OnDemandTable:
        return OnDemandTable(self.settings.warm_writes, self.settings.table_writes, self.settings.partition_writes)
