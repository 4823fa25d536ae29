"""Orders in memory: confirmations that meet, everything that can settle or end an order at once, and crashes."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from random import Random
from typing import Any

from chat.turns.errors import Busy
from chat.turns.message import Message
from order_sweep.order_sweep import OrderSweep
from payments.adapters.order_items import from_order
from payments.announcing import Announcing
from payments.order import Capture, Order, Status
from payments.order_body import event_id
from payments.settlement import OrderBusy, Settlement
from relay.handler import relay
from runtime.aws import Unavailable
from tests.evidence.interleave import Baton, Race, Stepped
from tests.evidence.races import Verdict
from tests.fakes import FakeBus, FakeTelemetry, MemoryOrders, Payer, World, an_order
from tests.unit import test_order_crashes, test_settling_crashes

AMOUNT = 4990


def only_order(world: World) -> Order:
    (order_id,) = world.orders.items
    return world.orders.load(order_id)


def told(world: World) -> Counter[str]:
    """The ids that a relay hands on which is given the last image over and over."""
    bus, heard = FakeBus(), FakeTelemetry()
    for _ in range(3):
        image = from_order(only_order(world), int(world.time))
        relay(
            [{"dynamodb": {"NewImage": image, "SequenceNumber": "1"}}], Announcing(world.orders, bus, heard), heard, {}
        )
    return Counter(event_id(order_id, kind) for order_id, kind in bus.events)


def confirmations(races: int, at_once: int = 8, first_seed: int = 0) -> Verdict:
    """One order each, its review confirmed by so many requests, in an order that is drawn."""
    verdict = Verdict()
    for seed in range(first_seed, first_seed + races):
        world = World(orders=MemoryOrders(an_order()))
        payer = Payer(world)
        payer.reaches_order_review()
        race = Race(world, Random(seed))
        race.run({f"confirm {number}": _yes(payer, f"c{number}") for number in range(at_once)})
        verdict.note(race)
        order, reports = only_order(world), list(world.stripe.reports.values())
        succeeded = [report for report in reports if report.intent_status == "succeeded"]
        if (len(succeeded), len(reports), world.stripe.charges) != (1, 1, 1):
            verdict.wrong.append(
                f"{seed}: {len(succeeded)} of {len(reports)} succeeded, {world.stripe.charges} charges"
            )
        if {report.amount for report in reports} != {AMOUNT} or order.status is not Status.COMPLETED:
            verdict.wrong.append(f"{seed}: {order.status}")
        if told(world) != {event_id(order.id, f"order.{name}"): 1 for name in ("started", "completed")}:
            verdict.wrong.append(f"{seed}: told {told(world)}")
        verdict.wrong += [
            f"{seed}: {type(answer).__name__}"
            for answer in race.answers.values()
            if isinstance(answer, Exception) and not isinstance(answer, Busy)
        ]
    return verdict


def _yes(payer: Payer, message_id: str) -> Message:
    return Message("confirm", message_id, payer.address, payer.session_id, payer.token)


@dataclass
class Meeting:
    """A hosted order whose payer is at Stripe, and everybody who may settle or end it at the same time."""

    seed: int
    store: Callable[[Order], MemoryOrders] = MemoryOrders
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        self.world = World(orders=self.store(an_order(capture=Capture.HOSTED)))
        self.payer = Payer(self.world)
        self.payer.opens()
        self.payer.says("confirm")
        self.pays_first = self.rng.random() < 0.5
        if self.pays_first:
            self._pay()

    def run(self) -> None:
        acts: dict[str, Callable[[Baton, str], None]] = {
            "event": self._event, "event again": self._event, "event once more": self._event, "return": self._return,
            "sweep": self._sweep, "cancel": self._cancel,
        }  # fmt: skip
        if not self.pays_first:
            acts["payer"] = lambda baton, name: (baton.step(name), self._pay())[0]
        baton = Baton(self.rng, list(acts))
        threads = [threading.Thread(target=self._one, args=(name, act, baton)) for name, act in acts.items()]
        for thread in threads:
            thread.start()
        baton.start()
        for thread in threads:
            thread.join()
        self._judge()

    def _one(self, name: str, act: Callable[[Baton, str], None], baton: Baton) -> None:
        baton.wait(name)
        try:
            act(baton, name)
        except (OrderBusy, Unavailable, Busy) as error:
            self.answers[f"{name}: {type(error).__name__}"] += 1
        except Exception as error:  # noqa: BLE001  (its text could quote anything)
            self.wrong.append(f"{self.seed}: {name}: {type(error).__name__}")
        finally:
            baton.done(name)

    def _pay(self) -> None:
        at = only_order(self.world).at_stripe
        if at is not None and self.world.stripe.reports[at.id].is_open:
            self.world.stripe.pay(at)

    def _settlement(self, baton: Baton, name: str) -> Settlement:
        orders, stripe = (Stepped(port, lambda: baton.step(name)) for port in (self.world.orders, self.world.stripe))
        return Settlement(orders, stripe, FakeTelemetry(), lambda: int(self.world.time))

    def _event(self, baton: Baton, name: str) -> None:
        order = only_order(self.world)
        baton.step(name)
        self._settlement(baton, name).settle(order)

    def _return(self, baton: Baton, name: str) -> None:
        names = ("orders", "visits", "stripe", "sessions")
        ports = self.world.ports()
        stepped = {port: Stepped(getattr(ports, port), lambda: baton.step(name)) for port in names}
        try:
            replace(ports, **stepped).turns().refresh(self.payer.session_id, self.payer.token)
        except Busy:
            raise
        except Exception as error:
            if type(error).__name__ not in ("OrderClosed", "SessionExpired"):
                raise

    def _sweep(self, baton: Baton, name: str) -> None:
        settlement = self._settlement(baton, name)
        announcing = Announcing(self.world.orders, FakeBus(), FakeTelemetry())
        orders = Everything(self.world.orders)
        OrderSweep(orders, settlement, announcing, FakeTelemetry(), lambda: int(self.world.time), lambda: 300).run()

    def _cancel(self, baton: Baton, name: str) -> None:
        order = only_order(self.world)
        baton.step(name)
        self._settlement(baton, name).close(order, Status.CANCELLED)

    def _judge(self) -> None:
        order, stripe = only_order(self.world), self.world.stripe
        self.answers[order.status.value] += 1
        paid = any(report.intent_status == "succeeded" for report in stripe.reports.values())
        if order.status is not (Status.COMPLETED if paid else Status.CANCELLED):
            self.wrong.append(f"{self.seed}: {order.status}, {'paid' if paid else 'not paid'}")
        if any(report.is_open for report in stripe.reports.values()):
            self.wrong.append(f"{self.seed}: still open at Stripe")
        if [change.status for change in order.changes] != [Status.IN_PROGRESS, order.status]:
            self.wrong.append(f"{self.seed}: {[str(change.status) for change in order.changes]}")
        if any(count > 1 for count in told(self.world).values()):
            self.wrong.append(f"{self.seed}: told twice under one id")


class Everything:
    """The sweep's store, in which every order is due."""

    def __init__(self, orders: MemoryOrders) -> None:
        self._orders = orders

    def __getattr__(self, name: str) -> Any:
        return getattr(self._orders, name)

    def due(self, _: int) -> list[str]:
        return list(self._orders.items)


