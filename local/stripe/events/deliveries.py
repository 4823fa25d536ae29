"""Send events to their destinations, again and again until one is taken, from threads of their own."""

import heapq
import itertools
import random
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from local.stripe.events.signing import signature

# Stripe goes on for three days; nobody waits that long here. Eight tries in half a minute.
RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
ANSWER_SECONDS = 15  # how long a destination may take
SHUFFLE_SECONDS = 0.4  # how long events are held to be shuffled
STALE_SECONDS = 600
WORKERS = 4

Post = Callable[[str, bytes, Mapping[str, str]], int]


@dataclass
class Delivery:
    """One event for one destination. `state`: pending, delivered, failed or dropped."""

    event: str
    type: str
    about: str
    order: str | None
    url: str
    behaviour: str
    body: bytes = field(repr=False)
    secrets: list[str] = field(repr=False)
    state: str = "pending"
    statuses: list[int] = field(default_factory=list)  # what each try was answered; 0: no answer

    def listed(self) -> dict[str, Any]:
        shown = ("event", "type", "about", "order", "url", "behaviour", "state", "statuses")
        return {name: getattr(self, name) for name in shown}


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status of the answer; 0 when there was none. Redirects are not followed."""
    address = urlsplit(url)
    connect = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = connect(address.hostname or "", address.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("POST", address.path + (f"?{address.query}" if address.query else ""), body, dict(headers))
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


class Deliveries:
    """`now`: seconds since the epoch for signatures; it is never the moved clock, whose future nobody would trust."""

    def __init__(
        self,
        send: Post = post,
        now: Callable[[], float] = time.time,
        retry_seconds: tuple[float, ...] = RETRY_SECONDS,
    ) -> None:
        self._send, self._now, self._retry_seconds = send, now, retry_seconds
        self._due: list[tuple[float, int, Delivery]] = []
        self._shuffled: list[Delivery] = []
        self._number = itertools.count()
        self._change = threading.Condition()
        self._is_started = False
        self.kept: deque[Delivery] = deque(maxlen=10_000)

    def add(self, delivery: Delivery, told: Mapping[str, Any]) -> None:
        self.kept.append(delivery)
        if delivery.behaviour == "drop":
            delivery.state = "dropped"
        elif delivery.behaviour == "shuffle":
            self._hold(delivery)
        else:
            wait = float(told.get("seconds", 3)) if delivery.behaviour == "delay" else 0.0
            for _ in range(int(told.get("copies", 2)) if delivery.behaviour == "duplicate" else 1):
                self._schedule(delivery, wait)

    def _hold(self, delivery: Delivery) -> None:
        with self._change:
            self._shuffled.append(delivery)
            if len(self._shuffled) == 1:
                timer = threading.Timer(SHUFFLE_SECONDS, self._release)
                timer.daemon = True
                timer.start()

    def _release(self) -> None:
        with self._change:
            held, self._shuffled = self._shuffled, []
        mixed = random.sample(held, len(held))
        if mixed == held:
            mixed.reverse()
        for number, delivery in enumerate(mixed):
            self._schedule(delivery, number * 0.05)

    def _schedule(self, delivery: Delivery, wait: float) -> None:
        with self._change:
            heapq.heappush(self._due, (time.monotonic() + wait, next(self._number), delivery))
            self._change.notify()
            if not self._is_started:
                self._is_started = True
                for _ in range(WORKERS):
                    threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._change:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._change.wait(self._due[0][0] - time.monotonic() if self._due else None)
                delivery = heapq.heappop(self._due)[2]
            self._try(delivery)

    def _try(self, delivery: Delivery) -> None:
        timestamp = int(self._now()) - (STALE_SECONDS if delivery.behaviour == "stale" else 0)
        keys = ["whsec_" + secrets.token_hex(16)] if delivery.behaviour == "wrong_secret" else delivery.secrets
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0"}
        if delivery.behaviour != "unsigned":
            headers["Stripe-Signature"] = signature(keys, timestamp, delivery.body)
        status = self._send(delivery.url, delivery.body, headers)
        delivery.statuses.append(status)
        if 200 <= status < 300:
            delivery.state = "delivered"
        elif len(delivery.statuses) <= len(self._retry_seconds):
            self._schedule(delivery, self._retry_seconds[len(delivery.statuses) - 1])
        elif delivery.state == "pending":
            delivery.state = "failed"
