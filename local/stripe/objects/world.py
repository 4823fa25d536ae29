"""All that the stand-in remembers: objects in Stripe's own form, and beside them what Stripe keeps to itself."""

import copy
import heapq
import secrets
import string
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from local.stripe.objects.issuers import Issuer
from local.stripe.objects.shapes import nullable
from local.stripe.requests.refusals import missing

Object = dict[str, Any]

# What an id begins with, by the kind of object.
PREFIXES = {
    "payment_method": "pm_",
    "customer": "cus_",
    "payment_intent": "pi_",
    "setup_intent": "seti_",
    "checkout.session": "cs_test_",
    "charge": "ch_",
    "event": "evt_",
    "v2.core.event_destination": "ed_test_",
}
# Few digits, so that no id holds anything like a card number.
ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))


class Clock:
    """The time of day, which a test may move forward."""

    def __init__(self, source: Callable[[], datetime]) -> None:
        self._source = source
        self._advanced = timedelta()

    def advance(self, seconds: float) -> None:
        self._advanced += timedelta(seconds=seconds)

    def now(self) -> datetime:
        return self._source() + self._advanced

    def timestamp(self) -> int:
        return int(self.now().timestamp())


class Announce(Protocol):
    def __call__(self, kind: str, about: Object) -> None: ...


@dataclass
class World:
    """Whoever changes an object holds `lock`. `announce` is told of every change that Stripe has an event for."""

    clock: Clock
    announce: Announce
    site: str = "http://localhost:12111"  # where a browser reaches our pages
    objects: dict[str, Object] = field(default_factory=dict)
    issuers: dict[str, Issuer] = field(default_factory=dict)  # by PaymentMethod: what its issuer will say
    set_up: set[str] = field(default_factory=set)  # PaymentMethods that need no authentication any more
    used_up: set[str] = field(default_factory=set)  # PaymentMethods of no customer that have paid once
    checkout_of: dict[str, str] = field(default_factory=dict)  # the Checkout that an intent belongs to
    deadlines: list[tuple[int, str]] = field(default_factory=list)  # a heap: when an object ends by itself
    intent_data: dict[str, Object] = field(default_factory=dict)  # by Checkout: what its intent will be made of
    lock: threading.RLock = field(default_factory=threading.RLock)

    def add(self, kind: str, length: int = 24, **fields: Any) -> Object:
        made = {
            **dict.fromkeys(sorted(nullable(kind))),
            "id": new_id(PREFIXES[kind], length),
            "object": kind,
            "created": self.clock.timestamp(),
            "livemode": False,
            **fields,
        }
        self.objects[made["id"]] = made
        return made

    def end_at(self, moment: int, name: str) -> None:
        heapq.heappush(self.deadlines, (moment, name))

    def get(self, kind: str, name: object, param: str = "id", status: int = 404) -> Object:
        """Raises Refusal when there is no object of that kind and name."""
        found = self.objects.get(str(name))
        if found is None or found["object"] != kind:
            raise missing(kind, param, status)
        return found

    def of_kind(self, kind: str) -> list[Object]:
        return [copy.deepcopy(each) for each in list(self.objects.values()) if each["object"] == kind]
