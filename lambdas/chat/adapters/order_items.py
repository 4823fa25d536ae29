"""What an order adds to a session's item, which has to stay small."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chat.adapters.item_size import Item, number, size, string
from chat.values.session import OrderVisit
from payments.order import Capture, Purpose, SavedCard, Terms

if TYPE_CHECKING:
    from chat.values.session import Line

TermsOf = Callable[[str], Terms]  # by the order's id

MAX_TERMS_BYTES = 400  # longer ones are read from the order, with one more call a turn
DESCRIPTION = "\ue000"  # stands for it in stored replies: a private character, which no reply and no description has


def from_visit(visit: OrderVisit) -> Item:
    terms = {"terms": {"M": _from_terms(visit.terms)}}
    return {
        "orderId": string(visit.order_id),
        "livemode": {"BOOL": visit.livemode},
        **(terms if size(terms) <= MAX_TERMS_BYTES else {}),
    }


def to_visit(item: Item, terms_of: TermsOf) -> OrderVisit:
    order_id = item["orderId"]["S"]
    terms = _to_terms(item["terms"]["M"]) if "terms" in item else terms_of(order_id)
    return OrderVisit(order_id, terms, bool(item["livemode"]["BOOL"]))


def without_description(lines: tuple[Line, ...], order: OrderVisit | None) -> tuple[Line, ...]:
    return _swapped(lines, order.terms.description, DESCRIPTION) if order else lines


def with_description(lines: tuple[Line, ...], order: OrderVisit | None) -> tuple[Line, ...]:
    return _swapped(lines, DESCRIPTION, order.terms.description) if order else lines


def from_method(method: SavedCard) -> Item:
    return {
        "id": string(method.id),
        "brand": string(method.brand),
        "last4": string(method.last4),
        "month": number(method.exp_month),
        "year": number(method.exp_year),
    }


def to_method(item: Item) -> SavedCard:
    return SavedCard(
        item["id"]["S"], item["brand"]["S"], item["last4"]["S"], int(item["month"]["N"]), int(item["year"]["N"])
    )


def _from_terms(terms: Terms) -> Item:
    parts: dict[str, dict[str, Any] | None] = {
        "reference": string(terms.reference),
        "purpose": string(terms.purpose.value),
        "description": string(terms.description),
        "capture": string(terms.capture.value),
        "amount": None if terms.amount is None else number(terms.amount),
        "currency": string(terms.currency) if terms.currency else None,
        "returnUrl": string(terms.return_url) if terms.return_url else None,
    }
    return {name: value for name, value in parts.items() if value}


def _to_terms(item: Item) -> Terms:
    return Terms(
        reference=item["reference"]["S"],
        purpose=Purpose(item["purpose"]["S"]),
        description=item["description"]["S"],
        capture=Capture(item["capture"]["S"]),
        amount=int(item["amount"]["N"]) if "amount" in item else None,
        currency=item["currency"]["S"] if "currency" in item else None,
        return_url=item["returnUrl"]["S"] if "returnUrl" in item else None,
    )


def _swapped(lines: tuple[Line, ...], before: str, after: str) -> tuple[Line, ...]:
    """In what the assistant said."""
    return tuple(
        replace(line, content=line.content.replace(before, after)) if line.role == "assistant" else line
        for line in lines
    )
