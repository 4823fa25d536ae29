"""A confirmed review: claim, call Stripe, finish. A repeat after a crash ends with the same single token."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from chat.dialogue.state_machine import settle
from chat.turns.attempts import counters_for, seconds_until_allowed
from chat.turns.errors import Busy, SessionExpired, TooManyRequests
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

CLAIM_SECONDS = 40  # longer than the function may run, so the owner of an expired claim has ended
RETRY_SECONDS = 60  # between a first claim and the session's end: time to confirm again after a crash
WAIT_SECONDS = 8.0  # how long a second confirmation waits for the first one
POLL_SECONDS = 0.25


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
            return self._wait_for_other(record, message_id)
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
        claimed = _claimed(record, now)
        if claimed is None:
            self.records.delete_if_unchanged(record)
            raise SessionExpired
        try:
            self.records.store.claim(claimed, record, counters)
        except LimitReached as reached:
            kind = reached.counter.partition("#")[0]
            self.telemetry.count("GuardRefused", guard=kind)
            limit = self.limits.per_card if kind == "card" else self.limits.per_address
            raise TooManyRequests(seconds_until_allowed(reached.counts, limit, now)) from None
        return claimed

    def _wait_for_other(self, record: Record, message_id: str) -> TurnResult:
        """Another request confirms this session: wait for its result."""
        for _ in range(int(WAIT_SECONDS / POLL_SECONDS)):
            self.sleep(POLL_SECONDS)
            stored = self.records.load_or_delete_expired(record.session.id)
            found = self.records.reload_after(Conflict(stored), record)
            if isinstance(found, Receipt) or not found.is_claimed(self.records.now()):
                return self._yield_to(found, message_id)
        raise Busy

    def _yield_to(self, found: Record | Receipt, message_id: str) -> TurnResult:
        """Another request was faster. This one is not replayed on a state that its payer has not seen."""
        if isinstance(found, Receipt):
            return result_of_receipt(found)
        if found.message_id == message_id:
            return result_of_record(found)
        if found.is_claimed(self.records.now()):
            return self._wait_for_other(found, message_id)
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


def _claimed(record: Record, now: int) -> Record | None:
    """The record with a claim that ends before its session must; None when there is too little time left for one.

    A first claim leaves time for a second one, because only that can recover the token after a crash.
    Raises SessionExpired.
    """
    record.require_unexpired(now)
    claim_until = now + CLAIM_SECONDS
    lives_until = claim_until + RETRY_SECONDS if record.claim_until is None else claim_until
    if record.card_deadline is not None and lives_until > record.card_deadline:
        return None
    return replace(
        record,
        version=record.version + 1,
        claim_until=claim_until,
        counted=True,
        ttl=max(record.ttl, lives_until),
    )
