"""A payment as the payer reviewed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chat.values.card import CardNumber, Cvv, Expiry


@dataclass(frozen=True)
class Payment:
    """The reviewed values, unsealed. `attempt`: the idempotency key for Stripe."""

    session_id: str
    attempt: str
    name: str
    card: CardNumber
    expiry: Expiry
    cvv: Cvv
