"""The one thing that is taken from an event: which object of Stripe's it is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

OBJECT_ID = re.compile(r"(?:cs|pi|seti)_[A-Za-z0-9_]{1,250}")


def object_id(event: Mapping[str, Any]) -> str | None:
    """Of a thin event or of a snapshot; None when it is about nothing that can stand for an order."""
    data = event.get("data")
    about = event.get("related_object") or (data.get("object") if isinstance(data, dict) else None)
    found = about.get("id") if isinstance(about, dict) else None
    return found if isinstance(found, str) and OBJECT_ID.fullmatch(found) else None
