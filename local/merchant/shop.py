"""The merchant's own requests: an order from the form on its page, with the client that any merchant would use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args
from uuid import uuid4

from payment_chat_client.amounts import parse_amount
from payment_chat_client.errors import PaymentChatError
from payment_chat_client.order import CreatedOrder, Purpose
from payment_chat_client.orders import Orders

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


@dataclass
class Shop:
    """Orders created here, by id. `api_url` is None until the stage has told it."""

    own_url: str
    api_url: str | None = None
    created: dict[str, CreatedOrder] = field(default_factory=dict)

    def create(self, form: Mapping[str, str]) -> str | None:
        """Creates the order that the form asks for. Returns what is wrong, in words for the page, or None."""
        if self.api_url is None:
            return "The stage is not ready yet."
        purpose: Purpose = next((each for each in PURPOSES if each == form.get("purpose")), "charge")
        try:
            amount, currency = None, None
            if purpose != "save":
                amount, currency = parse_amount(f"{form.get('amount', '')} {form.get('currency', '')}")
            with Orders(self.api_url) as orders:
                order = orders.create(
                    reference=str(uuid4()),
                    purpose=purpose,
                    description=form.get("description", ""),
                    amount=amount,
                    currency=currency,
                    return_url=f"{self.own_url}/thanks",
                )
        except (PaymentChatError, ValueError) as error:
            return str(error)
        self.created[order.order_id] = order
        return None
