"""When the sweep looks at an order next. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.order import MAX_DECLINES

if TYPE_CHECKING:
    from payments.order import Order

SOON_SECONDS = 60  # by then the stream has announced a change, and whoever holds the order has finished
AT_STRIPE_SECONDS = 15 * 60
AFTER_END_SECONDS = 30  # after a Checkout's own end: Stripe has closed it by then


def next_look(order: Order, now: int) -> int | None:
    """Seconds since the epoch; None when nothing is left to do."""
    if any(change.status not in order.announced for change in order.changes):
        return now + SOON_SECONDS
    if order.status.is_final or order.mismatched:
        return None
    if order.declines >= MAX_DECLINES:
        return now + SOON_SECONDS
    if order.at_stripe is None:
        return max(order.expires, now + SOON_SECONDS)
    since = order.changes[-1].at if order.changes and now < order.expires else now
    looks = [now + max(AT_STRIPE_SECONDS, now - since), order.expires]  # the older, the rarer, until its end
    if order.at_stripe.expires is not None:
        looks.append(order.at_stripe.expires + AFTER_END_SECONDS)
    return min(look for look in looks if look > now)
