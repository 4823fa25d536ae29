"""What a stage tells the merchant: Standard Webhooks, verified and read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from payment_chat_client.errors import InvalidWebhook
from payment_chat_client.order import Order, read_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Event:
    """A change of an order. It may arrive twice, always under the same id, and events may overtake each other."""

    id: str
    type: str  # order.completed, for example
    timestamp: datetime
    order: Order


def verify_webhook(headers: Mapping[str, str], body: bytes | str, secrets: Iterable[str]) -> Event:
    """The event in a request that a stage signed with one of the secrets (`whsec_…`), within the last five minutes.

    `body` is the request's body as it was received, to the byte. Raises InvalidWebhook for any other request, and
    ValueError for a secret that is none.
    """
    # The page's image carries this package for its signatures alone, without this library.
    from standardwebhooks import Webhook, WebhookVerificationError  # noqa: PLC0415

    lower = {name.lower(): value for name, value in headers.items()}
    for webhook in [Webhook(secret) for secret in secrets]:
        try:
            told = webhook.verify(body, lower)
        except (WebhookVerificationError, ValueError):
            continue
        return _event(lower["webhook-id"], told)
    raise InvalidWebhook("the request is not signed with a secret of this stage, or is older than five minutes")


def _event(id_: str, told: dict[str, Any]) -> Event:
    try:
        return Event(id_, told["type"], datetime.fromisoformat(told["timestamp"]), read_order(told["data"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidWebhook(f"the request is signed, but is no event of an order ({type(error).__name__})") from error
