"""A webhook is believed only when the stage signed it, a short time ago, with a secret that is valid now."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from payment_chat_client import verify_webhook
from payment_chat_client.errors import InvalidWebhook
from payment_chat_client.order import read_order
from tests.orders_api import OrdersApi

SECRETS = [f"whsec_{base64.b64encode(bytes([letter]) * 32).decode()}" for letter in b"ab"]


def event(**changed):
    api = OrdersApi()
    api._create({"reference": "INV-1", "purpose": "save", "description": "Membership"})
    data = api.set_status("ord_1", "completed")
    return {"type": "order.completed", "timestamp": "2026-11-25T12:00:00Z", "data": data, **changed}


def signed(body, *, secret=SECRETS[0], at=None):
    at = at or datetime.now(UTC)
    headers = {"Webhook-Id": "evt_1", "Webhook-Timestamp": str(int(at.timestamp()))}
    return {**headers, "Webhook-Signature": Webhook(secret).sign("evt_1", at, body)}


def signed_event(**changed):
    """Headers and body of an event, as the stage sends it."""
    body = json.dumps(event(**changed))
    return signed(body), body


def test_a_signed_event_is_read():
    body = json.dumps(event())

    told = verify_webhook(signed(body), body.encode(), SECRETS[:1])

    assert (told.id, told.type, told.order) == ("evt_1", "order.completed", read_order(event()["data"]))


@pytest.mark.parametrize("secret", SECRETS, ids=["the old secret", "the new secret"])
def test_two_secrets_are_valid_during_a_rotation(secret):
    body = json.dumps(event())

    assert verify_webhook(signed(body, secret=secret), body, SECRETS).id == "evt_1"


def test_a_changed_body_is_refused():
    body = json.dumps(event())

    with pytest.raises(InvalidWebhook):
        verify_webhook(signed(body), body + " ", SECRETS)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_or_early_event_is_refused(minutes):
    body = json.dumps(event())

    with pytest.raises(InvalidWebhook):
        verify_webhook(signed(body, at=datetime.now(UTC) + timedelta(minutes=minutes)), body, SECRETS)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,%%%"},
        {"webhook-signature": "v2,AAAA"},
        {"webhook-timestamp": "noon"},
    ],
    ids=str,
)
def test_a_malformed_signature_is_refused(headers):
    body = json.dumps(event())
    sent = {name.lower(): value for name, value in signed(body).items()} | headers if headers else {}

    with pytest.raises(InvalidWebhook):
        verify_webhook(sent, body, SECRETS)


def test_without_a_secret_nothing_is_believed():
    body = json.dumps(event())

    with pytest.raises(InvalidWebhook):
        verify_webhook(signed(body), body, [])


@pytest.mark.parametrize("body", ["[]", "null", "{}", json.dumps(event(data={})), json.dumps(event(timestamp="now"))])
def test_a_signed_text_that_is_no_event_is_refused(body):
    with pytest.raises(InvalidWebhook, match="no event"):
        verify_webhook(signed(body), body, SECRETS)


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(InvalidWebhook):
        verify_webhook(signed("x"), b"\xff", SECRETS)
