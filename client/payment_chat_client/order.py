"""An order as the API shows it, and what is asked for with a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NotRequired, TypedDict

Purpose = Literal["charge", "authorize", "save"]
Capture = Literal["hosted", "chat"]
Status = Literal["open", "in_progress", "completed", "failed", "cancelled", "expired"]

FINAL: frozenset[str] = frozenset({"completed", "failed", "cancelled", "expired"})

Json = Mapping[str, Any]


class OrderRequest(TypedDict):
    """What a merchant asks for. None is the same as leaving a field out."""

    reference: str  # the merchant's own id; the same request under the same reference gives the same order
    purpose: Purpose  # take the money now, hold it, or charge nothing and keep the card for later
    description: str  # 1 to 200 characters that the payer reads
    amount: NotRequired[int | None]  # in the currency's smallest unit; none for `save`
    currency: NotRequired[str | None]  # ISO code in lower case
    capture: NotRequired[Capture | None]  # who takes the card: Stripe's page or the conversation
    customer: NotRequired[str | None]  # cus_…
    email: NotRequired[str | None]  # the payer's
    locale: NotRequired[str | None]
    return_url: NotRequired[str | None]  # where "Back to {merchant}" leads
    expires_in: NotRequired[int | None]  # seconds


@dataclass(frozen=True)
class PaymentMethod:
    id: str  # pm_…
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True)
class Intent:
    id: str  # pi_… or seti_…
    status: str  # succeeded, or requires_capture where the money is held
    capture_before: datetime | None


@dataclass(frozen=True)
class Result:
    payment_method: PaymentMethod
    customer: str | None
    intent: Intent


@dataclass(frozen=True, kw_only=True)
class Order:
    order_id: str  # ord_…
    reference: str
    status: Status
    purpose: Purpose
    amount: int | None  # in the currency's smallest unit; None for `save`, as is the currency
    currency: str | None
    description: str
    capture: Capture
    customer: str | None
    locale: str | None
    return_url: str | None
    created_at: datetime
    expires_at: datetime
    livemode: bool
    result: Result | None  # once it is completed

    @property
    def is_final(self) -> bool:
        """Whether it will not change any more."""
        return self.status in FINAL


@dataclass(frozen=True, kw_only=True)
class CreatedOrder(Order):
    """An order with what only its creation hands out: the payer's key to it, alone and as a link."""

    order_token: str = field(repr=False)
    link: str | None = field(repr=False)  # None where the stage has no page
    is_new: bool  # False when the same request had been made before


def read_order(body: Json) -> Order:
    """Raises KeyError, TypeError or ValueError when it is not an order of the contract."""
    return Order(**_order_fields(body))


def read_created_order(body: Json, *, is_new: bool) -> CreatedOrder:
    """Raises as `read_order` does."""
    return CreatedOrder(**_order_fields(body), order_token=body["orderToken"], link=body["link"], is_new=is_new)


def to_wire(request: Json) -> dict[str, Any]:
    """The body of `POST /orders`: fields in the API's spelling, without those that are None."""
    return {_camel(name): value for name, value in request.items() if value is not None}


def to_json(value: Any) -> Any:
    """Dataclasses as the API writes them: names in camel case, times in UTC with a Z."""
    if is_dataclass(value):
        return {_camel(each.name): to_json(getattr(value, each.name)) for each in fields(value)}
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _order_fields(body: Json) -> dict[str, Any]:
    return {
        "order_id": str(body["orderId"]),
        **{name: body[name] for name in ("reference", "status", "purpose", "description", "capture", "livemode")},
        **{name: body.get(name) for name in ("amount", "currency", "customer", "locale")},
        "return_url": body.get("returnUrl"),
        "created_at": datetime.fromisoformat(body["createdAt"]),
        "expires_at": datetime.fromisoformat(body["expiresAt"]),
        "result": _result(body["result"]) if body.get("result") else None,
    }


def _result(body: Json) -> Result:
    method, intent = body["paymentMethod"], body["intent"]
    capture_before = intent.get("captureBefore")
    return Result(
        payment_method=PaymentMethod(
            method["id"], method["brand"], method["last4"], method["expMonth"], method["expYear"]
        ),
        customer=body.get("customer"),
        intent=Intent(
            intent["id"], intent["status"], datetime.fromisoformat(capture_before) if capture_before else None
        ),
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
