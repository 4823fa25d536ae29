"""Stored sessions and receipts: who may open one, and how one version follows another."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from chat.turns.errors import SessionExpired
from chat.turns.stored import Conflict
from chat.values.session import Line, Session, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from chat.turns.stored import Receipt, Record, SessionStore

SESSION_SECONDS = 3600  # a session's life after its last turn, and after its first accepted card number


def hash_token(token: str) -> str:
    return sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class Records:
    """The session store together with a clock. `now` gives seconds since the epoch."""

    store: SessionStore
    now: Callable[[], int]
    new_id: Callable[[], str]

    def open_with_token(self, session_id: str | None, token: str) -> Record | Receipt:
        """What this pair opens; an expired session is deleted on the way. Raises SessionExpired."""
        if session_id is None:
            raise SessionExpired
        record = self.load_or_delete_expired(session_id)
        if record is not None and hmac.compare_digest(record.token_hash, hash_token(token)):
            return record
        return self._receipt(session_id, hash_token(token))

    def load_or_delete_expired(self, session_id: str) -> Record | None:
        """DynamoDB deletes within days of `ttl`, so an expired session counts as none and is deleted here."""
        record = self.store.load(session_id)
        if record is None or self.now() < record.ttl:
            return record
        self.delete_if_unchanged(record)
        return None

    def reload_after(self, conflict: Conflict, before: Record) -> Record | Receipt:
        """The same session as it is stored after a lost race, or its receipt. Raises SessionExpired."""
        stored = conflict.stored
        if stored is not None and hmac.compare_digest(stored.token_hash, before.token_hash):
            stored.require_unexpired(self.now())
            return stored
        return self._receipt(before.session.id, before.token_hash)

    def is_already_deleted(self, conflict: Conflict, before: Record) -> bool:
        """Whether a delete failed because an earlier try of it had worked: nothing is left, not even a receipt."""
        return conflict.stored is None and self.store.receipt(before.token_hash, self.now()) is None

    def delete_if_unchanged(self, record: Record) -> None:
        try:
            self.store.delete(record)
        except Conflict:
            return

    def next_version(
        self, record: Record, session: Session, said: tuple[str, str], message_id: str, *, renew: bool = False
    ) -> Record:
        """`record` after one more turn. `said`: the payer's masked message, if any, and the reply.

        `renew`: the next confirmation is a new attempt at Stripe, as it is after every change of what is reviewed.
        Raises SessionExpired.
        """
        now = self.now()
        record.require_unexpired(now)
        card_deadline = record.card_deadline
        if card_deadline is None and (session.card or session.partial_number):
            card_deadline = now + SESSION_SECONDS
        attempt = self._attempt(record, session, renew=renew)
        return replace(
            record,
            session=replace(session, history=(*session.history, *_lines(said))),
            version=record.version + 1,
            message_id=message_id,
            updated=now,
            ttl=min(now + SESSION_SECONDS, card_deadline or now + SESSION_SECONDS),
            card_deadline=card_deadline,
            attempt=attempt,
            counted=record.counted and attempt == record.attempt,
            claim_until=None,
        )

    def after_refresh(self, record: Record, session: Session, said: str) -> Record:
        """`record` after the assistant had something to say by itself: no turn, so it lives no longer for it."""
        after = self.next_version(record, session, ("", said), record.message_id)
        return replace(after, ttl=record.ttl)

    def _attempt(self, record: Record, session: Session, *, renew: bool) -> str | None:
        if session.step is not Step.CONFIRM:
            return None
        if renew or record.attempt is None or _reviewed_values(session) != _reviewed_values(record.session):
            return self.new_id()
        return record.attempt

    def _receipt(self, session_id: str, token_hash: str) -> Receipt:
        found = self.store.receipt(token_hash, self.now())
        if found is None or found.session_id != session_id:
            raise SessionExpired
        return found


def _reviewed_values(session: Session) -> tuple[object, ...]:
    return session.name, session.card, session.expiry, session.cvv, session.method


def _lines(said: tuple[str, str]) -> list[Line]:
    return [Line(role, content) for role, content in zip(("user", "assistant"), said, strict=True) if content]
