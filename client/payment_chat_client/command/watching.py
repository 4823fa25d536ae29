"""Wait for the end of an order, and tell meanwhile where it stands."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console

from payment_chat_client.errors import TemporarilyUnavailable, TooManyRequests, Unreachable

if TYPE_CHECKING:
    from payment_chat_client.order import Order
    from payment_chat_client.orders import Orders

LOST_LOOKS = 5  # so many looks in a row may fail, as in a moment without network


def watch_order(orders: Orders, order_id: str, *, every_seconds: float, timeout_seconds: float | None) -> Order:
    """The order, once it is final or the time is over. Raises PaymentChatError as `Orders.get` does."""
    console = Console(stderr=True)
    deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
    order, seen, lost = orders.get(order_id), "", 0
    with console.status("") as progress:
        while True:
            if order.status != seen:
                seen = order.status
                console.print(f"{time.strftime('%H:%M:%S')}  {order.order_id} is {seen}")
                progress.update(f"{seen}, waiting for its end (Ctrl-C stops waiting only)")
            if order.is_final or (deadline is not None and time.monotonic() >= deadline):
                return order
            time.sleep(every_seconds)
            try:
                order, lost = orders.get(order_id), 0
            except (Unreachable, TooManyRequests, TemporarilyUnavailable):
                lost += 1
                if lost >= LOST_LOOKS:
                    raise
