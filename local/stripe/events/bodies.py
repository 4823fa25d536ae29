"""An event as Stripe writes it: thin (an id to ask for) or a snapshot (the object as it was)."""

import copy
import json
from datetime import UTC, datetime

from local.stripe.objects.world import Object

VERSION = "2026-10-28.endive"
ADDRESSES = {
    "checkout.session": "/v1/checkout/sessions/",
    "payment_intent": "/v1/payment_intents/",
    "setup_intent": "/v1/setup_intents/",
}
KINDS = (
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.amount_capturable_updated",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "payment_intent.requires_action",
    "setup_intent.succeeded",
    "setup_intent.setup_failed",
    "setup_intent.canceled",
    "setup_intent.requires_action",
)


def thin(name: str, kind: str, created: int, about: Object) -> bytes:
    event = {
        "id": name,
        "object": "v2.core.event",
        "type": f"v1.{kind}",
        "created": datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "livemode": about["livemode"],
        "context": None,
        "reason": None,
        "related_object": {
            "id": about["id"],
            "type": about["object"],
            "url": ADDRESSES[about["object"]] + about["id"],
        },
    }
    return json.dumps(event).encode()


def snapshot(name: str, kind: str, created: int, about: Object) -> bytes:
    shown = {key: value for key, value in copy.deepcopy(about).items() if key != "line_items"}
    event = {
        "id": name,
        "object": "event",
        "api_version": VERSION,
        "created": created,
        "data": {"object": shown},
        "livemode": about["livemode"],
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
    return json.dumps(event, indent=2).encode()


def wants(enabled: list[str], kind: str) -> bool:
    return any(each in ("*", kind, f"v1.{kind}") for each in enabled)
