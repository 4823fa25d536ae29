"""A flash sale: payers arrive ever faster, and each of them, with the page and its retries, pays or leaves."""

import random
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from simpy import Environment, Event

from benchmarks.flash_sale.plan import Plan, Step
from benchmarks.flash_sale.service import Service, Visit
from benchmarks.flash_sale.settings import Settings

PEAK, RAMP_SECONDS = 2_000.0, 60.0  # payers a second, reached after so many seconds; then nobody comes any more
# Assumed: how long a payer waits for one answer, sees `processor_busy` until confirming again, and varies in typing.
PATIENCE_SECONDS, CONFIRM_AGAIN_SECONDS, SPREAD = 180.0, 5.0, 0.5
EVENT_TRIES, EVENT_PAUSE = 4, 60.0  # of an event that was refused, within the sale; Stripe goes on for three days


@dataclass
class Outcome:
    """`share`: of the payers and of every limit that was played. `ended`: when the last one did, in seconds.

    `lost`: for each payer who paid, the seconds beyond reading, typing and Stripe's page.
    """

    share: float = 1.0
    arrived: int = 0
    paid: int = 0
    left: int = 0
    without_receipt: int = 0  # of those who paid: they left before the page could tell them
    lost: list[float] = field(default_factory=list)
    ended: float = 0.0
    refusals: Counter[str] = field(default_factory=Counter)
    first: dict[str, float] = field(default_factory=dict)
    plain_words: int = 0

    def whole(self, number: int) -> int:
        """Of the whole sale, when so many were counted in the share of it that was played."""
        return round(number / self.share)


def simulate(
    plan: Plan,
    settings: Settings,
    *,
    peak: float = PEAK,
    ramp: float = RAMP_SECONDS,
    share: float = 1.0,
    seed: int = 1,
) -> Outcome:
    """`share`: of the payers that are played, against the same share of every limit."""
    rng = random.Random(seed)
    env = Environment()
    service, outcome = Service(env, settings.share(share), rng), Outcome(share)
    sale = _Sale(env, service, plan, rng, outcome)
    # As many as come on average, at times whose density grows as the rate does.
    for number, arrival in enumerate(sorted(ramp * sqrt(rng.random()) for _ in range(round(peak * share * ramp / 2)))):
        env.process(sale.payer(number, arrival))
    env.run()
    outcome.refusals, outcome.first, outcome.plain_words = service.refusals, service.first, service.plain_words
    return outcome


@dataclass
class _Sale:
    env: Environment
    service: Service
    plan: Plan
    rng: random.Random
    outcome: Outcome

    def payer(self, number: int, arrival: float) -> Generator[Event, Any, None]:
        yield self.env.timeout(arrival)
        self.outcome.arrived += 1
        visit, busy_with_it = Visit(number, self.rng.random()), 0.0
        for step in self.plan.steps:
            is_receipt = step.path == "refresh"
            thinking = step.thinking * self.rng.uniform(1 - SPREAD, 1 + SPREAD)
            yield self.env.timeout(thinking)
            busy_with_it += thinking
            if is_receipt:
                self._announce(visit)
            answered = yield from self._ask(step, visit)
            if not answered:
                self._leave(arrival, busy_with_it, has_paid=is_receipt)
                return
        if self.plan.steps[-1].path != "refresh":
            self._announce(visit)
        self._pay(arrival, busy_with_it)

    def _ask(self, step: Step, visit: Visit) -> Generator[Event, Any, bool]:
        """Sends a message until it is answered, as the page does. False when the payer's patience is over."""
        asked = self.env.now
        while True:
            answer = yield from self.service.answer(step, visit)
            if answer.is_good:
                return True
            pause = CONFIRM_AGAIN_SECONDS * self.rng.uniform(0.5, 1.5) if answer.busy else answer.wait
            if self.env.now + pause - asked > PATIENCE_SECONDS:
                return False
            yield self.env.timeout(pause)

    def _announce(self, visit: Visit) -> None:
        for event in self.plan.events:
            self.env.process(self._event(event, visit))

    def _event(self, step: Step, visit: Visit) -> Generator[Event, Any, None]:
        yield self.env.timeout(step.thinking)
        for _ in range(EVENT_TRIES):
            answer = yield from self.service.answer(step, visit)
            if answer.is_good:
                return
            yield self.env.timeout(EVENT_PAUSE)

    def _leave(self, arrival: float, busy_with_it: float, *, has_paid: bool) -> None:
        if has_paid:
            self.outcome.without_receipt += 1
            self._pay(arrival, busy_with_it)
        else:
            self.outcome.left += 1
            self.outcome.ended = max(self.outcome.ended, self.env.now)

    def _pay(self, arrival: float, busy_with_it: float) -> None:
        self.outcome.paid += 1
        self.outcome.lost.append(self.env.now - arrival - busy_with_it)
        self.outcome.ended = max(self.outcome.ended, self.env.now)
