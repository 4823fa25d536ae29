"""`payment-chat orders …` and `payment-chat mcp`: what the command takes and calls."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from payment_chat_client.command import output
from payment_chat_client.command.exits import reporting_errors
from payment_chat_client.command.watching import watch_order
from payment_chat_client.order import Capture, Purpose  # noqa: TC001 (Typer reads the annotations)
from payment_chat_client.stages import LOCAL, Stage, find_stage, stage_at

if TYPE_CHECKING:
    from payment_chat_client.orders import Orders

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Ask for payments in a chat, on a stage of Payment Chat. Exit codes: 0 done, 1 refused by the API, "
    "2 wrong usage, 3 stage not reachable, 4 watched order not completed.",
)
orders_app = typer.Typer(no_args_is_help=True, help="Create, show, cancel, announce and watch orders.")
app.add_typer(orders_app, name="orders")

StageName = Annotated[str, typer.Option("--stage", envvar="PAYMENT_CHAT_STAGE", help="local, dev, staging or prod.")]
ApiUrl = Annotated[
    str | None,
    typer.Option(envvar="PAYMENT_CHAT_API_URL", help="The API's address, instead of looking the stage up."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, as the API answers it.")]
OrderId = Annotated[str, typer.Argument(help="ord_…", metavar="ORDER_ID")]


def chosen_stage(name: str, api_url: str | None) -> Stage:
    """Raises StageNotFound."""
    region = os.environ.get("AWS_REGION")  # botocore itself reads AWS_DEFAULT_REGION
    return stage_at(api_url, name=name, region=region) if api_url else find_stage(name, Path.cwd(), region=region)


def orders_of(name: str, api_url: str | None) -> Orders:
    return chosen_stage(name, api_url).orders()


@orders_app.command()
def create(
    *,
    description: Annotated[str, typer.Option(help="What the payer pays for, in 1 to 200 characters.")],
    amount: Annotated[
        int | None, typer.Option(min=1, help="In the currency's smallest unit: 4990 is 49.90 EUR.")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="ISO code in lower case, such as eur.")] = None,
    purpose: Annotated[Purpose, typer.Option(help="Take the money, hold it, or save the card.")] = "charge",
    reference: Annotated[str | None, typer.Option(help="Your own id of it; made up unless given.")] = None,
    capture: Annotated[Capture | None, typer.Option(help="Who takes the card: Stripe's page or the chat.")] = None,
    customer: Annotated[str | None, typer.Option(help="An existing Stripe customer, cus_…")] = None,
    email: Annotated[str | None, typer.Option(help="The payer's address, for Stripe's receipt.")] = None,
    locale: Annotated[str | None, typer.Option(help="The conversation's language, such as de.")] = None,
    return_url: Annotated[str | None, typer.Option(help="Where the payer can go back to.")] = None,
    expires_in: Annotated[int | None, typer.Option(help="Seconds until the link ends: 300 to 2592000.")] = None,
    stage: StageName = LOCAL,
    api_url: ApiUrl = None,
    json: AsJson = False,
    qr: Annotated[bool, typer.Option(help="Print the link as a QR code too.")] = True,
) -> None:
    """Ask for a payment: prints the order and the link for the payer."""
    with reporting_errors(), orders_of(stage, api_url) as orders:
        order = orders.create(
            reference=reference or str(uuid4()),
            purpose=purpose,
            description=description,
            amount=amount,
            currency=currency,
            capture=capture,
            customer=customer,
            email=email,
            locale=locale,
            return_url=return_url,
            expires_in=expires_in,
        )
    output.print_order(order, as_json=json)
    if qr and not json and order.link:
        output.print_qr_code(order.link)


@orders_app.command()
def show(
    order_id: OrderId,
    *,
    stage: StageName = LOCAL,
    api_url: ApiUrl = None,
    json: AsJson = False,
) -> None:
    """Show an order: what was asked for, where it stands, what came of it."""
    with reporting_errors(), orders_of(stage, api_url) as orders:
        order = orders.get(order_id)
    output.print_order(order, as_json=json)


@orders_app.command()
def cancel(
    order_id: OrderId,
    *,
    stage: StageName = LOCAL,
    api_url: ApiUrl = None,
    json: AsJson = False,
) -> None:
    """Cancel an order that is not final yet: its link stops working."""
    with reporting_errors(), orders_of(stage, api_url) as orders:
        order = orders.cancel(order_id)
    output.print_order(order, as_json=json)


@orders_app.command()
def announce(
    order_id: OrderId,
    *,
    stage: StageName = LOCAL,
    api_url: ApiUrl = None,
) -> None:
    """Have the order's last event sent again, under its old id."""
    with reporting_errors(), orders_of(stage, api_url) as orders:
        orders.announce(order_id)
    typer.echo(f"The last event of {order_id} is sent again.")


@orders_app.command()
def watch(
    order_id: OrderId,
    *,
    stage: StageName = LOCAL,
    api_url: ApiUrl = None,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 2.0,
    timeout: Annotated[float | None, typer.Option(help="Seconds to wait at most.")] = None,
    json: AsJson = False,
) -> None:
    """Wait until an order is final, and show it. Exit code 4 unless it is completed."""
    with reporting_errors(), orders_of(stage, api_url) as orders:
        order = watch_order(orders, order_id, every_seconds=every, timeout_seconds=timeout)
    output.print_order(order, as_json=json)
    if order.status != "completed":
        raise typer.Exit(4)


@app.command()
def mcp(stage: StageName = LOCAL, api_url: ApiUrl = None) -> None:
    """Serve payment requests to an assistant: an MCP server on standard input and output."""
    from payment_chat_client.mcp_server.server import serve  # noqa: PLC0415 (it needs the extra `mcp`)

    with reporting_errors():
        serve(chosen_stage(stage, api_url))


def main() -> None:
    app(prog_name="payment-chat")
