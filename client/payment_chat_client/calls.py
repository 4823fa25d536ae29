"""The calls of the orders API: what is sent, and how an answer is read. No network here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from payment_chat_client.errors import UnexpectedAnswer, error_from
from payment_chat_client.order import CreatedOrder, Order, OrderRequest, read_created_order, read_order, to_wire

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

T = TypeVar("T")
ORDER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Call(Generic[T]):
    method: str
    path: str
    read: Callable[[int, Any], T]  # from HTTP status and JSON body
    body: dict[str, Any] | None = None


def create_call(request: OrderRequest) -> Call[CreatedOrder]:
    return Call(
        "POST", "/orders", lambda status, body: read_created_order(body, is_new=status == 201), to_wire(request)
    )


def get_call(order_id: str) -> Call[Order]:
    return Call("GET", _path(order_id), lambda _, body: read_order(body))


def cancel_call(order_id: str) -> Call[Order]:
    return Call("POST", f"{_path(order_id)}/cancel", lambda _, body: read_order(body), {})


def announce_call(order_id: str) -> Call[None]:
    return Call("POST", f"{_path(order_id)}/announce", lambda *_: None, {})


def read_answer(call: Call[T], reply: httpx.Response) -> T:
    """What the API answered. Raises Refused for its errors, UnexpectedAnswer for what it never says."""
    try:
        body = reply.json()
    except ValueError:
        body = None
    if not reply.is_success:
        raise error_from(reply.status_code, body, reply.headers.get("Retry-After"))
    try:
        return call.read(reply.status_code, body)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnexpectedAnswer(f"the API's answer is no order ({type(error).__name__})") from error


def _path(order_id: str) -> str:
    """Raises ValueError for what cannot be an order's id, so that it changes no path."""
    if not ORDER_ID.fullmatch(order_id):
        raise ValueError("an order's id holds letters, digits, - and _ only")
    return f"/orders/{order_id}"
