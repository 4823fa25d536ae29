"""Limits as services apply them, each a few lines of arithmetic. Times are seconds; nothing here reads a clock."""

from collections import deque
from dataclasses import dataclass, field


@dataclass
class TokenBucket:
    """`rate` tokens a second, `burst` at most. Full at the start. API Gateway's throttles work like this."""

    rate: float
    burst: float
    tokens: float = field(init=False)
    at: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def take(self, now: float, amount: float = 1) -> bool:
        """All of the amount or nothing."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < amount:
            return False
        self.tokens -= amount
        return True


@dataclass
class RateWindow:
    """AWS WAF's rate-based rule: over the limit, one address is refused whole, and what is refused counts as well.

    `limit`: requests within `window` seconds. The rate is looked at every `pause` seconds, and what was decided then
    holds until the next look.
    """

    limit: float
    window: float = 300
    pause: float = 10
    blocking: bool = False
    looked: float = 0.0
    counts: deque[tuple[int, int]] = field(default_factory=deque)  # requests by second
    total: int = 0

    def take(self, now: float) -> bool:
        second = int(now)
        if self.counts and self.counts[-1][0] == second:
            self.counts[-1] = (second, self.counts[-1][1] + 1)
        else:
            self.counts.append((second, 1))
        self.total += 1
        if now - self.looked >= self.pause:
            self.looked = now - now % self.pause
            while self.counts and self.counts[0][0] < now - self.window:
                self.total -= self.counts.popleft()[1]
            self.blocking = self.total > self.limit
        return not self.blocking


@dataclass
class Executions:
    """Lambda: how many of a function run at once, how fast there may be more, and how many may begin in a second.

    `growth`: new execution environments a second, saved up for ten seconds at most. An environment is used again.
    """

    limit: float
    growth: float
    per_second_each: float
    running: int = 0
    environments: int = 0
    new: TokenBucket = field(init=False)
    starts: TokenBucket = field(init=False)

    def __post_init__(self) -> None:
        self.new = TokenBucket(self.growth, self.growth * 10)
        self.starts = TokenBucket(self.limit * self.per_second_each, self.limit * self.per_second_each)

    def take(self, now: float) -> bool:
        if self.running >= self.limit:
            return False
        is_new = self.running >= self.environments
        if is_new and not self.new.take(now):
            return False
        if not self.starts.take(now):
            return False
        self.environments += is_new
        self.running += 1
        return True

    def end(self) -> None:
        self.running -= 1


@dataclass
class OnDemandTable:
    """DynamoDB on demand: what the table is warm for, spread over its partitions; twice its peak half an hour later.

    An item lies in one partition, named by `place`, from 0 to 1. Adaptive capacity gives one partition no more than
    `partition` units a second, whatever the others need.
    """

    warm: float
    quota: float
    partition: float
    doubling: float = 1800
    since: float = 0.0
    peak: float = 0.0
    second: int = 0
    in_second: float = 0.0
    whole: TokenBucket = field(init=False)
    partitions: list[TokenBucket] = field(init=False)

    def __post_init__(self) -> None:
        self._spread(self.warm, 0.0)

    def take(self, now: float, units: float, place: float) -> bool:
        if now - self.since >= self.doubling:
            self.since = now
            self._spread(max(self.warm, 2 * self.peak), now)
        if not self.partitions[int(place * len(self.partitions))].take(now, units):
            return False
        if not self.whole.take(now, units):
            return False
        self._measure(int(now), units)
        return True

    def _spread(self, warm: float, now: float) -> None:
        self.warm, self.peak = min(warm, self.quota), 0.0
        self.whole = TokenBucket(self.warm, self.warm)
        self.partitions = [
            TokenBucket(self.partition, self.partition) for _ in range(-int(-self.warm // self.partition))
        ]
        for bucket in (self.whole, *self.partitions):
            bucket.at = now

    def _measure(self, second: int, units: float) -> None:
        if second != self.second:
            self.second, self.in_second = second, 0.0
        self.in_second += units
        self.peak = max(self.peak, self.in_second)
