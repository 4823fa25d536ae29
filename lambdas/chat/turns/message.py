"""What a payer sends, and what of it may be stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chat.values.card import Field


@dataclass(frozen=True)
class Message:
    """One request for a turn; its form has been checked. `token`: the session's key, None on an opening.

    `named_field`: the text was typed into a form's field of that name. `order_token`: binds an opening to an order.
    `return_url`: where Stripe sends the payer back to.
    """

    text: str = field(repr=False)
    id: str
    address: str
    session_id: str | None = None
    token: str | None = field(default=None, repr=False)
    expected_step: str | None = None
    accept_language: str | None = None
    named_field: Field | None = None
    order_token: str | None = field(default=None, repr=False)
    return_url: str = ""

    def said(self, masked: str) -> Said:
        return Said(self.id, masked, self.address, self.return_url)


@dataclass(frozen=True)
class Said:
    """A message once it is understood: its masked form, and what of the request a payment needs."""

    message_id: str
    masked: str
    address: str = ""
    return_url: str = ""
