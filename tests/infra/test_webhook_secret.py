"""`make webhook-secret`: shown to the merchant, and rotated with two valid at once."""

import json
import time

import pytest
from standardwebhooks import Webhook

from infra.operations.webhook_secret import WebhookSecret, changed
from webhooks.signing import signed_headers, signing_keys

MADE_WITH_THE_STACK = json.dumps({"previous": None, "current": "a1B2c3D4" * 4})
NEW = "whsec_" + "e5F6" * 8


@pytest.fixture
def first() -> WebhookSecret:
    return WebhookSecret.parse(MADE_WITH_THE_STACK)


def signed(secret: WebhookSecret, body: bytes) -> dict[str, str]:
    """As the function signs that sends webhooks."""
    return signed_headers("evt_1", int(time.time()), body, signing_keys(json.loads(secret.text())))


def test_the_merchant_verifies_with_what_is_shown(first: WebhookSecret):
    (shown,) = first.shown()
    headers = signed_headers(
        "evt_1", int(time.time()), b'{"type": "order.started"}', signing_keys(json.loads(first.text()))
    )

    assert Webhook(shown).verify('{"type": "order.started"}', headers) == {"type": "order.started"}


def test_during_a_rotation_either_secret_verifies(first: WebhookSecret):
    rotated = changed(first, "yes", NEW)
    headers = signed(rotated, b"{}")

    assert rotated.shown() == [NEW, *first.shown()]
    for secret in rotated.shown():
        Webhook(secret).verify("{}", headers)


def test_the_end_of_a_rotation_takes_the_old_one_away(first: WebhookSecret):
    ended = changed(changed(first, "yes", NEW), "end", "unused")

    assert WebhookSecret.parse(ended.text()) == WebhookSecret(NEW)


def test_a_rotation_waits_for_the_end_of_the_last_one(first: WebhookSecret):
    with pytest.raises(SystemExit, match="ROTATE=end"):
        changed(changed(first, "yes", NEW), "yes", "whsec_third")


def test_without_a_wish_nothing_changes(first: WebhookSecret):
    assert changed(first, "", NEW) == first


def test_another_wish_is_refused(first: WebhookSecret):
    with pytest.raises(SystemExit, match="yes or end"):
        changed(first, "no", NEW)
