"""The payer's key to an order, and what follows from it: no read is needed to find the order of a link."""

from __future__ import annotations

import re
from hashlib import sha256

ID_CHARS = 24
ORDER_ID = re.compile(rf"ord_[0-9a-f]{{{ID_CHARS}}}")


def token_hash(token: str) -> str:
    """What is stored of the order's token."""
    return sha256(token.encode()).hexdigest()


def order_id(hashed: str) -> str:
    """The id of the order whose token has this hash. The id may be logged: it does not lead back to the token."""
    return "ord_" + sha256(f"order-id:{hashed}".encode()).hexdigest()[:ID_CHARS]
