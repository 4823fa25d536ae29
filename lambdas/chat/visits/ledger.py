"""The order behind a session: read, checked, settled, and the session's end once the order has come to its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chat.turns.errors import Busy, OrderClosed, SessionExpired
from chat.turns.stored import Conflict, Receipt
from chat.values.session import PaymentToken
from chat.visits.outcome import result_of_completed, shown
from payments.order import MAX_DECLINES, Status
from payments.settlement import OrderBusy

if TYPE_CHECKING:
    from chat.turns.records import Records
    from chat.turns.results import TurnResult
    from chat.turns.stored import Record
    from chat.turns.telemetry import Telemetry
    from chat.values.session import Policy
    from chat.visits.stored import VisitStore
    from payments.order import Order
    from payments.settlement import Settlement
    from payments.stored import OrderStore


class OrderOver(Exception):
    """No payment may begin for this order."""

    def __init__(self, order: Order) -> None:
        super().__init__()
        self.order = order


@dataclass(frozen=True)
class Ledger:
    """`has_page`: the API leads payers who come back from Stripe on to the stage's page."""

    records: Records
    store: VisitStore
    orders: OrderStore
    settlement: Settlement
    policy: Policy
    telemetry: Telemetry
    has_page: bool

    def now(self) -> int:
        return self.records.now()

    def return_url(self, order: Order, ours: str) -> str:
        """Where Stripe sends the payer back to. A stage without a page leaves that to the merchant's own."""
        return ours if self.has_page else order.terms.return_url or ours

    def order_of(self, record: Record) -> Order:
        """The order as it stands. Raises SessionExpired when another session has been opened for it since."""
        visit = record.session.order
        order = self.orders.load(visit.order_id) if visit else None
        if order is None or (order.session_id, order.session_hash) != (record.session.id, record.token_hash):
            raise SessionExpired
        return order

    def require_startable(self, record: Record) -> Order:
        """The order, for which a payment may begin. Raises OrderOver, SessionExpired, Busy, Unavailable."""
        order = self.order_of(record)
        if order.is_claimed(self.now()):
            raise Busy
        if self.may_start(order):
            return order
        raise OrderOver(self.close_overdue(order))

    @staticmethod
    def is_over(order: Order) -> bool:
        """Whether a conversation can do nothing more for it. What does not match at Stripe is for people to look at."""
        return order.status.is_final or order.mismatched

    def may_start(self, order: Order) -> bool:
        return order.may_start(self.now()) and order.declines < MAX_DECLINES

    def close_overdue(self, order: Order) -> Order:
        """The order's own end, where its time or its payer's tries are over. Raises Busy."""
        if self.is_over(order):
            return order
        into = Status.FAILED if order.declines >= MAX_DECLINES else Status.EXPIRED
        try:
            return self.settlement.close(order, into)
        except OrderBusy:
            raise Busy from None

    def withdraw(self, order: Order) -> Order:
        """The order without what stands for it at Stripe, or completed if that was paid. Raises Busy."""
        if self.is_over(order) or order.at_stripe is None:
            return order
        if order.is_claimed(self.now()):
            raise Busy
        order = self.settlement.record(order, self.settlement.stripe.close(order.at_stripe))
        if order.at_stripe is not None and not self.is_over(order):
            raise Busy
        return order

    def end(self, order: Order, record: Record) -> TurnResult:
        """What the payer is told of an order that nothing can be paid for any more; their session ends.

        Raises OrderClosed.
        """
        if order.status is Status.COMPLETED:
            self.leave_receipt(order, record)
            return result_of_completed(order, record.session.id, record.session.language, self.policy)
        self.records.delete_if_unchanged(record)
        raise OrderClosed(shown(order, self.policy))

    def leave_receipt(self, order: Order, record: Record) -> None:
        """In place of the session, so that its token leads to the result for a day."""
        try:
            self.store.delete(record, receipt=self.receipt(order, record))
        except Conflict:
            return

    def receipt(self, order: Order, record: Record) -> Receipt:
        if order.result is None:
            raise ValueError("only a completed order has a receipt")
        card = order.result.card
        paid = PaymentToken(None, card.brand, card.last4)
        return Receipt(record.session.id, record.token_hash, paid, record.session.language, self.now(), order.id)

    def result_of_receipt(self, receipt: Receipt) -> TurnResult:
        """The completed reply. Raises SessionExpired when the order is gone."""
        order = self.orders.load(receipt.order_id) if receipt.order_id else None
        if order is None or order.result is None:
            raise SessionExpired
        return result_of_completed(order, receipt.session_id, receipt.language, self.policy)
