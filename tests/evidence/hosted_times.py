"""How long a hosted payer waits for us: from the yes to the Checkout's address, from the return to the receipt.

Three times of the same request: what the client sees (on the local stage with the emulator's gateway in it), what the
function took by the line that Lambda writes at its end, and that without what the stand-in for Stripe took by its own
log. The last one is ours; it holds the emulator's DynamoDB, and whatever else the machine does at the time. So the CPU
time of the same requests is measured too, with the function in this process.
"""

import json
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.evidence import house
from tests.evidence.inside import inside
from tests.order_on_stage import OrderOnStage, place, until
from tests.stage import Stage

REPORT = re.compile(r"REPORT RequestId: (\S+)\s+Duration: ([\d.]+) ms")


@dataclass(frozen=True)
class Wait:
    """Milliseconds."""

    wall: float
    function: float
    stripe: float

    @property
    def ours(self) -> float:
        return self.function - self.stripe


@dataclass
class Waits:
    """`to_stripe`: from the yes to the Checkout's address; `from_stripe`: from the return to the receipt."""

    to_stripe: list[Wait] = field(default_factory=list)
    from_stripe: list[Wait] = field(default_factory=list)
    cpu_to_stripe: list[float] = field(default_factory=list)
    cpu_from_stripe: list[float] = field(default_factory=list)


def waits(stage: Stage, orders: int, warm_up: int = 5) -> Waits:
    """One client, one order after the other; the events of Stripe are lost, so that the return has all to do itself."""
    wall: list[tuple[OrderOnStage, float, float]] = []
    for number in range(orders + warm_up):
        order = place(stage, capture="hosted")
        order.stripes_events("drop")
        order.opens()
        started = time.monotonic()
        sent = order.says("yes")
        to_stripe = (time.monotonic() - started) * 1000
        assert sent.status == 200, sent.body
        order.payer(sent["action"]["url"], "pay")
        started = time.monotonic()
        reply = order.refreshes()
        from_stripe = (time.monotonic() - started) * 1000
        assert reply["status"] == "completed", reply.body
        if number >= warm_up:
            wall.append((order, to_stripe, from_stripe))
    sessions = {order.talk.id for order, *_ in wall}
    until(lambda: sessions <= _functions(stage).keys(), "the functions' log")
    functions, stripe = _functions(stage), _stripe(stage)
    found = Waits()
    for order, to_stripe, from_stripe in wall:
        yes, back = functions[order.talk.id][-2:]  # the opening came before
        made, asked = stripe[order.id][:2]
        found.to_stripe.append(Wait(to_stripe, yes, made))
        found.from_stripe.append(Wait(from_stripe, back, asked))
    with house.listening():  # the function logs to this process's standard output
        _use_cpu(stage, found, orders, warm_up)
    return found


def _use_cpu(stage: Stage, found: Waits, orders: int, warm_up: int) -> None:
    function = inside(stage)
    for number in range(orders + warm_up):
        order = place(stage, capture="hosted")
        order.stripes_events("drop")
        session = order.talk.id
        _, opened, _ = function.says(session, "payment", None, orderToken=order.body["orderToken"])
        used = time.thread_time()
        _, sent, _ = function.says(session, "yes", opened["sessionToken"])
        to_stripe = time.thread_time() - used
        order.payer(sent["action"]["url"], "pay")
        event = {
            "httpMethod": "POST",
            "resource": "/sessions/{sessionId}/refresh",
            "pathParameters": {"sessionId": session},
            "headers": {"X-Session-Token": opened["sessionToken"], "Content-Type": "application/json"},
        }
        used = time.thread_time()
        _, reply, _ = function.asks(event)
        from_stripe = time.thread_time() - used
        assert reply["status"] == "completed", reply
        if number >= warm_up:
            found.cpu_to_stripe.append(to_stripe * 1000)
            found.cpu_from_stripe.append(from_stripe * 1000)


def _functions(stage: Stage) -> dict[str, list[float]]:
    """By session, with all three requests of it: the duration of each, in their order."""
    sessions: dict[str, str] = {}
    requests: dict[str, list[str]] = {}
    took: dict[str, float] = {}
    for line in (stage.logs / "function.log").read_text(errors="replace").splitlines():
        if found := REPORT.search(line):
            took[found[1]] = float(found[2])
            continue
        if '"session_id"' not in line:
            continue
        logged = json.loads(line)
        request, session = logged.get("function_request_id"), logged.get("session_id")
        if request and session and request not in sessions:
            sessions[request] = session
            requests.setdefault(session, []).append(request)
    return {
        session: [took[each] for each in made]
        for session, made in requests.items()
        if len(made) >= 3 and all(each in took for each in made)
    }


def _stripe(stage: Stage) -> dict[str, list[float]]:
    """By order: what the stand-in took for each call of the API about it."""
    found: dict[str, list[float]] = {}
    for line in _lines(stage):
        if line.get("order") and str(line.get("route", "")).startswith("/v1/"):
            found.setdefault(str(line["order"]), []).append(float(str(line["ms"])))
    return found


def _lines(stage: Stage) -> Iterator[dict[str, object]]:
    for line in (stage.logs / "stripe.log").read_text(errors="replace").splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def told(waited: list[Wait], cpu: list[float]) -> str:
    """Medians."""
    wall, function, stripe, ours = (
        statistics.median(getattr(each, name) for each in waited) for name in ("wall", "function", "stripe", "ours")
    )
    parts = f"client {wall:.0f}, function {function:.0f}, of it Stripe's stand-in {stripe:.0f}"
    return f"{ours:.0f} ms ours, {statistics.median(cpu):.0f} ms of CPU ({parts})"


def median_ours(waited: list[Wait]) -> float:
    return statistics.median(each.ours for each in waited)
