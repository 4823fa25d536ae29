"""The payment of an order whose card was typed in the conversation.

Claim, PaymentMethod, intent, confirmation, finish. Every step can be repeated after a crash: the attempt, the
generation and what is stored before each request to Stripe make the repeat the same request.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chat.dialogue.settling import fail_authentication, send_to_stripe, settle
from chat.turns.attempts import counters_for, counters_for_address
from chat.turns.errors import Busy
from chat.turns.seals import open_payment
from chat.turns.stored import Conflict
from chat.values.session import Decline, Step
from chat.visits.ledger import OrderOver
from chat.visits.outcome import action_of, result_of_completed
from chat.visits.stored import OrderChange
from payments import outcomes
from payments.at_stripe import Report, StripeFailed, StripeRefused
from payments.order import SavedCard
from payments.outcomes import Closed, Complete, Mismatch
from payments.stored import OrderConflict
from runtime.aws import Unavailable

if TYPE_CHECKING:
    from chat.turns.confirm import PaymentProcessor
    from chat.turns.message import Said
    from chat.turns.results import TurnResult
    from chat.turns.seals import Vault
    from chat.turns.stored import AttemptCounters, Record
    from chat.values.payment import Payment
    from chat.values.session import Session
    from chat.visits.claiming import Claiming
    from chat.visits.issuer import Issuer
    from chat.visits.ledger import Ledger
    from payments.order import Order

UNDECIDED = "processor_busy"


@dataclass(frozen=True)
class ChatPayment:
    ledger: Ledger
    claiming: Claiming
    vault: Vault
    processor: PaymentProcessor
    issuer: Issuer

    def confirm(self, record: Record, said: Said) -> TurnResult:
        """Raises Busy, TooManyRequests, SessionExpired, OrderClosed, SealBroken, Unavailable."""
        if record.is_claimed(self.ledger.now()):
            return self.claiming.wait(record, said)
        try:
            order = self.ledger.require_startable(record)
        except OrderOver as over:
            return self.ledger.end(over.order, record)
        payment = None if record.session.method else open_payment(record, self.vault)
        self.processor.prepare()
        try:
            claimed, order = self.claiming.claim(record, order, self._counters(record, payment, said))
        except Conflict as conflict:
            return self.claiming.yield_to(self.ledger.records.reload_after(conflict, record), said)
        except OrderConflict as conflict:
            if conflict.stored is not None and conflict.stored.status.is_final:
                return self.ledger.end(conflict.stored, record)
            raise Busy from None
        if payment is not None:
            made = self._make_method(payment)
            if isinstance(made, Decline):
                return self._go_back(claimed, order, made, said)
            erased = _with_method(claimed.session, made)
            if not self.claiming.has_time():
                later = settle(erased, Decline(UNDECIDED, "too little time", definite=False), self.ledger.policy)
                return self.claiming.release(claimed, order, later, said)
            claimed = self._keep_method(claimed, erased)
        return self._ask_issuer(claimed, order, said)

    def _counters(self, record: Record, payment: Payment | None, said: Said) -> AttemptCounters | None:
        if record.counted:
            return None
        now, limits = self.ledger.now(), self.claiming.limits
        if payment is None:  # the number is gone; this card was counted with its first attempt
            return counters_for_address(said.address, now, self.vault, limits)
        return counters_for(payment, said.address, now, self.vault, limits)

    def _make_method(self, payment: Payment) -> SavedCard | Decline:
        made = self.processor.create_payment_method(payment)
        if isinstance(made, Decline):
            return made
        expiry = payment.expiry
        return SavedCard(made.token or "", made.brand, made.last4, expiry.month, expiry.year)

    def _keep_method(self, claimed: Record, erased: Session) -> Record:
        """Raises Busy when the claim was lost."""
        after = replace(claimed, session=erased, version=claimed.version + 1)
        try:
            self.ledger.records.store.save(after, claimed, self.ledger.now())
        except Conflict:
            raise Busy from None
        return after

    def _ask_issuer(self, claimed: Record, order: Order, said: Said) -> TurnResult:
        try:
            order, report = self.issuer.ask(claimed, order, said.return_url)
        except OrderConflict:
            raise Busy from None
        except StripeFailed as failed:
            return self._go_back(claimed, self._reloaded(order), Decline(UNDECIDED, failed.code), said)
        except Unavailable as unavailable:
            undecided = Decline(UNDECIDED, unavailable.code, definite=False)
            return self._go_back(claimed, self._reloaded(order), undecided, said)
        except StripeRefused as refused:
            self.ledger.telemetry.count("ProcessorFailed")
            return self._go_back(claimed, self._reloaded(order), Decline("processor_unavailable", refused.code), said)
        return self._conclude(claimed, order, report, said)

    def _reloaded(self, order: Order) -> Order:
        """The intent may have been stored before the request that failed."""
        return self.ledger.orders.load(order.id) or order

    def _conclude(self, claimed: Record, order: Order, report: Report, said: Said) -> TurnResult:
        match outcomes.judge(order, report):
            case Complete(result):
                done = replace(outcomes.completed(order, result, self.ledger.now()), version=order.version + 1)
                return self._finish(claimed, OrderChange(done, order), report)
            case Mismatch(what):
                order = self.ledger.settlement.record(order, report)
                return self._go_back(claimed, order, Decline("processor_unavailable", what), said)
            case Closed():
                return self._go_back(claimed, order, Decline(UNDECIDED, "cancelled"), said)
        if report.decline_code is not None:
            return self._go_back(claimed, order, Decline(report.decline_code, report.decline_detail), said, report)
        if report.intent_status in ("requires_action", "processing"):
            moved = send_to_stripe(claimed.session, self.ledger.policy)
            sent = self.claiming.release(claimed, order, moved, said)
            return replace(sent, action=action_of(order, report)) if sent.session.step is Step.ACTION else sent
        return self._go_back(claimed, order, Decline(UNDECIDED, report.intent_status or ""), said)

    def _finish(self, claimed: Record, change: OrderChange, report: Report) -> TurnResult:
        order, session = change.order, claimed.session
        try:
            self.ledger.store.delete(claimed, change, self.ledger.receipt(order, claimed))
        except (
            Conflict,
            OrderConflict,
        ):  # an event was faster, or this claim has lapsed: the money was taken all the same
            stored = self.ledger.orders.load(order.id) or change.over
            order = self.ledger.settlement.record(stored, report)
            return self.ledger.end(order, claimed)
        self.ledger.telemetry.count("Completed")
        return result_of_completed(order, session.id, session.language, self.ledger.policy)

    def _go_back(
        self, claimed: Record, order: Order, decline: Decline, said: Said, report: Report | None = None
    ) -> TurnResult:
        """Back to the step that can help, or the end of the session."""
        self.ledger.telemetry.card_declined(decline.code, decline.detail)
        move = fail_authentication if report is not None and report.authentication_failed else settle
        transition = move(claimed.session, decline, self.ledger.policy)
        is_decline = transition.session.error is not None and transition.session.error.field is not None
        return self.claiming.release(claimed, order, transition, said, renew=decline.definite, is_decline=is_decline)


def _with_method(session: Session, method: SavedCard) -> Session:
    """The write that keeps the PaymentMethod erases the card."""
    return replace(session, method=method, card=None, expiry=None, cvv=None, partial_number=None)
