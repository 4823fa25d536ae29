"""While the payer is at Stripe: what is said meanwhile, the way back, and where things stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chat.dialogue import order_replies
from chat.dialogue.settling import fail_authentication, return_from_stripe, send_to_stripe, settle
from chat.turns.errors import Busy, OrderClosed
from chat.turns.message import Said
from chat.turns.results import TurnResult, result_of_record
from chat.turns.stored import Conflict
from chat.values.session import Decline, Step
from chat.visits.outcome import action_of, result_of_completed, shown
from payments.order import Status, StripeKind
from runtime.aws import Unavailable

if TYPE_CHECKING:
    from chat.dialogue.transition import Transition
    from chat.turns.stored import Record
    from chat.visits.claiming import Claiming
    from chat.visits.handover import Handover
    from chat.visits.ledger import Ledger
    from payments.at_stripe import Report
    from payments.order import Order

REFRESH_SECONDS = 5  # between two requests to Stripe about one order


@dataclass(frozen=True)
class Waiting:
    ledger: Ledger
    claiming: Claiming
    handover: Handover

    def agree(self, record: Record, said: Said) -> TurnResult:
        """A clear yes while the payer is at Stripe: the same address while it is good."""
        if record.session.is_hosted:
            return self.handover.confirm(record, said)
        return self.talk(record, send_to_stripe(record.session, self.ledger.policy), said)

    def talk(self, record: Record, transition: Transition, said: Said) -> TurnResult:
        """Anything that leaves the payer at Stripe, unless they are there no more."""
        order, report = self._look(record)
        moved = self._moved(record, order, report, said)
        if moved is not None:
            return moved
        records = self.ledger.records
        after = records.next_version(record, transition.session, (said.masked, transition.reply), said.message_id)
        records.store.save(after, record, after.updated)
        return replace(result_of_record(after), action=action_of(order, report))

    def leave(self, record: Record) -> TurnResult | None:
        """The payer wants to pay otherwise, or not at all: what stands at Stripe is closed first.

        The completed reply when it was paid meanwhile. Raises Busy, SessionExpired, OrderClosed, Unavailable.
        """
        order = self.ledger.withdraw(self.ledger.order_of(record))
        return self.ledger.end(order, record) if self.ledger.is_over(order) else None

    def refresh(self, record: Record) -> TurnResult:
        """Asks Stripe, at most once in so many seconds, and settles."""
        order = self.ledger.order_of(record)
        if self.ledger.is_over(order):
            return self.ledger.end(order, record)
        now = self.ledger.now()
        is_early = record.asked_stripe is not None and now < record.asked_stripe + REFRESH_SECONDS
        if record.is_claimed(now) or (order.at_stripe is not None and is_early):
            return self.standing(record, order)
        if order.at_stripe is None:
            return self._refreshed(record, order, None)
        asking = replace(record, asked_stripe=now, version=record.version + 1)
        try:
            self.ledger.records.store.save(asking, record, now)
        except Conflict:  # a turn or another refresh was faster
            return self.view(record)
        settled = self.ledger.settlement.settle(order)
        return self._refreshed(asking, settled.order, settled.report)

    def view(self, record: Record) -> TurnResult:
        """Where things stand, without effect. Raises SessionExpired, OrderClosed, Unavailable."""
        order = self.ledger.order_of(record)
        if order.status is Status.COMPLETED:
            return result_of_completed(order, record.session.id, record.session.language, self.ledger.policy)
        if self.ledger.is_over(order):
            raise OrderClosed(shown(order, self.ledger.policy))
        return self.standing(record, order)

    def standing(self, record: Record, order: Order) -> TurnResult:
        """The latest turn's result, with the address at Stripe."""
        result = result_of_record(record)
        if record.session.step is not Step.ACTION or order.at_stripe is None:
            return result
        report = None
        if order.at_stripe.kind is not StripeKind.CHECKOUT:
            try:
                report = self.ledger.settlement.stripe.retrieve(order.at_stripe)
            except Unavailable:
                report = None
        return replace(result, action=action_of(order, report))

    def _refreshed(self, record: Record, order: Order, report: Report | None) -> TurnResult:
        if record.session.step is not Step.ACTION:
            return self.ledger.end(order, record) if self.ledger.is_over(order) else result_of_record(record)
        moved = self._moved(record, order, report, None)
        if moved is not None:
            return moved
        return replace(result_of_record(self._welcome_back(record, report)), action=action_of(order, report))

    def _welcome_back(self, record: Record, report: Report | None) -> Record:
        """Says once that nothing was paid yet."""
        if report is None or report.intent_status == "processing":
            return record
        session = record.session
        say = order_replies.checkout_declined if report.decline_code else order_replies.back_from_stripe
        reply = say(session, self.ledger.policy)
        if session.history[-1].content == reply:
            return record
        after = self.ledger.records.after_refresh(record, session, reply)
        try:
            self.ledger.records.store.save(after, record, after.updated)
        except Conflict:
            return record
        return after

    def _look(self, record: Record) -> tuple[Order, Report | None]:
        """The order; an intent is asked for at Stripe, because only Stripe knows the payer's next step."""
        order = self.ledger.order_of(record)
        if order.is_claimed(self.ledger.now()):
            raise Busy
        if order.at_stripe is None or order.at_stripe.kind is StripeKind.CHECKOUT:
            return order, None
        settled = self.ledger.settlement.settle(order)
        return settled.order, settled.report

    def _moved(self, record: Record, order: Order, report: Report | None, said: Said | None) -> TurnResult | None:
        """What the payer is told when nothing is to be done at Stripe any more; None while it is."""
        if self.ledger.is_over(order):
            return self.ledger.end(order, record)
        policy = self.ledger.policy
        if order.at_stripe is None:
            return self._step_back(record, return_from_stripe(record.session, policy), said)
        is_intent = order.at_stripe.kind is not StripeKind.CHECKOUT
        if not is_intent or report is None or report.intent_status != "requires_payment_method":
            return None
        decline = Decline(report.decline_code or "card_declined", report.decline_detail)
        self.ledger.telemetry.card_declined(decline.code, decline.detail)
        move = fail_authentication if report.authentication_failed else settle
        transition = move(record.session, decline, policy)
        return self.claiming.release(
            record, order, transition, said or Said(record.message_id, ""), renew=True, is_decline=True
        )

    def _step_back(self, record: Record, transition: Transition, said: Said | None) -> TurnResult:
        records = self.ledger.records
        if said is None:
            after = records.after_refresh(record, transition.session, transition.reply)
        else:
            after = records.next_version(record, transition.session, (said.masked, transition.reply), said.message_id)
        records.store.save(after, record, after.updated)
        return result_of_record(after)
