"""Whether an event is Stripe's: its signature over the raw body. https://docs.stripe.com/webhooks/signature"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

TOLERANCE_SECONDS = 300
MIN_REFETCH_SECONDS = 30  # a forged event must not cost a call of Secrets Manager each


class SigningSecrets(Protocol):
    def fetch(self, max_age_seconds: int = ...) -> dict[str, object]:
        """`{"secrets": ["whsec_…", …]}`. Raises Unavailable."""


def is_signed(raw: bytes, header: str, secrets: SigningSecrets) -> bool:
    """By one of the secrets, within the tolerance. A secret that was stored just now is fetched before saying no."""
    if "t=" not in header or "v1=" not in header:
        return False
    return _is_signed_with(raw, header, _listed(secrets.fetch())) or _is_signed_with(
        raw, header, _listed(secrets.fetch(MIN_REFETCH_SECONDS))
    )


def _listed(value: dict[str, object]) -> list[str]:
    found = value.get("secrets")
    return [each for each in found if isinstance(each, str) and each] if isinstance(found, list) else []


def _is_signed_with(raw: bytes, header: str, secrets: Sequence[str]) -> bool:
    import stripe  # noqa: PLC0415  (80 ms that a request without a signature does not pay)

    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(raw, header, secret, TOLERANCE_SECONDS)
        except (stripe.SignatureVerificationError, ValueError, TypeError):
            continue  # ValueError: no UTF-8. TypeError: a signature that is not ASCII
        return True
    return False
