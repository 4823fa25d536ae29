"""Orders as DynamoDB items, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payments.next_look import next_look
from payments.order import (
    AtStripe,
    Capture,
    Change,
    Order,
    Purpose,
    Result,
    SavedCard,
    Status,
    StripeKind,
    Terms,
)
from runtime.aws import Unavailable
from runtime.timestamps import from_iso, to_iso

if TYPE_CHECKING:
    from collections.abc import Mapping

Item = dict[str, dict[str, Any]]

SCHEMA = 1  # raised when older code could not read the item
SHARDS = 8  # of the index that the sweep reads
KEPT_SECONDS = 90 * 24 * 3600  # after the order's end


class UnreadableOrder(Unavailable):
    """An item of another schema, as a rollback of the code leaves behind, or a damaged one."""

    def __init__(self) -> None:
        super().__init__("orders", "Unreadable")


def from_order(order: Order, now: int) -> Item:
    """`now`: seconds since the epoch; the sweep's next look is counted from it."""
    terms, at = order.terms, order.at_stripe
    look = next_look(order, now)
    texts = {
        "orderId": order.id,
        "status": order.status.value,
        "reference": terms.reference,
        "purpose": terms.purpose.value,
        "description": terms.description,
        "capture": terms.capture.value,
        "currency": terms.currency,
        "returnUrl": terms.return_url,
        "customer": order.customer,
        "email": order.email,
        "locale": order.locale,
        "createdAt": to_iso(order.created),
        "tokenHash": order.token_hash,
        "sessionId": order.session_id,
        "sessionHash": order.session_hash,
        "stripeKind": at and at.kind.value,
        "stripeId": at and at.id,
        "stripeUrl": at and at.url,
        "sweepShard": shard(order.id) if look is not None else None,
    }
    numbers = {
        "schema": SCHEMA,
        "version": order.version,
        "amount": terms.amount,
        "expiresAt": order.expires,
        "expiresIn": order.expires - order.created,
        "generation": order.generation,
        "handoverExpires": order.handover_expires,
        "stripeExpires": at and at.expires,
        "claimUntil": order.claim_until,
        "declines": order.declines,
        "sweepAt": look,
        "ttl": order.changes[-1].at + KEPT_SECONDS if order.status.is_final else None,
    }
    item: Item = {name: {"S": text} for name, text in texts.items() if text is not None}
    item |= {name: {"N": str(number)} for name, number in numbers.items() if number is not None}
    item |= {"livemode": {"BOOL": order.livemode}, "mismatched": {"BOOL": order.mismatched}}
    item["changes"] = {
        "L": [{"M": {"status": {"S": each.status.value}, "at": {"N": str(each.at)}}} for each in order.changes]
    }
    if order.announced:
        item["announced"] = {"SS": sorted(order.announced)}
    if order.result:
        item["result"] = {"M": _from_result(order.result)}
    return item


def to_order(item: Mapping[str, Any]) -> Order:
    """Also of the image in a stream's record. Raises UnreadableOrder."""
    if item.get("schema") != {"N": str(SCHEMA)}:
        raise UnreadableOrder
    try:
        return _order(item)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise UnreadableOrder from None


def shard(order_id: str) -> str:
    """Which part of the sweep's index an order is in; its id is a hash already."""
    return str(int(order_id[-1], 16) % SHARDS)


def _order(item: Mapping[str, Any]) -> Order:
    terms = Terms(
        reference=item["reference"]["S"],
        purpose=Purpose(item["purpose"]["S"]),
        description=item["description"]["S"],
        capture=Capture(item["capture"]["S"]),
        amount=_number(item, "amount"),
        currency=_text(item, "currency"),
        return_url=_text(item, "returnUrl"),
    )
    return Order(
        id=item["orderId"]["S"],
        terms=terms,
        token_hash=item["tokenHash"]["S"],
        created=from_iso(item["createdAt"]["S"]),
        expires=int(item["expiresAt"]["N"]),
        livemode=bool(item["livemode"]["BOOL"]),
        customer=_text(item, "customer"),
        email=_text(item, "email"),
        locale=_text(item, "locale"),
        status=Status(item["status"]["S"]),
        version=int(item["version"]["N"]),
        session_id=_text(item, "sessionId"),
        session_hash=_text(item, "sessionHash"),
        generation=int(item["generation"]["N"]),
        handover_expires=_number(item, "handoverExpires"),
        at_stripe=_at_stripe(item) if "stripeId" in item else None,
        claim_until=_number(item, "claimUntil"),
        declines=int(item["declines"]["N"]),
        mismatched=bool(item["mismatched"]["BOOL"]),
        result=_to_result(item["result"]["M"]) if "result" in item else None,
        changes=tuple(_change(each["M"]) for each in item["changes"]["L"]),
        announced=frozenset(Status(each) for each in item.get("announced", {}).get("SS", ())),
    )


def _change(stored: Mapping[str, Any]) -> Change:
    return Change(Status(stored["status"]["S"]), int(stored["at"]["N"]))


def _at_stripe(item: Mapping[str, Any]) -> AtStripe:
    return AtStripe(
        StripeKind(item["stripeKind"]["S"]),
        item["stripeId"]["S"],
        expires=_number(item, "stripeExpires"),
        url=_text(item, "stripeUrl"),
    )


def _from_result(result: Result) -> Item:
    card = result.card
    stored: Item = {
        "id": {"S": card.id},
        "brand": {"S": card.brand},
        "last4": {"S": card.last4},
        "expMonth": {"N": str(card.exp_month)},
        "expYear": {"N": str(card.exp_year)},
        "intentId": {"S": result.intent_id},
        "intentStatus": {"S": result.intent_status},
    }
    if result.customer is not None:
        stored["customer"] = {"S": result.customer}
    if result.capture_before is not None:
        stored["captureBefore"] = {"N": str(result.capture_before)}
    return stored


def _to_result(stored: Mapping[str, Any]) -> Result:
    card = SavedCard(
        id=stored["id"]["S"],
        brand=stored["brand"]["S"],
        last4=stored["last4"]["S"],
        exp_month=int(stored["expMonth"]["N"]),
        exp_year=int(stored["expYear"]["N"]),
    )
    return Result(
        card,
        _text(stored, "customer"),
        stored["intentId"]["S"],
        stored["intentStatus"]["S"],
        _number(stored, "captureBefore"),
    )


def _text(item: Mapping[str, Any], name: str) -> str | None:
    return item[name]["S"] if name in item else None


def _number(item: Mapping[str, Any], name: str) -> int | None:
    return int(item[name]["N"]) if name in item else None
