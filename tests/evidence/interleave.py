"""Several requests at once over one memory, in an order drawn by chance and repeatable: one step at a time.

A step ends at every call of a port and at every pause: there another request may go on. So each seed is one way in
which Lambda instances could have met, and a seed that breaks a promise breaks it every time.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from chat.turns.message import Message
from chat.turns.results import TurnResult
from tests.fakes import Ports, World

PORTS = ("sessions", "vault", "wording", "processor", "orders", "visits", "stripe")
CHANCE = 0.4  # that somebody else goes on after a step


class Baton:
    """Who holds it runs."""

    def __init__(self, rng: Random, names: list[str]) -> None:
        self._random = rng
        self._gates = {name: threading.Semaphore(0) for name in names}
        self._running = list(names)

    def start(self) -> None:
        self._gates[self._random.choice(self._running)].release()

    def wait(self, name: str) -> None:
        self._gates[name].acquire()

    def step(self, name: str, *, yields: bool = False) -> None:
        others = [other for other in self._running if other != name]
        if others and (yields or self._random.random() < CHANCE):
            self._gates[self._random.choice(others)].release()
            self.wait(name)

    def done(self, name: str) -> None:
        self._running.remove(name)
        if self._running:
            self._gates[self._random.choice(self._running)].release()


class Stepped:
    """A port whose every call is a step."""

    def __init__(self, port: Any, step: Callable[[], None]) -> None:
        self._port, self._step = port, step

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._port, name)
        if not callable(value):
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            self._step()
            result = value(*args, **kwargs)
            self._step()
            return result

        return call


@dataclass
class Race:
    """`answers`: by name of the request, its answer or how it was refused."""

    world: World
    rng: Random
    answers: dict[str, TurnResult | Exception] = field(default_factory=dict)

    def run(self, requests: Mapping[str, Message | Callable[[], None]]) -> None:
        """A request is a message, or something that happens to the world."""
        baton = Baton(self.rng, list(requests))
        threads = [threading.Thread(target=self._one, args=(name, what, baton)) for name, what in requests.items()]
        for thread in threads:
            thread.start()
        baton.start()
        for thread in threads:
            thread.join()

    def _one(self, name: str, what: Message | Callable[[], None], baton: Baton) -> None:
        baton.wait(name)
        try:
            if isinstance(what, Message):
                self.answers[name] = self._ports(name, baton).turns().play(what)
            else:
                what()
        except Exception as error:  # noqa: BLE001  (a refusal is an answer too; the judge looks at its type)
            self.answers[name] = error
        finally:
            baton.done(name)

    def _ports(self, name: str, baton: Baton) -> Ports:
        ports = self.world.ports()
        stepped = {port: Stepped(getattr(ports, port), lambda: baton.step(name)) for port in PORTS}

        def sleep(seconds: float) -> None:
            self.world.time += seconds
            baton.step(name, yields=True)

        return replace(ports, sleep=sleep, **stepped)
