"""How a caller reaches the API of Payment Chat: what the page, the operator's commands and the tests share."""

from payment_chat_client.signing import SigV4

__all__ = ["SigV4"]
