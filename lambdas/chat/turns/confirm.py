"""A confirmed review: claim, call Stripe, finish. A repeat after a crash ends with the same single token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chat.dialogue.settling import settle
from chat.turns.attempts import counters_for
from chat.turns.claims import too_many_requests, wait_for_owner, with_claim
from chat.turns.errors import Busy, SessionExpired
from chat.turns.results import TurnResult, result_of_end, result_of_receipt, result_of_record
from chat.turns.seals import open_payment
from chat.turns.stored import Conflict, LimitReached, Receipt
from chat.turns.telemetry import count_progress
from chat.values.session import PaymentToken
from runtime.aws import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from chat.turns.attempts import Limits
    from chat.turns.records import Records
    from chat.turns.seals import Vault
    from chat.turns.stored import Record
    from chat.turns.telemetry import Telemetry
    from chat.values.payment import Payment
    from chat.values.session import Decline, Policy


class PaymentProcessor(Protocol):
    def prepare(self) -> None:
        """Fetch what a payment needs, before anything is claimed for it. Raises Unavailable."""

    def create_payment_method(self, payment: Payment) -> PaymentToken | Decline:
        """Raises nothing: the attempt is claimed by now, and only a result tells what becomes of it."""


@dataclass(frozen=True)
class Confirmation:
    """`seconds_left`: until this invocation must have answered. `seconds_needed`: what claiming, Stripe and the finish
    may take together, at worst.
    """

    records: Records
    vault: Vault
    processor: PaymentProcessor
    limits: Limits
    telemetry: Telemetry
    policy: Policy
    sleep: Callable[[float], None]
    seconds_left: Callable[[], float]
    seconds_needed: float

    def confirm(self, record: Record, message_id: str, masked: str, address: str) -> TurnResult:
        """`masked`: the payer's masked message.

        Raises Busy, TooManyRequests, SessionExpired, SealBroken, Unavailable.
        """
        if record.is_claimed(self.records.now()):
            return self._yield_to(wait_for_owner(self.records, record, self.sleep), message_id)
        payment = open_payment(record, self.vault)
        self.processor.prepare()
        try:
            claimed = self._claim(record, payment, address)
        except Conflict as conflict:
            return self._yield_to(self.records.reload_after(conflict, record), message_id)
        result = self.processor.create_payment_method(payment)
        if isinstance(result, PaymentToken):
            return self._finish(claimed, result)
        return self._go_back(claimed, result, message_id, masked)

    def _claim(self, record: Record, payment: Payment, address: str) -> Record:
        counters = None
        if not record.counted:
            counters = counters_for(payment, address, self.records.now(), self.vault, self.limits)
        if self.seconds_left() < self.seconds_needed:
            raise Unavailable("function", "TooLittleTimeToConfirm")
        now = self.records.now()
        claimed = with_claim(record, now)
        if claimed is None:
            self.records.delete_if_unchanged(record)
            raise SessionExpired
        try:
            self.records.store.claim(claimed, record, counters)
        except LimitReached as reached:
            self.telemetry.count("GuardRefused", guard=reached.counter.partition("#")[0])
            raise too_many_requests(reached, self.limits, now) from None
        return claimed

    def _yield_to(self, found: Record | Receipt, message_id: str) -> TurnResult:
        """Another request was faster. This one is not replayed on a state that its payer has not seen."""
        if isinstance(found, Receipt):
            return result_of_receipt(found)
        if found.message_id == message_id:
            return result_of_record(found)
        if found.is_claimed(self.records.now()):
            return self._yield_to(wait_for_owner(self.records, found, self.sleep), message_id)
        raise Busy

    def _finish(self, claimed: Record, payment: PaymentToken) -> TurnResult:
        session = claimed.session
        receipt = Receipt(session.id, claimed.token_hash, payment, session.language, self.records.now())
        try:
            self.records.store.finish(claimed, receipt)
        except Conflict as conflict:
            found = self.records.reload_after(conflict, claimed)
            if isinstance(found, Receipt):
                return result_of_receipt(found)
            raise Busy from None
        self.telemetry.count("Completed")
        return result_of_receipt(receipt)

    def _go_back(self, claimed: Record, decline: Decline, message_id: str, masked: str) -> TurnResult:
        """Stripe gave no token: back to the step that can help, or the end of the session."""
        self.telemetry.card_declined(decline.code, decline.detail)
        transition = settle(claimed.session, decline, self.policy)
        ends = transition.session.outcome is not None
        try:
            if ends:
                self.records.store.delete(claimed)
                result = result_of_end(transition)
            else:
                said = (masked, transition.reply)
                after = self.records.next_version(claimed, transition.session, said, message_id, renew=decline.definite)
                self.records.store.save(after, claimed, after.updated)
                result = result_of_record(after)
        except Conflict as conflict:
            if ends and self.records.is_already_deleted(conflict, claimed):
                return result_of_end(transition)
            return self._yield_to(self.records.reload_after(conflict, claimed), message_id)
        count_progress(claimed.session, transition.session, self.telemetry)
        return result
