"""The parts that the functions around orders are made of, bounded by the deadline of the invocation."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import boto3

from payments.adapters.events import EventBus
from payments.adapters.orders_table import OrdersTable
from payments.adapters.stripe_client import StripeAccount
from payments.adapters.stripe_key import StripeKey
from payments.adapters.stripe_reports import StripeReader
from payments.settlement import Settlement, Telemetry
from runtime.aws import TimeLimits, bounded

if TYPE_CHECKING:
    from runtime.deadline import Deadline
    from runtime.settings import Settings

# Generous: nobody talks to these functions word by word, and a failed event or order costs more than a late one.
AWS_LIMITS = TimeLimits(connect_seconds=1, read_seconds=3, attempts=2)


def now() -> int:
    return int(time.time())


@dataclass(frozen=True)
class OrderParts:
    settings: Settings
    deadline: Deadline
    telemetry: Telemetry

    @cached_property
    def table(self) -> OrdersTable:
        dynamodb = bounded(boto3.client("dynamodb", config=AWS_LIMITS.config()), AWS_LIMITS, self.deadline)
        return OrdersTable(dynamodb, self.settings.text("ORDERS_TABLE"), now, lambda: uuid.uuid4().hex)

    @cached_property
    def bus(self) -> EventBus:
        events = bounded(boto3.client("events", config=AWS_LIMITS.config()), AWS_LIMITS, self.deadline)
        return EventBus(events, self.settings.text("EVENT_BUS"))

    @cached_property
    def account(self) -> StripeAccount:
        self.settings.refuse("STRIPE_LOG", "would log what Stripe is sent: remove it")
        secrets = bounded(boto3.client("secretsmanager", config=AWS_LIMITS.config()), AWS_LIMITS, self.deadline)
        key = StripeKey(secrets, self.settings.text("STRIPE_SECRET"), now)
        url = self.settings.local("STRIPE_URL")
        return StripeAccount(key, self.deadline, stage=self.settings.stage, url=url)

    @cached_property
    def settlement(self) -> Settlement:
        return Settlement(self.table, StripeReader(self.account), self.telemetry, now)
