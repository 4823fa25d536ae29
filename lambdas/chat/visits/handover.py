"""The hand-over of a hosted order: claim, make the Checkout, store it. The card is entered on Stripe's page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chat.dialogue import order_replies
from chat.dialogue.settling import send_to_stripe, settle
from chat.turns.errors import Busy
from chat.turns.results import TurnResult, result_of_record
from chat.turns.stored import Conflict
from chat.values.session import Decline, Step
from chat.visits.outcome import action_of
from payments import outcomes
from payments.at_stripe import StripeRefused
from payments.stored import OrderConflict
from runtime.aws import Unavailable

if TYPE_CHECKING:
    from chat.turns.message import Said
    from chat.turns.stored import Record
    from chat.visits.claiming import Claiming
    from chat.visits.ledger import Ledger
    from payments.at_stripe import StripeCheckouts
    from payments.order import AtStripe, Order

CHECKOUT_SECONDS = 31 * 60  # a Checkout's life; Stripe takes 30 minutes at least, counted when the request arrives


@dataclass(frozen=True)
class Handover:
    ledger: Ledger
    claiming: Claiming
    checkouts: StripeCheckouts

    def confirm(self, record: Record, said: Said) -> TurnResult:
        """A clear yes, at the review or while the payer is at Stripe: the Checkout that is open, or the next one.

        Raises Busy, SessionExpired, OrderClosed, Unavailable.
        """
        if record.is_claimed(self.ledger.now()):
            return self.claiming.wait(record, said)
        order = self.ledger.order_of(record)
        if order.is_claimed(self.ledger.now()):
            raise Busy
        order = self.ledger.settlement.settle(order).order
        if order.at_stripe is not None and not self.ledger.is_over(order):
            return self._send(record, order, said)
        if not self.ledger.may_start(order):
            return self.ledger.end(self.ledger.close_overdue(order), record)
        if order.handover_expires is not None and order.handover_expires <= self.ledger.now():
            order = outcomes.without_handover(order)  # if that Checkout was made, nobody was told where it is
        reviewing = replace(record, session=replace(record.session, step=Step.CONFIRM, error=None))
        expires = order.handover_expires or self.ledger.now() + CHECKOUT_SECONDS
        try:
            claimed, order = self.claiming.claim(reviewing, order, handover_expires=expires)
        except Conflict as conflict:
            return self.claiming.yield_to(self.ledger.records.reload_after(conflict, record), said)
        except OrderConflict:
            raise Busy from None
        return self._make(claimed, order, said)

    def _make(self, claimed: Record, order: Order, said: Said) -> TurnResult:
        try:
            made = self._create(claimed, order, said)
        except StripeRefused as refused:
            if refused.param != "expires_at" and refused.code != "idempotency_error":
                return self._go_back(claimed, order, Decline("processor_unavailable", refused.code), said)
        except Unavailable as unavailable:
            return self._go_back(claimed, order, Decline("processor_busy", unavailable.code, definite=False), said)
        else:
            return self._hand_over(claimed, order, made, said)
        return self._make_anew(claimed, order, said)

    def _make_anew(self, claimed: Record, order: Order, said: Said) -> TurnResult:
        """The first request never arrived, or its reply never did: nobody has that Checkout's address."""
        renewed = replace(
            order,
            generation=order.generation + 1,
            handover_expires=self.ledger.now() + CHECKOUT_SECONDS,
            version=order.version + 1,
        )
        try:
            self.ledger.orders.replace(renewed, order)
            made = self._create(claimed, renewed, said)
        except OrderConflict:
            raise Busy from None
        except StripeRefused as refused:
            return self._go_back(claimed, renewed, Decline("processor_unavailable", refused.code), said)
        except Unavailable as unavailable:
            return self._go_back(claimed, renewed, Decline("processor_busy", unavailable.code, definite=False), said)
        return self._hand_over(claimed, renewed, made, said)

    def _create(self, claimed: Record, order: Order, said: Said) -> AtStripe:
        self.claiming.require_time()
        language = claimed.session.language
        submit = order_replies.checkout_submit(order.terms, self.ledger.policy, language)
        return_url = self.ledger.return_url(order, said.return_url)
        return self.checkouts.create_checkout(order, language, return_url, submit)

    def _hand_over(self, claimed: Record, order: Order, made: AtStripe, said: Said) -> TurnResult:
        moved = send_to_stripe(claimed.session, self.ledger.policy)
        result = self.claiming.release(claimed, order, moved, said, made=made)
        if result.session.step is not Step.ACTION:
            return result
        return replace(result, action=action_of(replace(order, at_stripe=made), None))

    def _send(self, record: Record, order: Order, said: Said) -> TurnResult:
        """To the Checkout that is open already."""
        moved = send_to_stripe(record.session, self.ledger.policy)
        records = self.ledger.records
        after = records.next_version(record, moved.session, (said.masked, moved.reply), said.message_id)
        try:
            records.store.save(after, record, after.updated)
        except Conflict as conflict:
            return self.claiming.yield_to(records.reload_after(conflict, record), said)
        return replace(result_of_record(after), action=action_of(order, None))

    def _go_back(self, claimed: Record, order: Order, decline: Decline, said: Said) -> TurnResult:
        self.ledger.telemetry.card_declined(decline.code, decline.detail)
        transition = settle(claimed.session, decline, self.ledger.policy)
        return self.claiming.release(claimed, order, transition, said)
