"""What the command exits with, and what it says when something fails."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from payment_chat_client.errors import PaymentChatError, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUSED, USAGE, UNREACHABLE = 1, 2, 3


@contextmanager
def reporting_errors() -> Iterator[None]:
    """Turn errors into one line on standard error and an exit code."""
    try:
        yield
    except Refused as error:
        again = f" Try again in {error.retry_after_seconds} s." if error.retry_after_seconds else ""
        _end(f"Refused, {error}{again}", REFUSED)
    except PaymentChatError as error:
        _end(str(error), UNREACHABLE)
    except ValueError as error:
        _end(str(error), USAGE)


def _end(text: str, code: int) -> None:
    typer.echo(text, err=True)
    raise typer.Exit(code)
