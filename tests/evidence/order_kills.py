"""The stage's functions are killed at any moment, and everybody repeats what was not answered."""

import contextlib
import os
import random
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from local.demo.conversation import Conversation, Reply
from tests.evidence.orders_over_http import CARD, FINAL, Heard
from tests.evidence.stage_life import function_processes
from tests.order_on_stage import OrderOnStage, ask, request_of, sweep
from tests.stage import Stage

PATIENCE_SECONDS = 180  # a claim whose owner was killed lapses after 40
PAUSE_SECONDS = 0.5  # until what was not answered is said again


@dataclass
class Killed:
    """`killed`: processes, by the function that they ran."""

    orders: int = 0
    answered: int = 0
    repeated: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def at_any_moment(stage: Stage, orders: int, payers: int = 4, seed: int = 0) -> Killed:
    """Each order is created and paid while functions die; what the stream lost of it, the sweep announces."""
    found, over = Killed(), threading.Event()
    with ThreadPoolExecutor(payers + 1) as pool:
        killer = pool.submit(_kill, stage, found, over, random.Random(seed))
        try:
            placed = list(pool.map(lambda number: _created_and_paid(stage, number, found), range(orders)))
        finally:
            over.set()
        killer.result()
    for order in placed:
        order.changes_item(sweepAt=int(time.time()) - 1)
    sweep(stage)
    for number, order in enumerate(placed):
        shown, made = order.shown(), [each["status"] for each in order.at_stripe("payment_intent")]
        if (shown["status"], made.count("succeeded"), len([each for each in made if each != "canceled"])) != (
            "completed", 1, 1,
        ):  # fmt: skip
            found.wrong.append(f"{number}: {shown['status']}, {made}")
    told = Heard(stage, [order.id for order in placed])
    found.orders = len(placed)
    found.wrong += [f"{order.id}: never told" for order in placed if not told.ids[order.id, "order.completed"]]
    found.wrong += [f"{key}: {len(ids)} ids" for key, ids in told.ids.items() if len(ids) > 1]
    return found


def _kill(stage: Stage, found: Killed, over: threading.Event, rng: random.Random) -> None:
    """Something has to be answered between two deaths: where functions start slowly, nothing would ever be."""
    before = -1
    while not over.wait(rng.uniform(0.1, 0.5)):
        if found.answered == before:
            continue
        processes = list(function_processes(stage))
        if not processes:
            continue
        process = rng.choice(processes)
        with contextlib.suppress(OSError):
            name = next(
                each.partition(b"=")[2].decode()
                for each in (process / "environ").read_bytes().split(b"\0")
                if each.startswith(b"AWS_LAMBDA_FUNCTION_NAME=")
            )
            os.kill(int(process.name), signal.SIGKILL)
            before = found.answered
            found.killed[re.split("Function|[0-9A-F]{8}", name.split("-")[3])[0]] += 1


def _created_and_paid(stage: Stage, number: int, found: Killed) -> OrderOnStage:
    body = request_of()
    for reply in _until_answered(lambda: ask(stage, "POST", "/orders", body), found):
        if reply.status in (200, 201):
            order = OrderOnStage(stage, reply.body)
            paying = Paying(order)
            if not any(paying.is_done(answer) for answer in _until_answered(paying.sends, found)):
                found.wrong.append(f"{number}: not paid in time")
            return order
    raise AssertionError("the order was not created in time")


@dataclass
class Paying:
    """As the page does it: sends what was not answered again under its id, opens the link again after a 410."""

    order: OrderOnStage
    talk: Conversation = field(init=False)
    message: str = "payment"
    said: int = 0

    def __post_init__(self) -> None:
        self.talk = Conversation(self.order.stage.api)

    def sends(self) -> Reply:
        opening = {"orderToken": self.order.body["orderToken"]} if self.message == "payment" else {}
        return self.talk.send(self.message, messageId=f"m-{self.said}", **opening)

    def is_done(self, reply: Reply) -> bool:
        self.said += 1
        if reply.status == 410:
            self.talk, self.message = Conversation(self.order.stage.api), "payment"
            return False
        self.message = "confirm" if reply["currentStep"] == "confirm" else CARD
        return reply["status"] in FINAL


def _until_answered(ask_once: Callable[[], Reply], found: Killed) -> Iterator[Reply]:
    """Every answer that says something; without one the same is asked again."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            reply = ask_once()
            if reply.status in (200, 201, 410):
                found.answered += 1
                yield reply
                continue
        found.repeated += 1
        time.sleep(PAUSE_SECONDS)
