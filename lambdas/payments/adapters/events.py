"""EventBridge: what the merchant is told of orders."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from payments.order_body import event_body
from runtime.aws import Unavailable, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mypy_boto3_events import EventBridgeClient

    from payments.order import Change, Order

SOURCE = "payment-chat"
PAUSES_SECONDS = (0.1, 0.4)  # before another try with what the bus did not take


class EventBus:
    def __init__(self, events: EventBridgeClient, bus: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._events, self._bus, self._sleep = events, bus, sleep

    def publish(self, order: Order, changes: Sequence[Change]) -> None:
        """An event each; a merchant tells repeats by their id. Raises Unavailable."""
        entries: list[Any] = [
            {
                "EventBusName": self._bus,
                "Source": SOURCE,
                "DetailType": change.event_type,
                "Detail": json.dumps(event_body(order, change), ensure_ascii=False, separators=(",", ":")),
            }
            for change in changes
        ]
        for pause in (*PAUSES_SECONDS, None):
            entries, code = self._put(entries)
            if not entries:
                return
            if pause is not None:
                self._sleep(pause)
        raise Unavailable("events", code)

    def _put(self, entries: list[Any]) -> tuple[list[Any], str]:
        """The entries that the bus did not take, and why."""
        if not entries:
            return [], ""
        with translated("events"):
            reply = self._events.put_events(Entries=entries)
        results = reply.get("Entries", [])
        codes = [result.get("ErrorCode", "") for result in results]
        failed = [entry for entry, code in zip(entries, codes, strict=True) if code]
        return failed, next((code for code in codes if code), "")
