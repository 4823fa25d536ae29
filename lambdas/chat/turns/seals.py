"""Card values of a session: sealed as soon as they are accepted, opened once, at the confirmation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from chat.values.card import CardNumber, Cvv
from chat.values.payment import Payment
from chat.values.session import PartialNumber, Sealed

if TYPE_CHECKING:
    from chat.turns.stored import Record
    from chat.values.session import Session


class SealBroken(Exception):
    """A sealed value does not belong to the session and field where it was found."""


class Vault(Protocol):
    def seal(self, value: str, token_hash: str, field: str) -> Sealed: ...

    def open(self, sealed: Sealed, token_hash: str, field: str) -> str:
        """Raises SealBroken when the value was sealed for another session or field."""

    def fingerprint(self, value: str, hour: int) -> str:
        """A hash under the key of this hour since the epoch: equal for equal values, useless without the key."""


def seal_session(session: Session, token_hash: str, vault: Vault) -> Session:
    """The same session, its unsealed card values sealed for `token_hash`."""
    card, cvv, part = session.card, session.cvv, session.partial_number
    if card is not None and isinstance(card.number, CardNumber):
        card = replace(card, number=vault.seal(card.number.digits, token_hash, "card"))
    if isinstance(cvv, Cvv):
        cvv = vault.seal(cvv.digits, token_hash, "cvv")
    if isinstance(part, PartialNumber):
        part = vault.seal(part.digits, token_hash, "part")
    return replace(session, card=card, cvv=cvv, partial_number=part)


def open_session(session: Session, token_hash: str, vault: Vault) -> Session:
    """The same session with every sealed value open. Raises SealBroken."""
    card, cvv = session.card, session.cvv
    if card is not None and isinstance(card.number, Sealed):
        card = replace(card, number=CardNumber(vault.open(card.number, token_hash, "card"), card.brand))
    if isinstance(cvv, Sealed):
        cvv = Cvv(vault.open(cvv, token_hash, "cvv"))
    return replace(open_partial_number(session, token_hash, vault), card=card, cvv=cvv)


def open_partial_number(session: Session, token_hash: str, vault: Vault) -> Session:
    """The same session with the first part of a card number open, so that the next message can complete it."""
    if isinstance(session.partial_number, Sealed):
        return replace(session, partial_number=PartialNumber(vault.open(session.partial_number, token_hash, "part")))
    return session


def open_payment(record: Record, vault: Vault) -> Payment:
    """The reviewed values, open. Raises SealBroken, also when the opened number is not the reviewed one."""
    match open_session(record.session, record.token_hash, vault):
        case session if (
            session.card
            and session.expiry
            and session.name
            and isinstance(session.card.number, CardNumber)
            and isinstance(session.cvv, Cvv)
            and record.attempt
            and session.card.number.last4 == session.card.last4
        ):
            return Payment(session.id, record.attempt, session.name, session.card.number, session.expiry, session.cvv)
    raise SealBroken
