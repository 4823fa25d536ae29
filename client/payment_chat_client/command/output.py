"""What the command prints: a table for people, JSON for programs, a QR code for a phone's camera."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import segno
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from payment_chat_client.amounts import amount_text
from payment_chat_client.order import CreatedOrder, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payment_chat_client.order import Order

COLOURS = {"completed": "green", "failed": "red", "cancelled": "red", "expired": "red"}


def print_order(order: Order, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(to_json(order), indent=2, ensure_ascii=False))
        return
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in _rows(order):
        table.add_row(name, Text(value, style=COLOURS.get(value, "") if name == "status" else "", overflow="fold"))
    Console(soft_wrap=True).print(table, soft_wrap=False)
    if isinstance(order, CreatedOrder):
        # Not in the table: a link that is wrapped cannot be opened.
        typer.echo(f"link         {order.link or 'none: this stage has no page'}")


def print_qr_code(text: str) -> None:
    segno.make(text, error="l", micro=False).terminal(sys.stdout, border=2, compact=True)


def _rows(order: Order) -> Iterator[tuple[str, str]]:
    yield "order", order.order_id
    yield "status", order.status
    yield "purpose", order.purpose
    if amount := amount_text(order.amount, order.currency):
        yield "amount", amount
    yield "description", order.description
    yield "reference", order.reference
    yield "expires", f"{order.expires_at:%Y-%m-%d %H:%M} UTC"
    if order.result:
        paid, intent = order.result.payment_method, order.result.intent
        yield "card", f"{paid.brand} •••• {paid.last4}, {paid.exp_month:02}/{paid.exp_year}"
        yield "at Stripe", f"{intent.id} {intent.status}, {paid.id}"
        if order.result.customer:
            yield "customer", order.result.customer
        if intent.capture_before:
            yield "capture by", f"{intent.capture_before:%Y-%m-%d %H:%M} UTC"
