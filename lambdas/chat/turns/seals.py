"""Card values of a session, sealed at the door and opened once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chat.turns.ports import Payment, SealBroken
from chat.values.card import CardNumber, Cvv
from chat.values.session import PartialNumber, Sealed

if TYPE_CHECKING:
    from chat.turns.ports import Record, Vault
    from chat.values.session import Session


def sealed(session: Session, token_hash: str, vault: Vault) -> Session:
    """The same session with every value that is still open sealed for `token_hash`."""
    card, cvv, part = session.card, session.cvv, session.part
    if card is not None and isinstance(card.number, CardNumber):
        card = replace(card, number=vault.seal(card.number.digits, token_hash, "card"))
    if isinstance(cvv, Cvv):
        cvv = vault.seal(cvv.digits, token_hash, "cvv")
    if isinstance(part, PartialNumber):
        part = vault.seal(part.digits, token_hash, "part")
    return replace(session, card=card, cvv=cvv, part=part)


def opened(session: Session, token_hash: str, vault: Vault) -> Session:
    """The same session with every sealed value open. Raises SealBroken."""
    card, cvv = session.card, session.cvv
    if card is not None and isinstance(card.number, Sealed):
        card = replace(card, number=CardNumber(vault.open(card.number, token_hash, "card"), card.brand))
    if isinstance(cvv, Sealed):
        cvv = Cvv(vault.open(cvv, token_hash, "cvv"))
    return replace(part_opened(session, token_hash, vault), card=card, cvv=cvv)


def part_opened(session: Session, token_hash: str, vault: Vault) -> Session:
    """The same session with the first part of a number in two messages open, for the second to join it."""
    if isinstance(session.part, Sealed):
        return replace(session, part=PartialNumber(vault.open(session.part, token_hash, "part")))
    return session


def payment(record: Record, vault: Vault) -> Payment:
    """The reviewed values, open. Raises SealBroken."""
    match opened(record.session, record.token_hash, vault):
        case session if (
            session.card
            and session.expiry
            and session.name
            and isinstance(session.card.number, CardNumber)
            and isinstance(session.cvv, Cvv)
            and record.attempt
            and session.card.number.last4 == session.card.last4  # what was reviewed, not what somebody put there
        ):
            return Payment(session.id, record.attempt, session.name, session.card.number, session.expiry, session.cvv)
    raise SealBroken
