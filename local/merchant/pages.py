"""The merchant's pages: what it asked for, what it was told, and a form for a new order."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from payment_chat_client.amounts import amount_text
from payment_chat_client.order import CreatedOrder, Order

ASSETS = Path(__file__).with_name("assets")
CURRENCIES = ("eur", "usd", "gbp", "jpy")
WHAT: Mapping[str, str] = {
    "charge": "Charge the card now",
    "authorize": "Hold the amount",
    "save": "Save the card, charge nothing",
}
SHOWN = 50  # the newest orders and events

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/page.css"><link rel="icon" href="data:,">
</head>
<body><header><h1>{title}</h1></header><main>{body}</main></body>
</html>
"""


def front_page(board: str, *, api_url: str | None, wrong: str | None, typed: Mapping[str, str]) -> str:
    """`wrong`: why the order of the form was not created. `typed`: what its fields held then."""
    alert = f'<p role="alert" class="wrong">{escape(wrong)}</p>' if wrong else ""
    told = f"It calls <code>{escape(api_url)}</code>." if api_url else "The stage has not told it its address yet."
    intro = f"<p>This is the merchant's side of a payment: it asks for one, and is told what came of it. {told}</p>"
    script = '<script src="/page.js" defer></script>'
    body = f'{intro}{alert}{_form(typed)}<div id="board">{board}</div>{script}'
    return PAGE.format(title="ACME, the merchant", body=body)


def thanks_page() -> str:
    body = '<p>You are back at the merchant. What was paid is <a href="/">on its front page</a>.</p>'
    return PAGE.format(title="Thank you", body=body)


def board(created: Mapping[str, CreatedOrder], told: Mapping[str, Order], events: Iterable[Mapping[str, Any]]) -> str:
    """Orders and events, newest first. An order stands as the last event showed it, not as the API would."""
    known: list[Order] = list({**created, **told}.values())
    orders = "".join(_order(order, created.get(order.order_id)) for order in known[-SHOWN:][::-1])
    received = "".join(_event(event) for event in list(events)[-SHOWN:][::-1])
    return (
        f"<section><h2>Orders</h2>{f'<ul>{orders}</ul>' if orders else '<p>None yet.</p>'}</section>"
        f"<section><h2>Events received</h2>{f'<ol>{received}</ol>' if received else '<p>None yet.</p>'}</section>"
    )


def _order(order: Order, created: CreatedOrder | None) -> str:
    amount = amount_text(order.amount, order.currency) or "nothing charged"
    link = ""
    if created and created.link and not order.is_final:
        where = escape(created.link)
        link = f'<p><a href="{where}" target="_blank" rel="noopener noreferrer">Open the payer’s link</a></p>'
    card = f", {order.result.payment_method.brand} •••• {order.result.payment_method.last4}" if order.result else ""
    return (
        f'<li><p><strong>{escape(order.description)}</strong> <span class="status {escape(order.status)}">'
        f"{escape(order.status.replace('_', ' '))}</span></p>"
        f"<p>{escape(amount)}, {escape(order.purpose)}{escape(card)}</p><p><code>{escape(order.order_id)}</code></p>"
        f"{link}</li>"
    )


def _event(event: Mapping[str, Any]) -> str:
    verified = "signature verified" if event["verified"] else "NOT VERIFIED"
    body = escape(json.dumps(event["body"], indent=2, ensure_ascii=False))
    return (
        f"<li><details><summary><strong>{escape(str(event['type']))}</strong>, {verified}, "
        f'<time>{escape(event["receivedAt"])}</time></summary><pre tabindex="0">{body}</pre></details></li>'
    )


def _form(typed: Mapping[str, str]) -> str:
    def value(name: str, default: str) -> str:
        return escape(typed.get(name, default))

    def options(name: str, choices: Mapping[str, str]) -> str:
        return "".join(
            f'<option value="{each}"{" selected" if typed.get(name) == each else ""}>{escape(text)}</option>'
            for each, text in choices.items()
        )

    currencies = options("currency", {each: each.upper() for each in CURRENCIES})
    purposes = options("purpose", WHAT)
    description = value("description", "Two tickets")
    fields = (
        (
            "description",
            "For what",
            f'<input id="description" name="description" required maxlength="200" value="{description}">',
        ),
        (
            "amount",
            "Amount",
            f'<input id="amount" name="amount" inputmode="decimal" value="{value("amount", "49.90")}">',
        ),
        ("currency", "Currency", f'<select id="currency" name="currency">{currencies}</select>'),
        ("purpose", "How", f'<select id="purpose" name="purpose">{purposes}</select>'),
    )
    labelled = "".join(
        f'<div class="field"><label for="{name}">{label}</label>{control}</div>' for name, label, control in fields
    )
    return (
        f'<form method="post" action="/orders"><h2>Ask for a payment</h2>{labelled}'
        "<button>Create the order</button></form>"
    )
