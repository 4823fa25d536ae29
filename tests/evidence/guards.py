"""Card testing, and time: what the code itself refuses, whatever it is given and whatever the database still holds."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chat.http.events import read_message
from chat.turns.attempts import Limits
from chat.turns.errors import SessionExpired, TooManyRequests
from chat.turns.message import Message
from chat.values.brands import Brand
from chat.values.session import Decline
from tests.evidence.canary import number
from tests.fakes import Payer, World
from tests.families import card_with_code


@dataclass(frozen=True)
class Tried:
    tried: int
    asked: int  # how often Stripe was called
    limit: int

    @property
    def ok(self) -> bool:
        return 0 < self.asked <= self.limit < self.tried


def many_cards(cards: int = 200, limit: int = 30, seed: int = 0) -> Tried:
    """One address, many cards, a session each."""
    world = World(limits=Limits(per_address=limit, per_card=1000))
    rng = random.Random(seed)
    tried = 0
    while tried < cards:
        digits = number(rng)
        if not digits.startswith(("4", "51", "55")):
            continue
        tried += 1
        _tries(world, f"s{tried}", digits)
    return Tried(cards, len(world.processor.payments), limit)


def many_codes(codes: int = 100, limit: int = 5) -> Tried:
    """One card, many security codes, from everywhere, in sessions of three tries."""
    world = World(limits=Limits(per_address=1000, per_card=limit))
    for code in range(codes):
        _tries(world, f"s{code}", "4242424242424242", f"{code:03}", f"198.51.100.{code}")
    return Tried(codes, len(world.processor.payments), limit)


def many_codes_in_one_session(codes: int = 100, limit: int = 5) -> Tried:
    """One card, one session, the code changed at the review again and again."""
    world = World(limits=Limits(per_address=1000, per_card=limit))
    payer = Payer(world)
    payer.reaches_review()
    world.processor.script = [Decline("processor_busy")] * codes
    for code in range(codes):
        try:
            payer.says(f"cvv {code:03}")
            payer.says("confirm")
        except (TooManyRequests, SessionExpired):
            continue
    return Tried(codes, len(world.processor.payments), limit)


@dataclass(frozen=True)
class Window:
    """Attempts over a day: how many of them were accepted, and how many in the busiest 60 minutes."""

    tried: int
    accepted: int
    busiest: int
    limit: int

    @property
    def ok(self) -> bool:
        return 0 < self.busiest <= self.limit < self.accepted < self.tried


def busiest_hour(limit: int = 5, seed: int = 0) -> Window:
    """One card, tried all day long in bursts and pauses drawn by chance."""
    world = World(limits=Limits(per_address=100_000, per_card=limit))
    rng = random.Random(seed)
    end, tried = world.time + 24 * 3600, 0
    accepted: list[float] = []
    while world.time < end:
        world.time += rng.choice((1, 20, 60, 300, 900)) * rng.random()
        before = len(world.processor.payments)
        tried += 1
        _tries(world, f"w{tried}", "4242424242424242")
        accepted += [world.time] * (len(world.processor.payments) - before)
    busiest = max(sum(first <= each < first + 3600 for each in accepted) for first in accepted)
    return Window(tried, len(accepted), busiest, limit)


@dataclass(frozen=True)
class Unsigned:
    """`counted`: addresses that were counted beside the connection's own. `served`: whether the payer still is."""

    requests: int
    counted: int
    served: bool


def unsigned_requests(requests: int = 200, limit: int = 30) -> Unsigned:
    """Requests without a signature that claim a payer's address, in confirmations with cards of their own."""
    world = World(limits=Limits(per_address=limit, per_card=1000))
    rng = random.Random(0)
    payers_address, connection = "203.0.113.7", "198.51.100.1"
    counted = set()
    for turn in range(requests):
        event = {
            "headers": {"Content-Type": "application/json", "X-Payer-Address": payers_address},
            "body": json.dumps({"message": "payment"}),
            "requestContext": {"identity": {"sourceIp": connection}},
        }
        address = read_message(event, lambda: "m").address
        counted.add(address)
        _tries(world, f"u{turn}", card_with_code.valid_number(rng, Brand.VISA, 16), address=address)
    before = len(world.processor.payments)
    _tries(world, "payer", "4242424242424242", address=payers_address)
    return Unsigned(requests, len(counted - {connection}), len(world.processor.payments) == before + 1)


def _tries(world: World, session_id: str, digits: str, cvv: str = "123", address: str = "203.0.113.7") -> None:
    payer = Payer(world, session_id)
    payer.address = address
    for text in ("payment", "John", digits, "12/30", cvv):
        payer.says(text)
    try:
        payer.says("confirm")
    except TooManyRequests:
        return


@dataclass(frozen=True)
class Late:
    requests: int
    served: tuple[str, ...]  # what was answered although its time was over


STEPS = ("payment", "John", "4242 4242 4242 4242", "12/30", "123")
SAID = ("John", "4242 4242 4242 4242", "12/30", "123", "confirm", "yes", "cancel", "start over", "why?", "no")


def expired(after: tuple[int, ...] = (0, 1, 60, 86_400)) -> Late:
    """At every step, with the item still there at its `ttl` and later: every message, a repeat, and a look."""
    served = []
    requests = 0
    for turns in range(1, len(STEPS) + 1):
        for late in after:
            for name, ask in _asked():
                world = World()
                payer = Payer(world)
                for count, text in enumerate(STEPS[:turns]):
                    payer.says(text, message_id=f"m{count}")
                world.time = int(world.sessions.items["abc-123"]["ttl"]["N"]) + late
                requests += 1
                try:
                    ask(world, payer, f"m{turns - 1}")
                except SessionExpired:
                    if world.sessions.items or world.processor.payments:
                        served.append(f"{name} at {turns}: something is left")
                else:
                    served.append(f"{name} at {turns}, {late} s late")
    return Late(requests, tuple(served))


def _asked() -> Iterator[tuple[str, Callable[[World, Payer, str], object]]]:
    for text in SAID:
        yield f"“{text}”", lambda world, payer, _, text=text: payer.says(text)
    yield "a repeat", lambda world, payer, last: payer.says("again", message_id=last)
    yield "a look", lambda world, payer, _: world.ports().turns().read("abc-123", payer.token)
    yield (
        "an expected step",
        lambda world, payer, _: (
            world.ports()
            .turns()
            .play(Message("John", "m9", payer.address, "abc-123", payer.token, expected_step="name"))
        ),
    )
