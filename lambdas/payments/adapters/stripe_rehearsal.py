"""Stripe for a rehearsal: its SDK's requests, answered here. See runtime.rehearsal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter

from payments.adapters.stripe_client import stripe_client

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stripe import StripeClient

REHEARSED_KEY = "sk_test_rehearsal"
# What a path makes: the kind of the object, and how its id begins.
OBJECTS = {
    "checkout": ("checkout.session", "cs"),
    "customers": ("customer", "cus"),
    "payment_intents": ("payment_intent", "pi"),
    "payment_methods": ("payment_method", "pm"),
    "setup_intents": ("setup_intent", "seti"),
}
DONE = {"confirm": "succeeded", "cancel": "canceled", "expire": "expired"}  # by the end of the path
CARD = {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2099}
METHOD = {"id": "pm_rehearsal", "object": "payment_method", "card": CARD}


def rehearsed_stripe(told: Mapping[str, str] | None = None) -> Callable[[str, str | None], StripeClient]:
    """In place of `stripe_client`: one account. `told`: what earlier requests have said, by the names of the form."""
    session = requests.Session()
    session.mount("https://", _Account(told or {}))
    return lambda key, _url: stripe_client(key, None, session)


class _Account(BaseAdapter):
    """Every intent succeeds when it is confirmed or looked at; a Checkout stays open until it is closed."""

    def __init__(self, told: Mapping[str, str]) -> None:
        super().__init__()
        self._told = dict(told)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        resource, *rest = urlsplit(str(request.url)).path.removeprefix("/v1/").split("/")
        done = DONE.get(rest[-1]) if rest else None
        if request.method == "GET" and resource != "checkout":
            done = "succeeded"
        self._told |= dict(parse_qsl(str(request.body or "")))
        response = requests.Response()
        response.status_code, response.url, response.request = 200, str(request.url), request
        response._content = json.dumps(self._object(resource, done)).encode()  # noqa: SLF001
        return response

    def close(self) -> None: ...

    def _object(self, resource: str, done: str | None) -> dict[str, Any]:
        told, (kind, prefix) = self._told.get, OBJECTS[resource]
        if resource == "payment_methods":
            return METHOD
        amount = int(told("amount") or told("line_items[0][price_data][unit_amount]") or 0)
        return {
            "id": f"{prefix}_rehearsal",
            "object": kind,
            "status": done or ("open" if resource == "checkout" else "requires_confirmation"),
            "livemode": False,
            "metadata": {"order": told("metadata[order]"), "reference": told("metadata[reference]")},
            "client_reference_id": told("client_reference_id"),
            "amount": amount,
            "amount_total": amount,
            "currency": told("currency") or told("line_items[0][price_data][currency]"),
            "mode": told("mode"),
            "url": "https://checkout.stripe.com/c/pay/rehearsal",
            "expires_at": int(told("expires_at") or 0),
            "customer": told("customer"),
            "payment_method": METHOD,
            "latest_charge": {"id": "ch_rehearsal", "object": "charge"},
        }
