"""Why a turn was refused. `http.api` has one table from these to HTTP statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chat.values.order_view import OrderShown


class SessionTokenRequired(Exception):
    """The session is live and the request came without its token."""


class SessionExpired(Exception):
    """There is no live session or receipt for this pair of id and token."""


class StepChanged(Exception):
    """The conversation is no longer at the step that the client expected."""


class Busy(Exception):
    """Another request is changing the same session."""


class OrderRequired(Exception):
    """This stage takes payments for orders only, and the opening came without an order's token."""


class OrderClosed(Exception):
    """Nothing can be paid for this order any more. `order` is None when there is no such order."""

    def __init__(self, order: OrderShown | None = None) -> None:
        super().__init__()
        self.order = order


class TooManyRequests(Exception):
    """The limit on confirmations is reached. `retry_after`: seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after
