"""The opening of a conversation about an order: the newest one wins, and a lost first reply heals."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chat.turns.errors import Busy, OrderClosed, SessionTokenRequired
from chat.turns.records import hash_token
from chat.turns.seals import open_session, seal_session
from chat.turns.stored import Conflict
from chat.visits.outcome import is_payer_at_stripe, result_of_completed, shown
from chat.visits.stored import EarlierSession, OrderChange
from payments import link
from payments.order import Change, Order, Status

if TYPE_CHECKING:
    from chat.turns.results import TurnResult
    from chat.turns.seals import Vault
    from chat.turns.stored import Record
    from chat.visits.ledger import Ledger


@dataclass(frozen=True)
class Openable:
    """`is_at_stripe`: the payer has been sent there already."""

    order: Order
    is_at_stripe: bool


@dataclass(frozen=True)
class Opening:
    ledger: Ledger
    vault: Vault

    def find(self, order_token: str) -> Order:
        """By the token alone: its hash leads to the order. Raises OrderClosed."""
        hashed = link.token_hash(order_token)
        order = self.ledger.orders.load(link.order_id(hashed))
        if order is None or not hmac.compare_digest(order.token_hash, hashed):
            raise OrderClosed
        return order

    def check(self, order: Order, session_id: str, language: str) -> Openable | TurnResult:
        """What a new conversation begins with; the completed reply for a completed order. Raises OrderClosed, Busy."""
        is_at_stripe = False
        if not order.status.is_final:
            if order.is_claimed(self.ledger.now()):
                raise Busy
            settled = self.ledger.settlement.settle(order)
            order, is_at_stripe = settled.order, is_payer_at_stripe(settled.order, settled.report)
        if not is_at_stripe and not self.ledger.may_start(order):
            order = self.ledger.close_overdue(order)
        if order.status is Status.COMPLETED:
            return result_of_completed(order, session_id, language, self.ledger.policy)
        if self.ledger.is_over(order) or not (is_at_stripe or self.ledger.may_start(order)):
            raise OrderClosed(shown(order, self.ledger.policy))
        return Openable(order, is_at_stripe)

    def bind(self, record: Record, order: Order) -> None:
        """Stores the session; the order's earlier one ends. Raises Conflict, OrderConflict."""
        started = () if order.status is Status.IN_PROGRESS else (Change(Status.IN_PROGRESS, self.ledger.now()),)
        changed = replace(
            order,
            status=Status.IN_PROGRESS,
            changes=(*order.changes, *started),
            session_id=record.session.id,
            session_hash=record.token_hash,
            version=order.version + 1,
        )
        earlier = None
        if order.session_id and order.session_hash and order.session_id != record.session.id:
            earlier = EarlierSession(order.session_id, order.session_hash)
        self.ledger.store.open(record, OrderChange(changed, order), earlier, self.ledger.now())

    def repeat(self, record: Record, order: Order, message_id: str, token: str) -> Record:
        """The first reply was lost on its way: the same session under a fresh token in place of the lost one.

        Raises SessionTokenRequired, OrderConflict, Busy.
        """
        is_opening = record.version == 1 and record.message_id == message_id
        is_its_session = (order.session_id, order.session_hash) == (record.session.id, record.token_hash)
        if not is_opening or not is_its_session:
            raise SessionTokenRequired
        hashed = hash_token(token)
        session = seal_session(open_session(record.session, record.token_hash, self.vault), hashed, self.vault)
        repeated = replace(record, token_hash=hashed, session=session)
        changed = replace(order, session_hash=hashed, version=order.version + 1)
        try:
            self.ledger.store.save(repeated, record, OrderChange(changed, order))
        except Conflict:
            raise Busy from None
        return repeated
