"""What a payer is told of an order, and where they have to act at Stripe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payments.order import Status, Terms


@dataclass(frozen=True)
class OrderShown:
    """What a payer is told of an order. `completed`: since when it is, in seconds of the epoch."""

    terms: Terms
    status: Status
    merchant: str
    completed: int | None = None


@dataclass(frozen=True)
class Action:
    """Where the payer has to act at Stripe. `type`: checkout or authenticate. `expires`: seconds since the epoch."""

    type: str
    url: str | None = field(repr=False)
    expires: int | None = None
