"""The claim over a session and its order, and its release when nothing was paid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chat.dialogue.settling import give_up
from chat.turns.claims import too_many_requests, wait_for_owner, with_claim
from chat.turns.errors import Busy, SessionExpired
from chat.turns.results import TurnResult, result_of_end, result_of_record
from chat.turns.stored import Conflict, LimitReached, Receipt
from chat.turns.telemetry import count_progress
from chat.visits.outcome import result_of_completed, shown
from chat.visits.stored import OrderChange
from payments.order import MAX_DECLINES, Status
from payments.settlement import OrderBusy
from payments.stored import OrderConflict
from runtime.aws import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from chat.dialogue.transition import Transition
    from chat.turns.attempts import Limits
    from chat.turns.message import Said
    from chat.turns.stored import AttemptCounters, Record
    from chat.visits.ledger import Ledger
    from payments.order import AtStripe, Order

MAX_TRIES = 5  # of a release that another write of the order came before


@dataclass(frozen=True)
class Claiming:
    """`seconds_left`: until this invocation must have answered. `seconds_needed`: what claiming, one request to Stripe
    and the release may take together, at worst. `seconds_to_go_on`: the same without claiming.
    """

    ledger: Ledger
    limits: Limits
    sleep: Callable[[float], None]
    seconds_left: Callable[[], float]
    seconds_needed: float
    seconds_to_go_on: float

    def claim(
        self, record: Record, order: Order, counters: AttemptCounters | None = None, handover_expires: int | None = None
    ) -> tuple[Record, Order]:
        """Session and order as they are stored now.

        Raises Conflict, OrderConflict, TooManyRequests, SessionExpired, Unavailable.
        """
        if self.seconds_left() < self.seconds_needed:
            raise Unavailable("function", "TooLittleTimeToConfirm")
        now = self.ledger.now()
        claimed = with_claim(record, now)
        if claimed is None:
            self.ledger.records.delete_if_unchanged(record)
            raise SessionExpired
        changed = replace(
            order,
            claim_until=claimed.claim_until,
            handover_expires=handover_expires or order.handover_expires,
            version=order.version + 1,
        )
        try:
            self.ledger.store.claim(claimed, record, OrderChange(changed, order), counters)
        except LimitReached as reached:
            self.ledger.telemetry.count("GuardRefused", guard=reached.counter.partition("#")[0])
            raise too_many_requests(reached, self.limits, now) from None
        return claimed, changed

    def require_time(self) -> None:
        """Before each request to Stripe, so that the claim can still be released after it. Raises Unavailable."""
        if not self.has_time():
            raise Unavailable("function", "TooLittleTimeToGoOn")

    def has_time(self) -> bool:
        """For one more request to Stripe and the write after it."""
        return self.seconds_left() >= self.seconds_to_go_on

    def wait(self, record: Record, said: Said) -> TurnResult:
        """Another request confirms this session. Raises Busy, SessionExpired."""
        return self.yield_to(wait_for_owner(self.ledger.records, record, self.sleep), said)

    def yield_to(self, found: Record | Receipt, said: Said) -> TurnResult:
        """Another request was faster. This one is not replayed on a state that its payer has not seen."""
        if isinstance(found, Receipt):
            return self.ledger.result_of_receipt(found)
        if found.is_claimed(self.ledger.now()):
            return self.wait(found, said)
        if found.message_id == said.message_id:
            return result_of_record(found)
        raise Busy

    def release(
        self,
        record: Record,
        order: Order,
        transition: Transition,
        said: Said,
        *,
        renew: bool = False,
        is_decline: bool = False,
        made: AtStripe | None = None,
    ) -> TurnResult:
        """Nothing was paid: session and order go on from here.

        `renew`: the next confirmation is another attempt. `made`: what stands at Stripe for the order from now on.
        """
        for _ in range(MAX_TRIES):
            if order.status.is_final:
                return self.ledger.end(order, record)
            if order.claim_until != record.claim_until:  # another request has claimed it
                raise Busy
            declines = order.declines + is_decline
            if is_decline and declines >= MAX_DECLINES:
                transition = give_up(transition.session, self.ledger.policy)
            changed = replace(
                order,
                claim_until=None,
                declines=declines,
                at_stripe=made or order.at_stripe,
                version=order.version + 1,
            )
            try:
                result = self._write(record, OrderChange(changed, order), transition, said, renew=renew)
            except OrderConflict as conflict:
                order = conflict.stored or order
                continue
            except Conflict as conflict:
                return self.yield_to(self.ledger.records.reload_after(conflict, record), said)
            count_progress(record.session, transition.session, self.ledger.telemetry)
            return self._fail(changed, result) if declines >= MAX_DECLINES else result
        raise Busy

    def _write(
        self, record: Record, change: OrderChange, transition: Transition, said: Said, *, renew: bool
    ) -> TurnResult:
        if transition.session.outcome:
            self.ledger.store.delete(record, change)
            return result_of_end(transition)
        after = self.ledger.records.next_version(
            record, transition.session, (said.masked, transition.reply), said.message_id, renew=renew
        )
        self.ledger.store.save(after, record, change)
        return result_of_record(after)

    def _fail(self, order: Order, result: TurnResult) -> TurnResult:
        """The last decline that an order allows: nothing can be paid any more once Stripe has cancelled the intent."""
        try:
            order = self.ledger.settlement.close(order, Status.FAILED)
        except (OrderBusy, Unavailable):
            return replace(result, order=shown(order, self.ledger.policy))  # the sweep ends it
        if order.status is Status.COMPLETED:
            return result_of_completed(order, result.session.id, result.session.language, self.ledger.policy)
        return replace(result, order=shown(order, self.ledger.policy))
