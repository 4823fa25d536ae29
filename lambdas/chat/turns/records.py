"""From one stored record to the next, and who may have it."""

from __future__ import annotations

import hmac
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from chat.turns.ports import Conflict, Ports, Receipt, Record, SessionExpired
from chat.values.session import Line, Step

if TYPE_CHECKING:
    from chat.values.session import Session

LIFETIME = 3600  # seconds after the last turn, and after the first accepted card number


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def find(session_id: str | None, token: str, ports: Ports) -> Record | Receipt:
    """What this pair of name and key opens. Raises SessionExpired."""
    if session_id is None:
        raise SessionExpired
    record = live(session_id, ports)
    if record is not None and hmac.compare_digest(record.token_hash, hash_of(token)):
        return record
    return receipt(session_id, hash_of(token), ports)


def live(session_id: str, ports: Ports) -> Record | None:
    """DynamoDB deletes within days of `ttl`: to us an expired session is none, and it goes on sight."""
    record = ports.sessions.load(session_id)
    if record is None or ports.now() < record.ttl:
        return record
    forget(record, ports)
    return None


def receipt(session_id: str, token_hash: str, ports: Ports) -> Receipt:
    """Raises SessionExpired."""
    found = ports.sessions.receipt(token_hash, ports.now())
    if found is None or found.session_id != session_id:
        raise SessionExpired
    return found


def require_live(record: Record, now: int) -> None:
    """Also before a write: what was live when it was read may not be by now. Raises SessionExpired."""
    if record.version and now >= record.ttl:
        raise SessionExpired


def now_standing(conflict: Conflict, before: Record, ports: Ports) -> Record | Receipt:
    """After a lost race: the same session as it is by now, or the receipt it left. Raises SessionExpired."""
    stored = conflict.stored
    if stored is not None and stored.token_hash == before.token_hash:
        require_live(stored, ports.now())
        return stored
    return receipt(before.session.id, before.token_hash, ports)


def is_gone(conflict: Conflict, before: Record, ports: Ports) -> bool:
    """Whether a delete failed because there is nothing left, no payment either: it landed at an earlier try."""
    return conflict.stored is None and ports.sessions.receipt(before.token_hash, ports.now()) is None


def forget(record: Record, ports: Ports) -> None:
    """Delete it, unless somebody was faster."""
    try:
        ports.sessions.delete(record)
    except Conflict:
        return


def following(
    record: Record, session: Session, said: tuple[str, str], message_id: str, ports: Ports, *, renew: bool = False
) -> Record:
    """The next version, after payer (masked) and assistant `said` this. Any change of the review renews the attempt.

    Raises SessionExpired, also when only a claim has kept the card beyond its hour: it is deleted then.
    """
    now = ports.now()
    require_live(record, now)
    card_deadline = record.card_deadline
    if card_deadline is None and (session.card or session.part):
        card_deadline = now + LIFETIME
    ttl = min(now + LIFETIME, card_deadline or now + LIFETIME)
    if ttl <= now:
        forget(record, ports)
        raise SessionExpired
    attempt = _attempt(record, session, ports, renew=renew)
    return replace(
        record,
        session=replace(session, history=(*session.history, Line("user", said[0]), Line("assistant", said[1]))),
        version=record.version + 1,
        message_id=message_id,
        updated=now,
        ttl=ttl,
        card_deadline=card_deadline,
        attempt=attempt,
        counted=record.counted and attempt == record.attempt,
        claim_until=None,
    )


def _attempt(record: Record, session: Session, ports: Ports, *, renew: bool) -> str | None:
    if session.step is not Step.CONFIRM:
        return None
    if renew or record.attempt is None or _reviewed(session) != _reviewed(record.session):
        return ports.new_id()
    return record.attempt


def _reviewed(session: Session) -> tuple[object, ...]:
    return session.name, session.card, session.expiry, session.cvv
