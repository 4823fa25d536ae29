"""What a test has told the stand-in to do with its events, instead of delivering them once and well signed."""

import threading
from typing import Any

from local.stand_in.service import Answer, Request

BEHAVIOURS = ("deliver", "drop", "duplicate", "shuffle", "delay", "wrong_secret", "stale", "unsigned")
SELECTORS = ("type", "order")

Behaviour = dict[str, Any]


class Behaviours:
    """An event takes the newest behaviour that matches it. `deliver` without a selector forgets all others.

    `times` is the number of events, null or absent: until told otherwise. `type` and `order` (an order's id, in the
    object's metadata) limit a behaviour, so that tests can share a stand-in. `delay` waits `seconds` (3), `duplicate`
    sends `copies` (2).
    """

    def __init__(self) -> None:
        self._told: list[Behaviour] = []
        self._lock = threading.Lock()

    def take(self, **event: str | None) -> Behaviour:
        with self._lock:
            for told in reversed(self._told):
                if any(told.get(name) not in (None, event.get(name)) for name in SELECTORS):
                    continue
                if told["times"] is not None:
                    told["times"] -= 1
                    if told["times"] <= 0:
                        self._told.remove(told)
                return dict(told)
        return {"behaviour": "deliver"}

    def tell(self, request: Request) -> Answer:
        """POST adds one behaviour, DELETE forgets all."""
        try:
            told = request.json() if request.method == "POST" else {"behaviour": "deliver"}
        except ValueError:
            told = None
        if not isinstance(told, dict) or told.get("behaviour") not in BEHAVIOURS:
            return Answer(400, {"message": f"behaviour: one of {', '.join(BEHAVIOURS)}"})
        times = told.get("times")
        if times is not None and (not isinstance(times, int) or times < 1):
            return Answer(400, {"message": "times: a positive whole number, or null"})
        with self._lock:
            if told["behaviour"] == "deliver" and not any(told.get(name) for name in SELECTORS):
                self._told.clear()
            else:
                self._told.append({**told, "times": times})
            return Answer(200, list(self._told))
