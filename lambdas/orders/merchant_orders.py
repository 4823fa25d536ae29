"""What a merchant may do with an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from payments.link import order_id, token_hash
from payments.order import Order, Status
from payments.settlement import OrderBusy
from payments.stored import OrderConflict
from runtime.gateway import RequestRefused, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orders.order_request import OrderRequest
    from payments.order import Change
    from payments.settlement import Settlement
    from payments.stored import OrderStore

# What a merchant can do who wanted to cancel an order that has ended otherwise.
AFTERWARDS = {
    Status.COMPLETED: "refund it or cancel the authorization at Stripe",
    Status.EXPIRED: "its link pays nothing any more; for another try create an order with another reference",
    Status.FAILED: "its link pays nothing any more; for another try create an order with another reference",
}
NOT_FOUND = RequestRefused(404, "not_found", "there is no such order")


class OrderTokens(Protocol):
    def derive(self, reference: str) -> str:
        """The payer's key to the order, always the same for the same reference. Raises Unavailable."""


class Customers(Protocol):
    def has(self, customer: str) -> bool:
        """Whether Stripe knows this customer. Raises Unavailable."""


class EventBus(Protocol):
    def publish(self, order: Order, changes: Sequence[Change]) -> None:
        """Raises Unavailable."""


class Telemetry(Protocol):
    def count(self, metric: str, **dimensions: str) -> None: ...


@dataclass(frozen=True)
class Created:
    """`is_new`: False for an equal request that was there before."""

    order: Order
    token: str
    is_new: bool

    def __repr__(self) -> str:
        return f"Created({self.order.id}, is_new={self.is_new})"  # without the payer's key


@dataclass(frozen=True)
class MerchantOrders:
    """`is_live`: whether the Stripe key takes real money. `now`: seconds since the epoch. All raise Unavailable."""

    orders: OrderStore
    tokens: OrderTokens
    settlement: Settlement
    customers: Customers
    bus: EventBus
    telemetry: Telemetry
    is_live: Callable[[], bool]
    now: Callable[[], int]

    def create(self, request: OrderRequest) -> Created:
        token = self.tokens.derive(request.terms.reference)
        hashed, now = token_hash(token), self.now()
        self._require_customer(request, order_id(hashed))
        order = Order(
            id=order_id(hashed),
            terms=request.terms,
            token_hash=hashed,
            created=now,
            expires=now + request.expires_in,
            livemode=self.is_live(),
            customer=request.customer,
            email=request.email,
            locale=request.locale,
        )
        try:
            self.orders.create(order)
        except OrderConflict as conflict:
            if conflict.stored is None or _asked(conflict.stored) != _asked(order):
                message = "there is an order of this reference with another body; take another reference"
                raise RequestRefused(409, "order_conflict", message) from None
            return Created(conflict.stored, token, is_new=False)
        self.telemetry.count("OrdersByStatus", status=Status.OPEN.value)
        return Created(order, token, is_new=True)

    def _require_customer(self, request: OrderRequest, id_: str) -> None:
        """Asked before there is a link: else the payer would be the first to meet it, with the card typed already."""
        if request.customer is None or self.customers.has(request.customer):
            return
        if self.orders.load(id_) is None:  # a repeat still gets its order
            raise invalid("customer must be a customer at Stripe, of the account and mode of this stage's key")

    def get(self, id_: str) -> Order:
        order = self.orders.load(id_)
        if order is None:
            raise NOT_FOUND
        return order

    def cancel(self, id_: str) -> Order:
        """Cancelling twice is cancelling once."""
        try:
            order = self.settlement.close(self.get(id_), Status.CANCELLED)
        except OrderBusy:
            raise RequestRefused(409, "busy", "the payer is paying just now; repeat the request") from None
        if order.status is Status.CANCELLED:
            return order
        if order.status.is_final:
            raise RequestRefused(409, "order_final", f"the order is {order.status} already; {AFTERWARDS[order.status]}")
        message = "what Stripe reports does not match the order, so that it cannot be cancelled here"
        raise RequestRefused(409, "order_conflict", message)

    def announce(self, id_: str) -> tuple[Order, Change]:
        """The order and its last change, which was told to the merchant again."""
        order = self.get(id_)
        if not order.changes:
            raise RequestRefused(404, "not_found", "this order has no event yet")
        self.bus.publish(order, order.changes[-1:])
        return order, order.changes[-1]


def _asked(order: Order) -> tuple[object, ...]:
    """What makes two requests equal."""
    return order.terms, order.customer, order.email, order.locale, order.expires - order.created
