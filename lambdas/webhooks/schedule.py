"""When an event is sent again that the merchant's server did not take. All times in seconds."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

MINUTE, HOUR = 60, 3600
PAUSES = (5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR)
LAST_PAUSE = 12 * HOUR  # after those, again and again
GIVE_UP_AFTER = 72 * HOUR
MAX_PAUSE = 12 * HOUR - MINUTE  # SQS hides a message for 12 hours at most, counted from when it was received


def next_pause(attempt: int, age: float, *, retry_after: int | None, scale: float = 1) -> int | None:
    """Until the next try; None when the three days are over before that.

    `attempt`: tries made, 1 after the first. `age`: of the event in the queue. `scale`: shortens the whole schedule.
    """
    planned = PAUSES[attempt - 1] if attempt <= len(PAUSES) else LAST_PAUSE
    pause = min(max(planned * scale, retry_after or 0), MAX_PAUSE)
    return None if age + pause > GIVE_UP_AFTER * scale else max(1, round(pause))


def retry_after_seconds(header: str | None, now: float) -> int | None:
    """Of a `Retry-After` header: seconds, or a date. None when it says nothing that can be understood."""
    if header is None:
        return None
    if header.strip().isdecimal() and len(header) < 10:
        return int(header)
    try:
        return max(0, round(parsedate_to_datetime(header).timestamp() - now))
    except (ValueError, OverflowError, IndexError):
        return None
