"""AWS clients with our time budget, and their errors in our words."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from chat.turns.ports import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException"})


for _name in ("botocore", "urllib3"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # at DEBUG they log what KMS is sent


def client(service: str, *, connect: float = 1, read: float = 2, tries: int = 2, url: str | None = None) -> Any:
    """A client that gives up after `tries` × (`connect` + `read`) seconds and keeps its connections open."""
    config = Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"total_max_attempts": tries, "mode": "standard"},
        tcp_keepalive=True,
        parameter_validation=False,
        user_agent="payment-chat",  # botocore's own is composed anew for each request: a tenth of its CPU time
    )
    return _session().create_client(service, config=config, endpoint_url=url)


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


@contextmanager
def translated(service: str) -> Iterator[None]:
    """Whatever goes wrong at AWS inside this block is our Unavailable. The text of the error stays behind."""
    try:
        yield
    except ClientError as error:
        raise Unavailable(service, code_of(error)) from None
    except (BotoCoreError, ResponseParserError) as error:
        raise Unavailable(service, type(error).__name__) from None
