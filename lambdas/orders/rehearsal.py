"""An order before Lambda takes the snapshot: what the merchant's requests load is then part of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from payments.adapters.stripe_rehearsal import REHEARSED_KEY, rehearsed_stripe
from payments.order import AtStripe, StripeKind
from runtime.rehearsal import NotAsExpected, RehearsedAws, muted

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools import Logger

    from orders.api import Api
    from payments.adapters.wiring import OrderParts

REQUEST = {"reference": "rehearsal", "purpose": "save", "description": "A rehearsal"}


def rehearse(make: Callable[[OrderParts], Api], parts: OrderParts, logger: Logger) -> None:
    """`make`: the function's own wiring. Raises NotAsExpected."""
    aws = RehearsedAws({parts.settings.text("STRIPE_SECRET"): REHEARSED_KEY})
    with aws.answering(parts.clients), muted(logger):
        anew = replace(parts, connect=rehearsed_stripe())  # no key stays in the parts that are used
        api = make(anew)
        created = api.respond(_event("POST", "/orders", REQUEST))
        if created["statusCode"] != 201:
            raise NotAsExpected(f"create: {created['statusCode']}")
        id_ = json.loads(created["body"])["orderId"]
        order = anew.table.load(id_)
        if order:
            at_stripe = AtStripe(StripeKind.CHECKOUT, "cs_rehearsal")
            anew.table.replace(replace(order, at_stripe=at_stripe, version=order.version + 1), order)
        for method, resource in (("GET", "/orders/{orderId}"), ("POST", "/orders/{orderId}/cancel")):
            reply = api.respond(_event(method, resource, {}, {"orderId": id_}))
            if reply["statusCode"] != 200:
                raise NotAsExpected(f"{method} {resource}: {reply['statusCode']}")


def _event(method: str, resource: str, body: dict[str, str], path: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "httpMethod": method,
        "resource": resource,
        "headers": {"Content-Type": "application/json"},
        "pathParameters": path,
        "isBase64Encoded": False,
        "body": json.dumps(body),
    }
