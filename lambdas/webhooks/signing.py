"""Signatures by the Standard Webhooks specification: https://www.standardwebhooks.com"""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING, Any

from runtime.aws import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PREFIX = "whsec_"


def signed_headers(message_id: str, timestamp: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """One signature for each key: during a rotation the merchant may know either. `timestamp`: of this try."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def signing_keys(secret: Mapping[str, Any]) -> list[bytes]:
    """Of `{"current": "whsec_…", "previous": "whsec_…" | null}`; the prefix may be absent. Raises Unavailable."""
    texts = [text for text in (secret.get("current"), secret.get("previous")) if isinstance(text, str) and text]
    try:
        keys = [base64.b64decode(text.removeprefix(PREFIX), validate=True) for text in texts]
    except ValueError:
        keys = []
    if not keys:
        raise Unavailable("secretsmanager", "NoWebhookSecret")
    return keys
