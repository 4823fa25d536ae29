"""The function's entry point: reads the settings and wires the parts together.

Settings: STAGE, ORDERS_TABLE, LINK_KEY, STRIPE_SECRET, EVENT_BUS, CURRENCIES, CAPTURES, DEFAULT_CAPTURE,
RETURN_HOSTS, PAGE_URL, on the local stage STRIPE_URL, and POWERTOOLS_* for the log and the metrics.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from orders.api import Api
from orders.merchant_orders import MerchantOrders
from orders.order_request import OrderRules
from orders.stripe_customers import Customers
from payments.adapters.order_tokens import OrderTokens
from payments.adapters.wiring import AWS_LIMITS, OrderParts, now
from payments.money import CURRENCIES
from payments.order import Capture
from runtime.clients import Clients
from runtime.deadline import Deadline
from runtime.settings import BadSetting, Settings
from runtime.telemetry import FunctionTelemetry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

deadline = Deadline()
clients = Clients(deadline)
telemetry = FunctionTelemetry()


@telemetry.logger.inject_lambda_context
def handle(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    deadline.start(context.get_remaining_time_in_millis() / 1000)
    return api().respond(event)


@cache
def api() -> Api:
    """Raises BadSetting, which names the variable."""
    return api_of(OrderParts(Settings(os.environ), deadline, telemetry, clients))


def api_of(parts: OrderParts) -> Api:
    """Raises BadSetting."""
    settings = parts.settings
    orders = MerchantOrders(
        orders=parts.table,
        tokens=OrderTokens(parts.clients.get("kms", AWS_LIMITS), settings.text("LINK_KEY"), settings.stage),
        settlement=parts.settlement,
        customers=Customers(parts.account),
        bus=parts.bus,
        telemetry=telemetry,
        is_live=parts.account.is_live,
        now=now,
    )
    return Api(orders, order_rules(settings), settings.text("PAGE_URL").rstrip("/"), telemetry)


def order_rules(settings: Settings) -> OrderRules:
    """Raises BadSetting."""
    currencies, captures = settings.names("CURRENCIES"), settings.names("CAPTURES")
    if not currencies or not currencies <= CURRENCIES.keys():
        raise BadSetting("the setting CURRENCIES names a currency that cards are not charged in, or none")
    if not captures or not captures <= set(Capture):
        raise BadSetting("the setting CAPTURES must name hosted, chat or both")
    if settings.text("DEFAULT_CAPTURE") not in captures:
        raise BadSetting("the setting DEFAULT_CAPTURE must be one of CAPTURES")
    return OrderRules(
        currencies=currencies,
        captures=frozenset(map(Capture, captures)),
        default_capture=Capture(settings.text("DEFAULT_CAPTURE")),
        return_hosts=settings.names("RETURN_HOSTS"),
        is_local=settings.stage == "local",
    )


def prime() -> None:
    """Rehearse, so that the snapshot holds all that a request loads. One that fails is logged, and changes nothing."""
    from orders.rehearsal import rehearse  # noqa: PLC0415  (for a snapshot alone)

    try:
        rehearse(api_of, OrderParts(Settings(os.environ), Deadline(), telemetry, clients), telemetry.logger)
    except Exception as error:  # noqa: BLE001
        telemetry.crashed(error)


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    api()  # a wrong setting fails the start
if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    prime()
