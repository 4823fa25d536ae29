"""The MCP server: three tools and a resource, on standard input and output, with the merchant's own credentials."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations

from payment_chat_client.amounts import amount_text
from payment_chat_client.mcp_server.ledger import Ledger, ledger_file
from payment_chat_client.mcp_server.limits import Limits
from payment_chat_client.mcp_server.tools import (
    Desk,
    cancel_payment_request,
    create_payment_request,
    get_payment_request,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from payment_chat_client.stages import Stage

STAGE_URI = "payment-chat://stage"
INSTRUCTIONS = """Ask people for payments to the merchant, and see whether they have paid.

You create a request and get a link; the payer opens it and enters the card there, in a chat of its own.
You never see card data. Never ask for a card number, an expiry date or a security code, and if somebody offers them,
tell them not to and point to the link. Do not put card data into any argument.
Before you create a request, show the person you work for the amount, with its currency, and the description.
Amounts are integers of the currency's smallest unit: 4990 of eur is 49.90 EUR. Every answer repeats the amount in
words for people; show it as it stands. The link is a key: give it to the payer only.
The resource payment-chat://stage says who the merchant is, which currencies it takes and what the limits are. A request
above a limit is refused; do not split it."""


def build_server(stage: Stage, limits: Limits, ledger: Ledger, today: Callable[[], date]) -> MCPServer[Desk]:
    @asynccontextmanager
    async def lifespan(_: MCPServer[Desk]) -> AsyncIterator[Desk]:
        async with stage.async_orders() as orders:
            yield Desk(stage, orders, limits, ledger, today)

    server = MCPServer(
        "payment-chat", title="Payment Chat", instructions=INSTRUCTIONS, lifespan=lifespan, log_level="WARNING"
    )
    server.add_tool(
        create_payment_request,
        title="Ask for a payment",
        annotations=ToolAnnotations(
            read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True
        ),
    )
    server.add_tool(
        get_payment_request,
        title="See where a payment stands",
        annotations=ToolAnnotations(read_only_hint=True, open_world_hint=True),
    )
    server.add_tool(
        cancel_payment_request,
        title="Cancel a payment request",
        annotations=ToolAnnotations(
            read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True
        ),
    )

    @server.resource(
        STAGE_URI,
        title="The stage",
        description="The merchant, the currencies it takes, and what this server may ask for.",
        mime_type="application/json",
    )
    def describe_stage() -> dict[str, Any]:
        return {
            "stage": stage.name,
            "merchant": stage.merchant,
            "currencies": list(stage.currencies),
            "captures": list(stage.captures),
            "limits": {
                "perRequest": [amount_text(amount, currency) for currency, amount in limits.per_request.items()],
                "perDay": [amount_text(amount, currency) for currency, amount in limits.per_day.items()],
            },
        }

    return server


def serve(stage: Stage, environment: Mapping[str, str] = os.environ) -> None:
    """Until the client closes the connection. Raises ValueError for a limit that is no amount."""
    limits = Limits.from_environment(environment)
    ledger = Ledger(ledger_file(environment, Path.home()), stage.api_url)
    build_server(stage, limits, ledger, lambda: datetime.now(UTC).date()).run("stdio")
