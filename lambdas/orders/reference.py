"""The merchant's own id of an order. It may be logged, so no card number may hide in it."""

from __future__ import annotations

import re

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LIKE_A_CARD_NUMBER = re.compile(r"[0-9]{12}")


def is_reference(text: str) -> bool:
    """1 to 64 letters, digits, - and _, without 12 digits in a row once - and _ are left out; or a UUID."""
    if not _ID.fullmatch(text):
        return False
    return bool(_UUID.fullmatch(text)) or not _LIKE_A_CARD_NUMBER.search(text.replace("-", "").replace("_", ""))
