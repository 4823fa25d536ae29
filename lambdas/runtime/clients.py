"""The AWS clients of a process: one for each service and its limits, made when it is first used."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

from runtime.aws import TimeLimits, bounded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runtime.deadline import Deadline


class Clients:
    """Every call is bounded by `deadline`. A client costs 5 to 20 ms; a turn needs only some of them."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._makers: dict[tuple[str, TimeLimits, str | None], Callable[[], Any]] = {}

    def get(self, service: str, limits: TimeLimits, url: str | None = None, *, at_once: bool = False) -> Any:
        """What stands for the client until its first use. `url`: of a stand-in. `at_once`: every request needs it."""

        @cache
        def make() -> Any:
            client: Any = boto3.client(service, config=limits.config(), endpoint_url=url)  # type: ignore[call-overload]
            return bounded(client, limits, self._deadline)

        known = self._makers.setdefault((service, limits, url), make)
        return known() if at_once else _AtFirstUse(known)

    def every(self) -> Iterator[Any]:
        """All that were asked for, made now."""
        for make in self._makers.values():
            yield make()


class _AtFirstUse:
    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def __getattr__(self, operation: str) -> Any:
        """Only asked once for each operation."""
        method = getattr(self._make(), operation)
        setattr(self, operation, method)
        return method
