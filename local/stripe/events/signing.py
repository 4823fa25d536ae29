"""Stripe's signature: https://docs.stripe.com/webhooks#verify-manually"""

import hashlib
import hmac


def signature(secrets: list[str], timestamp: int, body: bytes) -> str:
    """The value of `Stripe-Signature`, one `v1` for each secret."""
    signed = f"{timestamp}.".encode() + body
    made = [f"v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}" for secret in secrets]
    return ",".join([f"t={timestamp}", *made])
