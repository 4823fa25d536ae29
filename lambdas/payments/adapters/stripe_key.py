"""The merchant's Stripe key, kept in Secrets Manager."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runtime.aws import translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_secretsmanager import SecretsManagerClient

MAX_KEY_AGE_SECONDS = 300  # after that the key is fetched again, so that a rotated one is picked up


class StripeKey:
    """Fetches the secret's value when it is needed, and anew when it may be outdated. `now`: seconds of the epoch."""

    def __init__(self, secrets: SecretsManagerClient, secret_id: str, now: Callable[[], int]) -> None:
        self._secrets, self.secret_id, self._now = secrets, secret_id, now
        self._value, self._fetched = "", 0

    def fetch(self, *, fresh: bool = False) -> str:
        """Raises Unavailable."""
        if fresh or not self._value or self._now() - self._fetched >= MAX_KEY_AGE_SECONDS:
            with translated("secretsmanager"):
                reply = self._secrets.get_secret_value(SecretId=self.secret_id)
            self._value, self._fetched = str(reply.get("SecretString", "")).strip(), self._now()
        return self._value


def is_test_key(key: str) -> bool:
    return re.fullmatch(r"[rs]k_test_\w+", key, re.ASCII) is not None


def is_live_key(key: str) -> bool:
    return re.fullmatch(r"[rs]k_live_\w+", key, re.ASCII) is not None
