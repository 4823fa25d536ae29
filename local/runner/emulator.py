"""The AWS emulator, stopped in time.

It stores its state only once its server has waited for open connections, and those of the functions stay open: it
would be killed before it has stored anything. So it does not wait for them.
"""

import asyncio

from hypercorn.config import Config
from ministack.app import main  # type: ignore[import-untyped]


async def at_once(_server: asyncio.Server) -> None:
    """Instead of waiting until every client has gone."""


if __name__ == "__main__":
    Config.graceful_timeout = 0.5
    asyncio.Server.wait_closed = at_once  # type: ignore[assignment, method-assign]
    main()
