"""Records and receipts as DynamoDB items, and back. The whole item stays within SIZE bytes, whatever the language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chat.turns.ports import Receipt, Record, SessionExpired
from chat.values.brands import Brand
from chat.values.card import Expiry, Field, Refusal
from chat.values.session import KeptCard, Line, PaymentToken, Sealed, Session, Step

Item = dict[str, dict[str, Any]]

SCHEMA = 1  # raised when old code could not read the item; it then treats it as expired
SIZE = 2900  # bytes; a write unit is 1,024
LINES = 12  # of the history: turn 200 costs what turn 6 costs
LINE = 300  # bytes kept of what a payer wrote, in the history
MAP = 3  # bytes that DynamoDB counts for a map or a list, and one more for each entry


def of_record(record: Record) -> Item:
    """Raises TypeError on a card value that is not sealed: nothing open is ever stored."""
    session = record.session
    item: Item = {
        "sessionId": _s(session.id),
        "schema": _n(SCHEMA),
        "version": _n(record.version),
        "tokenHash": _s(record.token_hash),
        "messageId": _s(record.message_id),
        "currentStep": _s(session.step.value),
        "status": _s(session.status),
        "language": _s(session.language),
        "lastUpdated": _s(iso(record.updated)),
        "ttl": _n(record.ttl),
        "collectionData": {"M": _collected(session)},
        "refusals": _n(session.refusals),
        "declines": _n(session.declines),
    }
    optional = {
        "refused": session.refused and _s(session.refused.value),
        "changing": session.changing and _s(session.changing.value),
        "choosing": session.choosing and {"BOOL": True},
        "error": session.error and {"M": _error(session.error)},
        "attempt": record.attempt and _s(record.attempt),
        "counted": record.counted and {"BOOL": True},
        "cardDeadline": record.card_deadline and _n(record.card_deadline),
        "claimUntil": record.claim_until and _n(record.claim_until),
    }
    item.update({name: value for name, value in optional.items() if value})
    item["conversationHistory"] = {"L": _history(session.history, SIZE - size(item))}
    return item


def to_record(item: Item) -> Record:
    """Raises SessionExpired on an item of another schema, which a rollback may leave behind, or that is damaged."""
    if item.get("schema") != _n(SCHEMA):
        raise SessionExpired
    try:
        return _record(item)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise SessionExpired from None


def _record(item: Item) -> Record:
    data = item["collectionData"]["M"]
    session = Session(
        id=item["sessionId"]["S"],
        language=item["language"]["S"],
        step=Step(item["currentStep"]["S"]),
        name=data["name"]["S"] if "name" in data else None,
        card=_kept(data["card"]["M"]) if "card" in data else None,
        expiry=_expiry(data["expiry"]["S"]) if "expiry" in data else None,
        cvv=_sealed(data.get("cvv")),
        part=_sealed(data.get("part")),
        history=tuple(
            Line(line["M"]["role"]["S"], line["M"]["content"]["S"]) for line in item["conversationHistory"]["L"]
        ),
        error=_refusal(item["error"]["M"]) if "error" in item else None,
        refused=Field(item["refused"]["S"]) if "refused" in item else None,
        refusals=int(item["refusals"]["N"]),
        declines=int(item["declines"]["N"]),
        changing=Field(item["changing"]["S"]) if "changing" in item else None,
        choosing="choosing" in item,
    )
    return Record(
        session,
        token_hash=item["tokenHash"]["S"],
        version=int(item["version"]["N"]),
        message_id=item["messageId"]["S"],
        updated=int(datetime.fromisoformat(item["lastUpdated"]["S"]).timestamp()),
        ttl=int(item["ttl"]["N"]),
        card_deadline=_number(item.get("cardDeadline")),
        attempt=item["attempt"]["S"] if "attempt" in item else None,
        counted=item.get("counted") == {"BOOL": True},
        claim_until=_number(item.get("claimUntil")),
    )


def of_receipt(receipt: Receipt, ttl: int) -> Item:
    return {
        "tokenHash": _s(receipt.token_hash),
        "sessionId": _s(receipt.session_id),
        "token": _s(receipt.payment.token),
        "brand": _s(receipt.payment.brand),
        "last4": _s(receipt.payment.last4),
        "language": _s(receipt.language),
        "createdAt": _s(iso(receipt.created)),
        "ttl": _n(ttl),
    }


def to_receipt(item: Item) -> Receipt:
    return Receipt(
        session_id=item["sessionId"]["S"],
        token_hash=item["tokenHash"]["S"],
        payment=PaymentToken(item["token"]["S"], item["brand"]["S"], item["last4"]["S"]),
        language=item["language"]["S"],
        created=int(datetime.fromisoformat(item["createdAt"]["S"]).timestamp()),
    )


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def size(attributes: Item) -> int:
    """Bytes that DynamoDB counts for names and values, numbers rounded up; the history is not among them.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    counted = 0
    for name, held in attributes.items():
        ((kind, value),) = held.items()
        counted += len(name.encode())
        if kind in ("S", "N"):
            counted += len(value.encode())
        elif kind == "M":
            counted += MAP + len(value) + size(value)
        else:
            counted += len(value) if kind == "B" else 1
    return counted


def _history(lines: tuple[Line, ...], room: int) -> list[dict[str, Any]]:
    """The last lines that fit; the very last always does, because an answer is rebuilt from it."""
    kept: list[dict[str, Any]] = []
    for line in reversed(lines[-LINES:]):
        content = line.content if line.role == "assistant" else _clipped(line.content)
        entry = {"role": _s(line.role), "content": _s(content)}
        room -= 1 + MAP + len(entry) + size(entry)
        if kept and room < 0:
            break
        kept.append({"M": entry})
    return kept[::-1]


def _clipped(text: str) -> str:
    raw = text.encode()
    return text if len(raw) <= LINE else raw[:LINE].decode(errors="ignore") + "…"


def _collected(session: Session) -> Item:
    data: Item = {}
    if session.name is not None:
        data["name"] = _s(session.name)
    if session.expiry is not None:
        data["expiry"] = _s(str(session.expiry))
    if session.card is not None:
        sealed = _blob(session.card.number)
        data["card"] = {"M": {"brand": _s(session.card.brand.value), "last4": _s(session.card.last4), "sealed": sealed}}
    if session.cvv is not None:
        data["cvv"] = {"M": {"sealed": _blob(session.cvv)}}
    if session.part is not None:
        data["part"] = {"M": {"sealed": _blob(session.part)}}
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
    return {name: _s(str(value)) for name, value in parts.items() if value}


def _refusal(error: Item) -> Refusal:
    return Refusal(
        error["code"]["S"],
        Field(error["field"]["S"]) if "field" in error else None,
        Brand(error["brand"]["S"]) if "brand" in error else None,
    )


def _number(value: dict[str, str] | None) -> int | None:
    return int(value["N"]) if value else None


def _s(text: str) -> dict[str, str]:
    return {"S": text}


def _n(number: int) -> dict[str, str]:
    return {"N": str(number)}
