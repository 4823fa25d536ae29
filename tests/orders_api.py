"""The orders API of the contract, in memory: for the tests of what calls it."""

from __future__ import annotations

import itertools
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from local.stand_in.service import Answer, Request, Service

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUIRED = {"reference", "purpose", "description"}
OPTIONAL = {"amount", "currency", "capture", "customer", "email", "locale", "returnUrl", "expiresIn"}
FINAL = {"completed", "failed", "cancelled", "expired"}
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
RESULT = {
    "paymentMethod": {"id": "pm_1", "brand": "visa", "last4": "4242", "expMonth": 12, "expYear": 2030},
    "customer": None,
    "intent": {"id": "pi_1", "status": "succeeded", "captureBefore": None},
}


def refused(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, {"error": {"code": code, "message": message}}, headers=headers or {})


@dataclass
class OrdersApi:
    """A function from request to answer. `next` is what it answers once, instead of its own answer."""

    page: str | None = "https://pay.example.com"
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    announced: list[str] = field(default_factory=list)
    seen: list[Request] = field(default_factory=list)
    next: list[Answer] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __call__(self, request: Request) -> Answer:
        self.seen.append(request)
        if self.next:
            return self.next.pop(0)
        match [request.method, *request.path.strip("/").split("/")]:
            case ["POST", "orders"]:
                return self._create(request.json())
            case ["GET", "orders", id_] if id_ in self.orders:
                return Answer(200, self.orders[id_])
            case ["POST", "orders", id_, "cancel"] if id_ in self.orders:
                if self.orders[id_]["status"] in FINAL:
                    return refused(409, "order_final", f"The order is {self.orders[id_]['status']} already.")
                return Answer(200, self.set_status(id_, "cancelled"))
            case ["POST", "orders", id_, "announce"] if id_ in self.orders:
                self.announced.append(id_)
                return Answer(202, {})
        return refused(404, "not_found", "There is no such order.")

    def set_status(self, id_: str, status: str) -> dict[str, Any]:
        self.orders[id_] |= {"status": status, "result": RESULT if status == "completed" else None}
        return self.orders[id_]

    def _create(self, asked: dict[str, Any]) -> Answer:
        money = {"amount", "currency"} if asked.get("purpose") != "save" else set()
        for name in sorted((REQUIRED | money) - asked.keys()):
            return refused(400, "invalid_request", f"{name} is missing")
        for name in sorted(asked.keys() - REQUIRED - OPTIONAL):
            return refused(400, "invalid_request", f"{name} is unknown")
        earlier = next((id_ for id_, body in self.bodies.items() if body["reference"] == asked["reference"]), None)
        if earlier and self.bodies[earlier] != asked:
            return refused(409, "order_conflict", "Another order has this reference.")
        id_ = earlier or f"ord_{next(self._numbers)}"
        if not earlier:
            self.bodies[id_] = asked
            self.orders[id_] = self._order(id_, asked)
        token = f"token-of-{id_}"
        link = f"{self.page}/#order={token}" if self.page else None
        return Answer(200 if earlier else 201, {**self.orders[id_], "orderToken": token, "link": link})

    def _order(self, id_: str, asked: dict[str, Any]) -> dict[str, Any]:
        optional = ("amount", "currency", "customer", "locale", "returnUrl")
        return {
            "orderId": id_,
            "status": "open",
            **{name: asked[name] for name in REQUIRED},
            **{name: asked.get(name) for name in optional},
            "capture": asked.get("capture", "chat"),
            "createdAt": NOW.isoformat().replace("+00:00", "Z"),
            "expiresAt": (NOW + timedelta(seconds=asked.get("expiresIn", 86_400))).isoformat().replace("+00:00", "Z"),
            "livemode": False,
            "result": None,
        }

    def transport(self) -> httpx.MockTransport:
        """The API without a socket."""

        def handle(request: httpx.Request) -> httpx.Response:
            answer = self(Request(request.method, request.url.path, headers=dict(request.headers), body=request.read()))
            return httpx.Response(answer.status, headers=dict(answer.headers), content=json.dumps(answer.body))

        return httpx.MockTransport(handle)


@contextmanager
def serve(app: Any, name: str = "orders-api") -> Iterator[str]:
    """The address of a function from request to answer, served on a free port."""
    with Service(app, port=0, name=name) as service:
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{service.server_address[1]}"
        finally:
            service.shutdown()
            thread.join()
