"""Points in time as they are stored and shown: ISO 8601, UTC, whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime


def to_iso(epoch_seconds: int) -> str:
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str) -> int:
    """Seconds since the epoch. Raises ValueError."""
    return int(datetime.fromisoformat(text).timestamp())
