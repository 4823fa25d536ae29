"""A JSON secret of Secrets Manager, fetched when it is needed and anew when it may be outdated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runtime.aws import Unavailable, translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_secretsmanager import SecretsManagerClient

MAX_AGE_SECONDS = 300


class JsonSecret:
    """`now`: seconds since the epoch."""

    def __init__(self, secrets: SecretsManagerClient, secret_id: str, now: Callable[[], int]) -> None:
        self._secrets, self._secret_id, self._now = secrets, secret_id, now
        self._value: dict[str, Any] = {}
        self._fetched: int | None = None

    def fetch(self, max_age_seconds: int = MAX_AGE_SECONDS) -> dict[str, Any]:
        """Raises Unavailable, also when it is no JSON object."""
        if self._fetched is None or self._now() - self._fetched >= max_age_seconds:
            with translated("secretsmanager"):
                reply = self._secrets.get_secret_value(SecretId=self._secret_id)
            self._value, self._fetched = _parsed(reply.get("SecretString", "")), self._now()
        return self._value


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Unavailable("secretsmanager", "NotJson")
    return value
