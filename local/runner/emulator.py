"""The AWS emulator, changed so that it stores its state as soon as it is told to stop.

Ministack stores its state only after every connection has closed. The connections of the Lambda functions stay open,
so it would be killed before it has stored anything. Here it does not wait for them.
"""

import asyncio

from hypercorn.config import Config
from ministack.app import main  # type: ignore[import-untyped]


async def return_at_once(_server: asyncio.Server) -> None:
    """Replaces Server.wait_closed, which waits until every client has disconnected."""


if __name__ == "__main__":
    Config.graceful_timeout = 0.5
    asyncio.Server.wait_closed = return_at_once  # type: ignore[assignment, method-assign]
    main()
