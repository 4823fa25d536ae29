"""How long the present invocation may still run. Lambda kills a function at its timeout, whatever it is doing."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

REPLY_SECONDS = 0.5  # kept back for building, logging and returning the reply


class DeadlineExceeded(Exception):
    """A call was not started because it might outlast the invocation."""


class Deadline:
    """One for the whole process: Lambda runs one invocation at a time. Without `start` there is no deadline."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._at = math.inf

    def start(self, remaining_seconds: float) -> None:
        """`remaining_seconds`: until the function's timeout, as Lambda's context tells it."""
        self._at = self._monotonic() + remaining_seconds - REPLY_SECONDS

    def seconds_left(self) -> float:
        return self._at - self._monotonic()

    def require(self, seconds: float) -> None:
        """Raises DeadlineExceeded when less than `seconds` are left."""
        if self.seconds_left() < seconds:
            raise DeadlineExceeded
