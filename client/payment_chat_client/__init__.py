"""How to call the API of Payment Chat: what merchants, the page, the operator's commands and the tests share."""

from payment_chat_client.errors import PaymentChatError, Refused, Unreachable
from payment_chat_client.order import CreatedOrder, Order, Result
from payment_chat_client.orders import AsyncOrders, Orders
from payment_chat_client.signing import SigV4
from payment_chat_client.stages import Stage, find_stage
from payment_chat_client.webhooks import Event, verify_webhook

__all__ = [
    "AsyncOrders",
    "CreatedOrder",
    "Event",
    "Order",
    "Orders",
    "PaymentChatError",
    "Refused",
    "Result",
    "SigV4",
    "Stage",
    "Unreachable",
    "find_stage",
    "verify_webhook",
]
