"""The AWS emulator, with two changes to how it keeps its state between two starts.

Ministack stores its state only after every connection has closed. The connections of the Lambda functions stay open,
so it would be killed before it has stored anything. Here it does not wait for them.

It stores how far every stream was read, but not the records of the streams. With both restored, a function would miss
as many new records as it had read before. Here it begins each stream anew.
"""

import asyncio

from hypercorn.config import Config
from ministack.app import main  # type: ignore[import-untyped]
from ministack.services import lambda_svc  # type: ignore[import-untyped]


async def return_at_once(_server: asyncio.Server) -> None:
    """Replaces Server.wait_closed, which waits until every client has disconnected."""


def restore_nothing(*_: object) -> None:
    """Replaces what restores the positions of stream readers."""


if __name__ == "__main__":
    Config.graceful_timeout = 0.5
    asyncio.Server.wait_closed = return_at_once  # type: ignore[assignment, method-assign]
    lambda_svc._restore_esm_positions = restore_nothing  # noqa: SLF001
    main()
