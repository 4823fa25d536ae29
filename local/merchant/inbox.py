"""The webhooks that the merchant received: each verified as a real merchant would, and kept for the tests to read."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.stand_in.service import Answer, Request
from payment_chat_client.errors import InvalidWebhook
from payment_chat_client.order import Order, to_json
from payment_chat_client.webhooks import verify_webhook

MAX_DELIVERIES = 10_000


@dataclass
class Inbox:
    """What arrived at `POST /webhooks`. The answer is 200, 400 for a wrong signature, or what the plan says."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    secrets: tuple[str, ...] = ()
    events: list[dict[str, Any]] = field(default_factory=list)
    """Accepted and badly signed ones, in order of arrival; not those that the plan refused."""
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    """Every request, with the status that it was answered with."""
    orders: dict[str, Order] = field(default_factory=dict)
    """By id, as the latest verified event shows them. A final order does not change any more."""
    plan: dict[str, Any] | None = None
    tries: Counter[str | None] = field(default_factory=Counter)
    """Of each event, by its id, since the plan was made."""
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def receive(self, request: Request) -> Answer:
        try:
            event = verify_webhook(request.headers, request.body, self.secrets)
            refusal = None
        except InvalidWebhook as error:
            event, refusal = None, str(error)
        body = _read(request.body)
        entry = {
            "id": request.headers.get("webhook-id"),
            "type": body.get("type") if isinstance(body, dict) else None,
            "verified": event is not None,
            "receivedAt": to_json(self.now()),
        }
        with self.lock:
            planned = self._take_step(entry["id"])
            status = planned["status"] if planned else 200 if event else 400
            self.deliveries = [*self.deliveries, {**entry, "status": status, "refusal": refusal}][-MAX_DELIVERIES:]
            if planned is None:
                self.events = [*self.events, {**entry, "body": body}][-MAX_DELIVERIES:]
                if event and not (event.order.order_id in self.orders and self.orders[event.order.order_id].is_final):
                    self.orders[event.order.order_id] = event.order
        note = {"route": "/webhooks", "type": event.type if event else None, "verified": event is not None}
        headers = planned["headers"] if planned else {}
        return Answer(status, refusal.encode() if refusal else b"", headers=headers, note=note)

    def set_plan(self, asked: Any) -> None:
        """`{"status": 500, "times": 3, "headers": {…}}`: answer so, the next times (null: until a reset).

        With `"first": 5` instead of `times`: to the first five tries of every event, until a reset.
        Raises ValueError when it is none.
        """
        asked = asked if isinstance(asked, dict) else {}
        status, first = asked.get("status"), asked.get("first")
        times = asked.get("times", 1 if first is None else None)
        if not (isinstance(status, int) and 200 <= status < 600):
            raise ValueError("status: an HTTP status")
        if times is not None and not (isinstance(times, int) and times > 0):
            raise ValueError("times: a positive whole number, or null")
        if first is not None and not (isinstance(first, int) and first > 0 and times is None):
            raise ValueError("first: a positive whole number, and no times beside it")
        with self.lock:
            self.tries.clear()
            self.plan = {"status": status, "times": times, "first": first, "headers": asked.get("headers", {})}

    def reset(self) -> None:
        """Forget what arrived and what was planned; the secrets stay."""
        with self.lock:
            self.events, self.deliveries, self.orders, self.plan = [], [], {}, None
            self.tries.clear()

    def _take_step(self, event_id: str | None) -> Mapping[str, Any] | None:
        step = self.plan
        self.tries[event_id] += 1
        if step is not None and step["first"] is not None and self.tries[event_id] > step["first"]:
            return None
        if step is not None and step["times"] is not None:
            step["times"] -= 1
            if step["times"] == 0:
                self.plan = None
        return step


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