def settlings(races: int, store: Callable[[Order], MemoryOrders] = MemoryOrders, first_seed: int = 0) -> Verdict:
    verdict = Verdict()
    for seed in range(first_seed, first_seed + races):
        meeting = Meeting(seed, store)
        meeting.run()
        verdict.races += 1
        verdict.answers += meeting.answers
        verdict.wrong += meeting.wrong
    return verdict


def crashes() -> tuple[int, list[str]]:
    """Those of the tests: how many were played, and after which something was charged twice, lost or stuck."""
    played, wrong = 0, []
    for name, crash in _crashes():
        played += 1
        try:
            crash()
        except AssertionError:
            wrong.append(name)
    return played, wrong


def _crashes() -> Iterator[tuple[str, Callable[[], None]]]:
    confirming, settling = test_order_crashes, test_settling_crashes
    numbers = range(1, confirming.MAX_EFFECTS + 1)
    for kind, number, after in product(confirming.CONVERSATIONS, numbers, (False, True)):
        play = confirming.test_a_process_that_died_anywhere_leaves_nothing_lost_doubled_or_stuck
        yield f"{kind} {number} {after}", lambda play=play, how=(kind, number, after): play(*how)
    for at, (crash_at, when) in product((settling.CHECKOUT, settling.INTENT), settling.POINTS):
        for play in (
            settling.test_what_was_paid_is_completed_and_told,
            settling.test_what_was_not_paid_ends_and_is_told,
        ):
            yield f"{at.id} {crash_at} {when}", lambda play=play, how=(at, crash_at, when): play(*how)
