"""The process dies at one of eight points of a hosted order; afterwards there may be nobody left but the sweep.

Our code runs over memory, Stripe's SDK asks the stand-in over HTTP, and both have the same clock, which is moved.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from chat.turns.claims import CLAIM_SECONDS
from chat.turns.errors import Busy, OrderClosed, SessionExpired
from chat.visits.handover import CHECKOUT_SECONDS
from local.stand_in.service import Request, Service
from local.stripe.server import Stripe
from order_sweep.order_sweep import OrderSweep
from payments.adapters.order_items import from_order
from payments.adapters.stripe_checkouts import OrderCheckouts
from payments.adapters.stripe_client import StripeAccount
from payments.adapters.stripe_key import StripeKey
from payments.adapters.stripe_reports import StripeReader
from payments.announcing import Announcing
from payments.order import Capture, Order, Purpose, Status
from payments.order_body import event_id
from payments.outcomes import PAID
from payments.settlement import OrderBusy, Settlement
from relay.handler import relay
from runtime.aws import Unavailable
from runtime.deadline import Deadline
from tests.evidence.house import Secret
from tests.fakes import NOON, FakeBus, FakeTelemetry, MemoryOrders, Payer, Ports, World, an_order

MINUTE = 60
SWEEP_SECONDS = 15 * MINUTE
STUCK_SECONDS = 16 * MINUTE  # after the Checkout's end
DECLINED, VISA = "4000000000000002", "4242424242424242"
# By name: the port, its method, whether the process dies after that has happened (else before), and in which act.
POINTS: dict[str, tuple[str, str, bool, str]] = {
    "before the claim": ("visits", "claim", False, "yes"),
    "after the claim": ("visits", "claim", True, "yes"),
    "after Stripe has made the Checkout": ("stripe", "create_checkout", True, "yes"),
    "after the Checkout is stored": ("visits", "save", True, "yes"),
    "after Stripe has said how it stands": ("stripe", "retrieve", True, "settle"),
    "after the outcome is written": ("orders", "replace", True, "settle"),
    "after Stripe has closed the Checkout": ("stripe", "close", True, "end"),
    "after the merchant is told": ("bus", "publish", True, "settle"),
}
KEPT = (Busy, OrderBusy, OrderClosed, SessionExpired, Unavailable)  # what an act may end with when nothing is broken


class Died(BaseException):
    """The process is gone: nothing of ours catches it."""


@dataclass
class Fuse:
    """Ends the process once, at the point's method, in the point's act."""

    point: str
    is_lit: bool = False
    is_burnt: bool = False

    def around(self, name: str, port: Any) -> Any:
        return _Fused(self, name, port)

    def call(self, name: str, method: str, call: Callable[[], Any]) -> Any:
        at, what, after, _ = POINTS[self.point]
        strikes = self.is_lit and not self.is_burnt and (name, method) == (at, what)
        if strikes:
            self.is_burnt = True
        if strikes and not after:
            raise Died
        answer = call()
        if strikes:
            raise Died
        return answer


class _Fused:
    def __init__(self, fuse: Fuse, name: str, port: Any) -> None:
        self._fuse, self._name, self._port = fuse, name, port

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._port, method)
        if not callable(found):
            return found
        return lambda *args, **more: self._fuse.call(self._name, method, lambda: found(*args, **more))


class StandIn:
    """Stripe's SDK over the stand-in, as the ports of a hosted order."""

    def __init__(self, url: str, now: Callable[[], int]) -> None:
        account = StripeAccount(StripeKey(Secret(), "secret", now), Deadline(), stage="local", url=url)
        reader, checkouts = StripeReader(account), OrderCheckouts(account, wallets=True)
        self.retrieve, self.close, self.create_checkout = reader.retrieve, reader.close, checkouts.create_checkout


@dataclass
class Clock:
    """The time of both sides, which never goes back."""

    time: float = NOON


