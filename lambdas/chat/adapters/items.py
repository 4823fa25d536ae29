"""Records and receipts as DynamoDB items, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chat.adapters import order_items
from chat.adapters.item_size import Item, history_that_fits, number, size, string
from chat.turns.errors import SessionExpired
from chat.turns.stored import Receipt, Record
from chat.values.brands import Brand
from chat.values.card import Expiry, Field, Refusal
from chat.values.session import KeptCard, Line, PaymentToken, Sealed, Session, Step
from runtime.timestamps import from_iso, to_iso

if TYPE_CHECKING:
    from chat.adapters.order_items import TermsOf

SCHEMA = 1  # raised when older code could not read the item; that code then treats the session as expired
ORDER_SCHEMA = 2  # of a session with an order, which older code would end with a payment token
MAX_ITEM_BYTES = 2900  # three write units of 1,024 bytes, with room to spare


def from_record(record: Record) -> Item:
    """Raises TypeError for a card value that is not sealed."""
    session = record.session
    item: Item = {
        "sessionId": string(session.id),
        "schema": number(ORDER_SCHEMA if session.order else SCHEMA),
        "version": number(record.version),
        "tokenHash": string(record.token_hash),
        "messageId": string(record.message_id),
        "currentStep": string(session.step.value),
        "status": string(session.status),
        "language": string(session.language),
        "lastUpdated": string(to_iso(record.updated)),
        "ttl": number(record.ttl),
        "collectionData": {"M": _collected(session)},
        "refusals": number(session.refusals),
        "declines": number(session.declines),
    }
    optional = {
        "refused": session.refused and string(session.refused.value),
        "changing": session.changing and string(session.changing.value),
        **{flag: {"BOOL": True} for flag in ("choosing", "ending") if getattr(session, flag)},
        "error": session.error and {"M": _error(session.error)},
        "attempt": record.attempt and string(record.attempt),
        "counted": record.counted and {"BOOL": True},
        "cardDeadline": record.card_deadline and number(record.card_deadline),
        "claimUntil": record.claim_until and number(record.claim_until),
        "askedStripe": record.asked_stripe and number(record.asked_stripe),
        **(order_items.from_visit(session.order) if session.order else {}),
        "method": session.method and {"M": order_items.from_method(session.method)},
    }
    item.update({name: value for name, value in optional.items() if value})
    history = order_items.without_description(session.history, session.order)
    item["conversationHistory"] = {"L": history_that_fits(history, MAX_ITEM_BYTES - size(item))}
    return item


def to_record(item: Item, terms_of: TermsOf) -> Record:
    """`terms_of`: asked for terms that were too long for the item.

    Raises SessionExpired for an item of another schema, as a rollback leaves behind, and for a damaged one.
    """
    if item.get("schema") not in (number(SCHEMA), number(ORDER_SCHEMA)):
        raise SessionExpired
    try:
        return _record(item, terms_of)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise SessionExpired from None


def _record(item: Item, terms_of: TermsOf) -> Record:
    data = item["collectionData"]["M"]
    order = order_items.to_visit(item, terms_of) if "orderId" in item else None
    lines = tuple(Line(line["M"]["role"]["S"], line["M"]["content"]["S"]) for line in item["conversationHistory"]["L"])
    session = Session(
        id=item["sessionId"]["S"],
        language=item["language"]["S"],
        step=Step(item["currentStep"]["S"]),
        name=data["name"]["S"] if "name" in data else None,
        card=_kept(data["card"]["M"]) if "card" in data else None,
        expiry=_expiry(data["expiry"]["S"]) if "expiry" in data else None,
        cvv=_sealed(data.get("cvv")),
        partial_number=_sealed(data.get("part")),
        history=order_items.with_description(lines, order),
        error=_refusal(item["error"]["M"]) if "error" in item else None,
        refused=Field(item["refused"]["S"]) if "refused" in item else None,
        refusals=int(item["refusals"]["N"]),
        declines=int(item["declines"]["N"]),
        changing=Field(item["changing"]["S"]) if "changing" in item else None,
        choosing="choosing" in item,
        ending="ending" in item,
        unsure_name=_to_text(data.get("unsureName")),
        order=order,
        method=order_items.to_method(item["method"]["M"]) if "method" in item else None,
    )
    return Record(
        session,
        token_hash=item["tokenHash"]["S"],
        version=int(item["version"]["N"]),
        message_id=item["messageId"]["S"],
        updated=from_iso(item["lastUpdated"]["S"]),
        ttl=int(item["ttl"]["N"]),
        card_deadline=_to_int(item.get("cardDeadline")),
        attempt=item["attempt"]["S"] if "attempt" in item else None,
        counted=item.get("counted") == {"BOOL": True},
        claim_until=_to_int(item.get("claimUntil")),
        asked_stripe=_to_int(item.get("askedStripe")),
    )


def from_receipt(receipt: Receipt, ttl: int) -> Item:
    payment = receipt.payment
    outcome = {"token": payment.token, "orderId": receipt.order_id}
    return {
        "tokenHash": string(receipt.token_hash),
        "sessionId": string(receipt.session_id),
        **{name: string(value) for name, value in outcome.items() if value},
        "brand": string(payment.brand),
        "last4": string(payment.last4),
        "language": string(receipt.language),
        "createdAt": string(to_iso(receipt.created)),
        "ttl": number(ttl),
    }


def to_receipt(item: Item) -> Receipt:
    return Receipt(
        session_id=item["sessionId"]["S"],
        token_hash=item["tokenHash"]["S"],
        payment=PaymentToken(_to_text(item.get("token")), item["brand"]["S"], item["last4"]["S"]),
        language=item["language"]["S"],
        created=from_iso(item["createdAt"]["S"]),
        order_id=_to_text(item.get("orderId")),
    )


def _collected(session: Session) -> Item:
    data: Item = {}
    if session.name is not None:
        data["name"] = string(session.name)
    if session.unsure_name is not None:
        data["unsureName"] = string(session.unsure_name)
    if session.expiry is not None:
        data["expiry"] = string(str(session.expiry))
    if session.card is not None:
        data["card"] = {
            "M": {
                "brand": string(session.card.brand.value),
                "last4": string(session.card.last4),
                "sealed": _blob(session.card.number),
            }
        }
    if session.cvv is not None:
        data["cvv"] = {"M": {"sealed": _blob(session.cvv)}}
    if session.partial_number is not None:
        data["part"] = {"M": {"sealed": _blob(session.partial_number)}}
    return data


def _blob(value: object) -> dict[str, Any]:
    if not isinstance(value, Sealed):
        raise TypeError("a card value is not sealed")
    return {"B": value.blob}


def _kept(card: Item) -> KeptCard:
    return KeptCard(Brand(card["brand"]["S"]), card["last4"]["S"], Sealed(bytes(card["sealed"]["B"])))


def _sealed(value: dict[str, Any] | None) -> Sealed | None:
    return Sealed(bytes(value["M"]["sealed"]["B"])) if value else None


def _expiry(text: str) -> Expiry:
    month, year = text.split("/")
    return Expiry(int(month), 2000 + int(year))


def _error(error: Refusal) -> Item:
    parts = {"code": error.code, "field": error.field, "brand": error.brand}
    return {name: string(str(value)) for name, value in parts.items() if value}


def _refusal(error: Item) -> Refusal:
    return Refusal(
        error["code"]["S"],
        Field(error["field"]["S"]) if "field" in error else None,
        Brand(error["brand"]["S"]) if "brand" in error else None,
    )


def _to_text(value: dict[str, str] | None) -> str | None:
    return value["S"] if value else None


def _to_int(value: dict[str, str] | None) -> int | None:
    return int(value["N"]) if value else None
