"""The body of `POST /orders` as a checked request. A refusal names the field, never its value."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from orders.card_traces import shows_card_number
from orders.reference import is_reference
from orders.return_address import is_return_address
from payments.money import AmountRefused, check_amount
from payments.order import Capture, Purpose, Terms
from runtime.gateway import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCALES = frozenset({"ar", "de", "en", "es", "fr", "it", "ja", "nl", "pt", "sw", "zh"})
MAX_DESCRIPTION_CHARS = 200
MAX_EMAIL_CHARS = 254
MIN_SECONDS, MAX_SECONDS, DEFAULT_SECONDS = 300, 30 * 24 * 3600, 24 * 3600
REQUIRED = frozenset({"reference", "purpose", "description"})
OPTIONAL = frozenset({"amount", "currency", "capture", "customer", "email", "locale", "returnUrl", "expiresIn"})
FIELDS = REQUIRED | OPTIONAL
CUSTOMER = re.compile(r"cus_[A-Za-z0-9]{1,60}")
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
NOT_PRINTABLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class OrderRules:
    """What the stage allows. `return_hosts`: where a return address may lead; on the local stage also to loopback."""

    currencies: frozenset[str]
    captures: frozenset[Capture]
    default_capture: Capture
    return_hosts: frozenset[str]
    is_local: bool


@dataclass(frozen=True)
class OrderRequest:
    """`expires_in`: seconds."""

    terms: Terms
    customer: str | None = None
    email: str | None = field(default=None, repr=False)
    locale: str | None = None
    expires_in: int = DEFAULT_SECONDS


def read_order_request(body: Mapping[str, Any], rules: OrderRules) -> OrderRequest:
    """Raises RequestRefused."""
    if unknown := body.keys() - FIELDS:
        raise invalid(f"the body has {len(unknown)} unknown field(s); known are {', '.join(sorted(FIELDS))}")
    purpose = Purpose(_one_of("purpose", body.get("purpose"), frozenset(Purpose)))
    amount, currency = _money(body, purpose, rules)
    terms = Terms(
        reference=_reference(body.get("reference")),
        purpose=purpose,
        description=_description(body.get("description")),
        capture=Capture(_one_of("capture", body.get("capture", rules.default_capture), rules.captures)),
        amount=amount,
        currency=currency,
        return_url=_return_url(body, rules),
    )
    return OrderRequest(
        terms,
        customer=_customer(body),
        email=_email(body),
        locale=_one_of("locale", body["locale"], LOCALES) if "locale" in body else None,
        expires_in=_expires_in(body.get("expiresIn", DEFAULT_SECONDS)),
    )


def _one_of(name: str, value: object, allowed: frozenset[str]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise invalid(f"{name} must be one of {', '.join(sorted(allowed))}")
    return value


def _reference(value: object) -> str:
    if not isinstance(value, str) or not is_reference(value):
        raise invalid("reference must be 1 to 64 letters, digits, _ or -, without 12 digits once _ and - are left out")
    return value


def _money(body: Mapping[str, Any], purpose: Purpose, rules: OrderRules) -> tuple[int | None, str | None]:
    if purpose is Purpose.SAVE:
        for name in ("amount", "currency"):
            if name in body:
                raise invalid(f"{name} must be absent when purpose is save: nothing is charged")
        return None, None
    amount = body.get("amount")
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise invalid("amount must be an integer of the currency's smallest unit")
    currency = _one_of("currency", body.get("currency"), rules.currencies)
    try:
        check_amount(amount, currency)
    except AmountRefused as refused:
        raise invalid(f"{refused.field} {refused.reason}") from None
    return amount, currency


def _description(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not 1 <= len(text) <= MAX_DESCRIPTION_CHARS or any(unicodedata.category(char) in NOT_PRINTABLE for char in text):
        raise invalid(f"description must be 1 to {MAX_DESCRIPTION_CHARS} printable characters")
    if shows_card_number(text):
        raise invalid("description must not hold a card number, a masked one included")
    return text


def _return_url(body: Mapping[str, Any], rules: OrderRules) -> str | None:
    value = body.get("returnUrl")
    if "returnUrl" in body and not (
        isinstance(value, str) and is_return_address(value, rules.return_hosts, is_local=rules.is_local)
    ):
        raise invalid("returnUrl must be an https address on a host that this stage allows")
    return value


def _customer(body: Mapping[str, Any]) -> str | None:
    value = body.get("customer")
    if "customer" in body and not (isinstance(value, str) and CUSTOMER.fullmatch(value)):
        raise invalid("customer must be the id of a Stripe customer, cus_…")
    return value


def _email(body: Mapping[str, Any]) -> str | None:
    value = body.get("email")
    if "email" in body and not (isinstance(value, str) and len(value) <= MAX_EMAIL_CHARS and EMAIL.fullmatch(value)):
        raise invalid("email must be an e-mail address")
    return value


def _expires_in(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not MIN_SECONDS <= value <= MAX_SECONDS:
        raise invalid(f"expiresIn must be {MIN_SECONDS} to {MAX_SECONDS} seconds")
    return value
