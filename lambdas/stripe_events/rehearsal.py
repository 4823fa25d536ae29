"""Two events before Lambda takes the snapshot: what taking Stripe's events loads is then part of it."""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from payments import link
from payments.adapters.stripe_rehearsal import REHEARSED_KEY, rehearsed_stripe
from payments.order import AtStripe, Capture, Order, Purpose, StripeKind, Terms
from runtime.rehearsal import NotAsExpected, RehearsedAws, muted

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools import Logger

    from payments.adapters.wiring import OrderParts
    from stripe_events.receiver import Receiver

SIGNING_SECRET = "whsec_rehearsal"  # noqa: S105  (of no account)
STANDING = (AtStripe(StripeKind.CHECKOUT, "cs_rehearsal"), AtStripe(StripeKind.PAYMENT_INTENT, "pi_rehearsal"))


def rehearse(make: Callable[[OrderParts], Receiver], parts: OrderParts, logger: Logger, now: int) -> None:
    """`make`: the function's own wiring. Raises NotAsExpected."""
    secrets = {
        parts.settings.text("STRIPE_SECRET"): REHEARSED_KEY,
        parts.settings.text("SIGNING_SECRET"): json.dumps({"secrets": [SIGNING_SECRET]}),
    }
    with RehearsedAws(secrets).answering(parts.clients), muted(logger):
        for at in STANDING:
            order = _order(at, now)
            anew = replace(parts, connect=rehearsed_stripe(_told_of(order)))  # no key stays in the parts that are used
            anew.table.create(order)
            reply = make(anew).respond(_event(at.id, now))
            if reply["statusCode"] != 200:
                raise NotAsExpected(f"{at.id}: {reply['statusCode']}")


def _order(at: AtStripe, now: int) -> Order:
    hashed = link.token_hash(at.id)
    terms = Terms("rehearsal", Purpose.CHARGE, "A rehearsal", Capture.HOSTED, 4990, "eur")
    return Order(link.order_id(hashed), terms, hashed, now, now + 3600, livemode=False, at_stripe=at)


def _told_of(order: Order) -> dict[str, str]:
    told = {"metadata[order]": order.id, "amount": str(order.terms.amount), "currency": str(order.terms.currency)}
    return told | {"client_reference_id": order.terms.reference}


def _event(stripe_id: str, now: int) -> dict[str, Any]:
    body = json.dumps({"related_object": {"id": stripe_id}})
    signature = hmac.new(SIGNING_SECRET.encode(), f"{now}.{body}".encode(), "sha256").hexdigest()
    return {
        "httpMethod": "POST",
        "resource": "/stripe/events",
        "headers": {"Stripe-Signature": f"t={now},v1={signature}"},
        "isBase64Encoded": False,
        "body": body,
    }
