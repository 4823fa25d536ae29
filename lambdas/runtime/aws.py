"""AWS clients that cannot outlast the invocation, and their errors in our words."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from runtime.deadline import Deadline, DeadlineExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.client import BaseClient

    Client = TypeVar("Client", bound=BaseClient)

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException"})
BACKOFF_SECONDS = 1.0  # the longest pause of botocore's "standard" mode before the first retry

for _name in ("botocore", "boto3", "urllib3"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # at DEBUG they log what KMS is sent


class Unavailable(Exception):
    """A service that this one depends on did not answer in time. `service` and `code` name it for the log."""

    def __init__(self, service: str, code: str) -> None:
        super().__init__(service, code)
        self.service = service
        self.code = code


@dataclass(frozen=True)
class TimeLimits:
    """Of one API call. `attempts` is 1 or 2: the first try and at most one retry."""

    connect_seconds: float
    read_seconds: float
    attempts: int

    @property
    def total_seconds(self) -> float:
        """The longest that the call can take."""
        tries = self.attempts * (self.connect_seconds + self.read_seconds)
        return tries + (self.attempts - 1) * BACKOFF_SECONDS

    def config(self) -> Config:
        return Config(
            connect_timeout=self.connect_seconds,
            read_timeout=self.read_seconds,
            retries={"total_max_attempts": self.attempts, "mode": "standard"},
            tcp_keepalive=True,
            parameter_validation=False,  # 7 % of a turn's CPU time; the typed stubs check the parameters
            user_agent="payment-chat",  # 11 %: botocore composes its own anew for every request
        )


def bounded(client: Client, limits: TimeLimits, deadline: Deadline) -> Client:
    """The same client, made to refuse a call that could outlast the invocation (DeadlineExceeded)."""

    def check(**_: Any) -> None:
        deadline.require(limits.total_seconds)

    client.meta.events.register("before-call", check)
    return client


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


@contextmanager
def translated(service: str) -> Iterator[None]:
    """Turns whatever goes wrong at AWS inside this block into Unavailable. The error's text stays behind."""
    try:
        yield
    except ClientError as error:
        raise Unavailable(service, code_of(error)) from None
    except DeadlineExceeded:
        raise Unavailable(service, "DeadlineExceeded") from None
    except (BotoCoreError, ResponseParserError) as error:
        raise Unavailable(service, type(error).__name__) from None
