"""The parts that the functions around orders are made of, bounded by the deadline of the invocation."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from payments.adapters.events import EventBus
from payments.adapters.orders_table import OrdersTable
from payments.adapters.stripe_client import StripeAccount, stripe_client
from payments.adapters.stripe_key import StripeKey
from payments.adapters.stripe_reports import StripeReader
from payments.settlement import Settlement, Telemetry
from runtime.aws import TimeLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from stripe import StripeClient

    from runtime.clients import Clients
    from runtime.deadline import Deadline
    from runtime.settings import Settings

# Generous: nobody talks to these functions word by word, and a failed event or order costs more than a late one.
AWS_LIMITS = TimeLimits(connect_seconds=1, read_seconds=3, attempts=2)


def now() -> int:
    return int(time.time())


@dataclass(frozen=True)
class OrderParts:
    """`connect`: a Stripe client from a key and a URL."""

    settings: Settings
    deadline: Deadline
    telemetry: Telemetry
    clients: Clients
    connect: Callable[[str, str | None], StripeClient] = stripe_client

    @cached_property
    def table(self) -> OrdersTable:
        dynamodb = self.clients.get("dynamodb", AWS_LIMITS, at_once=True)
        return OrdersTable(dynamodb, self.settings.text("ORDERS_TABLE"), now, lambda: uuid.uuid4().hex)

    @cached_property
    def bus(self) -> EventBus:
        return EventBus(self.clients.get("events", AWS_LIMITS), self.settings.text("EVENT_BUS"))

    @cached_property
    def account(self) -> StripeAccount:
        self.settings.refuse("STRIPE_LOG", "would log what Stripe is sent: remove it")
        key = StripeKey(self.clients.get("secretsmanager", AWS_LIMITS), self.settings.text("STRIPE_SECRET"), now)
        url = self.settings.local("STRIPE_URL")
        return StripeAccount(key, self.deadline, stage=self.settings.stage, url=url, connect=self.connect)

    @cached_property
    def settlement(self) -> Settlement:
        return Settlement(self.table, StripeReader(self.account), self.telemetry, now)
