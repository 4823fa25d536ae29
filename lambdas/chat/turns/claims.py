"""A claim: for as long as it stands, one request alone may confirm the session."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chat.turns.attempts import seconds_until_allowed
from chat.turns.errors import Busy, TooManyRequests
from chat.turns.stored import Conflict, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable

    from chat.turns.attempts import Limits
    from chat.turns.records import Records
    from chat.turns.stored import LimitReached, Record

CLAIM_SECONDS = 40  # longer than the function may run, so the owner of an expired claim has ended
RETRY_SECONDS = 60  # between a first claim and the session's end: time to confirm again after a crash
WAIT_SECONDS = 8.0  # how long a second confirmation waits for the first one
POLL_SECONDS = 0.25


def with_claim(record: Record, now: int) -> Record | None:
    """The record with a claim that ends before its session must; None when there is too little time left for one.

    A first claim leaves time for a second one, because only that can recover the result after a crash.
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


def wait_for_owner(records: Records, record: Record, sleep: Callable[[float], None]) -> Record | Receipt:
    """What another request has made of the session that it confirms. Raises Busy when that takes too long."""
    for _ in range(int(WAIT_SECONDS / POLL_SECONDS)):
        sleep(POLL_SECONDS)
        stored = records.load_or_delete_expired(record.session.id)
        found = records.reload_after(Conflict(stored), record)
        if isinstance(found, Receipt) or not found.is_claimed(records.now()):
            return found
    raise Busy


def too_many_requests(reached: LimitReached, limits: Limits, now: int) -> TooManyRequests:
    kind = reached.counter.partition("#")[0]
    limit = limits.per_card if kind == "card" else limits.per_address
    return TooManyRequests(seconds_until_allowed(reached.counts, limit, now))