@dataclass
class Crash:
    """One hosted order, one death, and whoever comes afterwards."""

    point: str
    seed: int
    clock: Clock
    stripe: Stripe
    url: str
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.point} {self.seed}")
        self.fuse, self.bus = Fuse(self.point), FakeBus()
        purpose = self.rng.choice(list(Purpose))
        terms = {"amount": None, "currency": None} if purpose is Purpose.SAVE else {}
        self.is_short = self.rng.random() < 0.7  # it ends before its Checkout does
        order = an_order(
            capture=Capture.HOSTED,
            purpose=purpose,
            **terms,
            reference=f"{self.point} {self.seed}".replace(" ", "-"),
            token=f"{self.point} {self.seed}".replace(" ", "-").ljust(43, "x"),
        )
        ends = self.rng.randrange(5, 30) * MINUTE if self.is_short else 24 * 3600
        order = replace(order, created=int(self.clock.time), expires=int(self.clock.time) + ends)
        self.id, self.token = order.id, f"{self.point} {self.seed}".replace(" ", "-").ljust(43, "x")
        self.world = World(orders=MemoryOrders(order))
        self.world.stripe = StandIn(self.url, lambda: int(self.world.time))  # type: ignore[assignment]
        self._goes_by(0)
        self.payer = Payer(self.world)
        self.world.ports = self._ports  # type: ignore[method-assign]
        self.plain = World.ports

    def _goes_by(self, seconds: float) -> None:
        self.clock.time += seconds
        self.world.time = self.clock.time

    def _ports(self) -> Ports:
        ports = self.plain(self.world)
        return replace(ports, **{n: self.fuse.around(n, getattr(ports, n)) for n in ("orders", "visits", "stripe")})

    def play(self) -> None:
        self.payer.opens(self.token)
        self._goes_by(self.rng.randrange(10, MINUTE))
        end = int(self.clock.time) + CHECKOUT_SECONDS
        self._act("yes", self._yes)
        if self.point in [name for name, (*_, act) in POINTS.items() if act == "yes"] and self.rng.random() < 0.6:
            self._goes_by(self.rng.randrange(CLAIM_SECONDS + 1, 4 * MINUTE))
            self._act("yes", self._yes)
        self._at_stripe()
        for name, act in self._afterwards():
            self._goes_by(self.rng.randrange(1, 90))
            self._act(name, act)
        at = self.stored.at_stripe
        end = max(end, at.expires or 0) if at else end
        self._only_the_sweep(end)
        self._judge(end)

    def _afterwards(self) -> list[tuple[str, Callable[[], None]]]:
        """Who comes after the payer, in an order that is drawn; the crash is in the first whose act is the point's."""
        *_, act = POINTS[self.point]
        settling = [("settle", self._event), ("settle", self._returns)]
        ending = [("end", self._cancelled), ("end", self._payer_cancels)]
        if act == "end":
            return [self.rng.choice(ending), *self.rng.sample(settling, self.rng.randrange(3))]
        comes = self.rng.sample(settling, self.rng.randrange(3))
        may_end = comes or act != "settle"
        return comes + ([self.rng.choice(ending)] if may_end and self.rng.random() < 0.3 else [])

    def _act(self, name: str, act: Callable[[], None]) -> None:
        """Until the process dies; what the table's stream brings afterwards belongs to the act."""
        self.fuse.is_lit = name == POINTS[self.point][3]
        with suppress(Died, *KEPT):
            act()
        with suppress(Died):
            if self.rng.random() < 0.8:  # else the stream loses it
                self._stream()
        self.fuse.is_lit = False

    def _yes(self) -> None:
        self.payer.says("yes")

    def _at_stripe(self) -> None:
        """What a payer does who has an address: pays, is declined and leaves, or leaves at once."""
        at, does = self.stored.at_stripe, self.rng.choice(("pays", "pays", "is declined", "leaves"))
        self.does = does if at is not None and at.url else "nothing"
        must_settle = self.point == "after the outcome is written"
        if at is None or not at.url:
            return
        if self.does == "is declined":
            self._pay(at.url, DECLINED)
        if self.does == "pays" or must_settle or (self.point == "after the merchant is told"):
            self._pay(at.url, VISA)
            self.does = "pays"

    def _pay(self, url: str, card: str) -> None:
        body = json.dumps({"url": url, "do": "pay", "card": card}).encode()
        self.stripe(Request("POST", "/_control/payer", body=body))

    def _settlement(self) -> Settlement:
        ports = self.world.ports()
        return Settlement(ports.orders, ports.stripe, FakeTelemetry(), ports.now)

    def _event(self) -> None:
        self._settlement().settle(self.stored)

    def _returns(self) -> None:
        self.payer.refreshes()

    def _cancelled(self) -> None:
        self._settlement().close(self.stored, Status.CANCELLED)

    def _payer_cancels(self) -> None:
        self.payer.says("cancel")

    def _announcing(self) -> Announcing:
        return Announcing(self.world.ports().orders, self.fuse.around("bus", self.bus), FakeTelemetry())

    def _stream(self) -> None:
        image = from_order(self.stored, int(self.world.time))
        relay([{"dynamodb": {"NewImage": image, "SequenceNumber": "1"}}], self._announcing(), FakeTelemetry(), {})

    def _sweep(self) -> None:
        ports = self.world.ports()
        OrderSweep(ports.orders, self._settlement(), self._announcing(), FakeTelemetry(), ports.now, lambda: 300).run()

    def _only_the_sweep(self, end: int) -> None:
        self._goes_by(self.rng.randrange(SWEEP_SECONDS))
        while True:
            self._act("settle", self._sweep)
            if self.clock.time + SWEEP_SECONDS > end + STUCK_SECONDS:
                break
            self._goes_by(SWEEP_SECONDS)
        self._goes_by(end + STUCK_SECONDS - self.clock.time)

    @property
    def stored(self) -> Order:
        order = self.world.orders.load(self.id)
        assert order is not None
        return order

    def _judge(self, end: int) -> None:
        """At the Checkout's end and 16 minutes."""
        if not self.fuse.is_burnt:
            self.wrong.append("nobody died")
        self._judge_order()
        if not self.stored.status.is_final and not self.wrong:
            self._another_tries()
            self._judge_order()
        self._goes_by(SWEEP_SECONDS)
        self._sweep()  # announces what the stream has lost
        order = self.stored
        told = {event_id(id_, kind) for id_, kind in self.bus.events if id_ == self.id}
        if told != {event_id(self.id, change.event_type) for change in order.changes}:
            self.wrong.append(f"{order.status} told as {sorted(told)}")

    def _judge_order(self) -> None:
        self.stripe(Request("GET", "/_control/clock"))  # what has ended by now
        order = self.stored
        intents = [each for each in self._objects() if each["object"] in ("payment_intent", "setup_intent")]
        paid = [each for each in intents if each["status"] in PAID]
        if len([each for each in intents if each["status"] != "canceled"]) > 1:
            self.wrong.append("more than one intent")
        if bool(paid) != (order.status is Status.COMPLETED):
            self.wrong.append(f"{len(paid)} paid, {order.status}")
        if any(each["object"] == "checkout.session" and each["status"] == "open" for each in self._objects()):
            self.wrong.append("a Checkout is open")
        is_free = order.claim_until is None or order.claim_until <= self.clock.time
        if not order.status.is_final and (self.is_short or order.at_stripe is not None or not is_free):
            self.wrong.append(f"stuck: {order.status}, {order.at_stripe}, claimed until {order.claim_until}")

    def _another_tries(self) -> None:
        """The order lives on: whoever opens its link pays, and the event says so."""
        self.payer = Payer(self.world, "another")
        self.payer.opens(self.token)
        self.payer.says("yes")
        at = self.stored.at_stripe
        if at is None or at.url is None:
            self.wrong.append("no second Checkout")
            return
        self._pay(at.url, VISA)
        self._event()
        self._stream()
        if self.stored.status is not Status.COMPLETED:
            self.wrong.append("the second Checkout cannot be paid")

    def _objects(self) -> list[dict[str, Any]]:
        kept = list(self.stripe.world.objects.values())
        return [each for each in kept if (each.get("metadata") or {}).get("order") == self.id]


@dataclass
class Crashes:
    played: int = 0
    wrong: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)


def played(of_each: int, make: Callable[..., Crash] = Crash) -> Crashes:
    found, clock = Crashes(), Clock()
    with _stand_in(clock) as (stripe, url):
        for point in POINTS:
            for seed in range(of_each):
                crash = make(point, seed, clock, stripe, url)
                crash.play()
                found.played += 1
                found.ends[crash.stored.status.value] += 1
                found.wrong += [f"{point} ({seed}, payer {crash.does}): {each}" for each in crash.wrong]
    return found


@contextmanager
def _stand_in(clock: Clock) -> Iterator[tuple[Stripe, str]]:
    stripe = Stripe(now=lambda: datetime.fromtimestamp(clock.time, UTC))
    with Service(lambda request: replace(stripe(request), note={}), port=0, name="stripe") as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield stripe, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
