"""An order's intent: made once a generation, stored before it is confirmed, retrieved before it is confirmed again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from payments import outcomes
from payments.order import Purpose
from payments.outcomes import Closed

if TYPE_CHECKING:
    from chat.turns.stored import Record
    from chat.visits.claiming import Claiming
    from chat.visits.ledger import Ledger
    from payments.at_stripe import Report, StripeIntents
    from payments.order import AtStripe, Order

TO_CONFIRM = ("requires_payment_method", "requires_confirmation")


@dataclass(frozen=True)
class Issuer:
    ledger: Ledger
    claiming: Claiming
    intents: StripeIntents

    def ask(self, claimed: Record, order: Order, return_url: str) -> tuple[Order, Report]:
        """The order as it is stored now, and how its intent stands after the issuer was asked.

        Raises OrderConflict when the claim was lost, StripeRefused, Unavailable.
        """
        method = claimed.session.method
        if method is None or claimed.attempt is None:
            raise ValueError("the PaymentMethod and the attempt are stored before the issuer is asked")
        if order.at_stripe is not None:
            report = self._earlier(order.at_stripe, method.id)
            if not isinstance(outcomes.judge(order, report), Closed):
                if report.intent_status not in TO_CONFIRM:
                    return order, report
            else:
                order = self._make_intent(order, outcomes.without_handover(order))
        else:
            order = self._make_intent(order, order)
        if order.at_stripe is None:
            raise ValueError("the intent is stored before it is confirmed")
        self.claiming.require_time()
        url = self.ledger.return_url(order, return_url)
        return order, self.intents.confirm_intent(order.at_stripe, method.id, claimed.attempt, url)

    def _earlier(self, at: AtStripe, method_id: str) -> Report:
        """The intent that stands already. One that waits for the owner of another card is cancelled."""
        self.claiming.require_time()
        report = self.ledger.settlement.stripe.retrieve(at)
        is_other_card = report.card is not None and report.card.id != method_id
        if report.intent_status == "requires_action" and is_other_card:
            self.claiming.require_time()
            return self.ledger.settlement.stripe.close(at)
        return report

    def _make_intent(self, stored: Order, order: Order) -> Order:
        """`order`: as stored, or the next generation of it."""
        customer = order.customer
        if customer is None and order.terms.purpose is Purpose.SAVE:
            self.claiming.require_time()
            customer = self.intents.create_customer(order)
        self.claiming.require_time()
        made = self.intents.create_intent(order, customer)
        changed = replace(order, at_stripe=made, version=stored.version + 1)
        self.ledger.orders.replace(changed, stored)
        return changed
