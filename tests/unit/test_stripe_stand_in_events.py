"""The Stripe stand-in's events: which, how signed, to whom, and what a test can do to them."""

import json

import pytest
import stripe

from local.stripe.events.deliveries import RETRY_SECONDS, Deliveries, Delivery
from tests.stripe_shop import CHALLENGED, DECLINED, shop, wait_until


@pytest.fixture
def store():
    with shop() as opened:
        yield opened


def kinds(store):
    return [delivery["type"] for delivery in store.ask("GET", "/_control/events")]


def bodies(events):
    return [json.loads(body) for _, body in events]


def paid(store, **more):
    session = store.checkout(**more)
    assert store.payer(session.url, "pay").status_code == 200
    return session


def test_a_thin_event_names_its_object_and_carries_a_good_signature(store):
    session = paid(store)

    parsed = [store.sdk.parse_event_notification(body, signed, store.secret) for signed, body in store.hears(2)]

    assert {event.type for event in parsed} == {"v1.payment_intent.succeeded", "v1.checkout.session.completed"}
    (completed,) = [event for event in parsed if event.type == "v1.checkout.session.completed"]
    assert completed.related_object.id == session.id
    assert completed.related_object.url == f"/v1/checkout/sessions/{session.id}"
    assert "4990" not in repr(bodies(store.heard.events))


@pytest.mark.parametrize(
    ("card", "deeds", "expected"),
    [
        (DECLINED, (), ["payment_intent.payment_failed"]),
        (
            CHALLENGED,
            ("authenticate",),
            ["payment_intent.requires_action", "payment_intent.succeeded", "checkout.session.completed"],
        ),
        (CHALLENGED, ("fail_authentication",), ["payment_intent.requires_action", "payment_intent.payment_failed"]),
    ],
)
def test_what_happens_at_a_checkout_is_told_in_order(store, card, deeds, expected):
    session = store.checkout()
    store.payer(session.url, "pay", card=card)
    for deed in deeds:
        store.payer(session.url, deed)

    assert kinds(store) == expected


def test_holds_setups_and_cancellations_are_told(store):
    paid(store, payment_intent_data={"capture_method": "manual"})
    store.payer(store.checkout("setup").url, "pay")
    store.payer(store.checkout("setup").url, "pay", card=DECLINED)
    store.sdk.v1.payment_intents.cancel(store.payment().id)
    store.sdk.v1.setup_intents.cancel(store.setup().id)
    store.sdk.v1.checkout.sessions.expire(store.checkout().id)

    assert kinds(store) == [
        "payment_intent.amount_capturable_updated",
        "checkout.session.completed",
        "setup_intent.succeeded",
        "checkout.session.completed",
        "setup_intent.setup_failed",
        "payment_intent.canceled",
        "setup_intent.canceled",
        "checkout.session.expired",
    ]


def test_an_event_is_sent_again_until_it_is_taken(store):
    store.heard.refusals = 3
    intent = store.payment()

    store.sdk.v1.payment_intents.cancel(intent.id)
    wait_until(lambda: store.ask("GET", "/_control/events")[0]["state"] == "delivered")

    (delivery,) = store.ask("GET", "/_control/events")
    assert (delivery["about"], delivery["statuses"]) == (intent.id, [500, 500, 500, 200])
    assert len({event["id"] for event in bodies(store.heard.events)}) == 1


def test_an_event_that_nobody_takes_is_given_up():
    deliveries = Deliveries(lambda *_: 0, retry_seconds=(0.01,) * len(RETRY_SECONDS))
    event = {"event": "evt_1", "type": "payment_intent.succeeded", "about": "pi_1", "order": None}
    delivery = Delivery(**event, url="http://127.0.0.1:1/", behaviour="deliver", body=b"{}", secrets=["whsec_x"])

    deliveries.add(delivery, {})
    wait_until(lambda: delivery.state != "pending")

    assert (delivery.state, len(delivery.statuses)) == ("failed", 8)


def test_a_dropped_event_never_arrives(store):
    store.ask("POST", "/_control/events", {"behaviour": "drop", "times": 2})

    paid(store)
    paid(store)

    assert len(store.hears(2)) == 2
    assert [each["state"] for each in store.ask("GET", "/_control/events")][:2] == ["dropped", "dropped"]


def test_a_duplicated_event_arrives_twice_under_one_id(store):
    store.ask("POST", "/_control/events", {"behaviour": "duplicate", "type": "checkout.session.completed"})

    paid(store)

    ids = [event["id"] for event in bodies(store.hears(3))]
    assert (len(ids), len(set(ids))) == (3, 2)


def test_shuffled_events_arrive_in_another_order(store):
    store.ask("POST", "/_control/events", {"behaviour": "shuffle", "times": None})

    paid(store)

    arrived = [event["type"].removeprefix("v1.") for event in bodies(store.hears(2))]
    assert arrived == list(reversed(kinds(store)))


def test_a_delayed_event_arrives_later(store):
    store.ask("POST", "/_control/events", {"behaviour": "delay", "seconds": 0.3, "type": "payment_intent.succeeded"})

    paid(store)

    arrived = [event["type"] for event in bodies(store.hears(2))]
    assert arrived == ["v1.checkout.session.completed", "v1.payment_intent.succeeded"]


@pytest.mark.parametrize("behaviour", ["wrong_secret", "stale", "unsigned"])
def test_a_forged_event_is_refused_by_stripes_own_check(store, behaviour):
    store.ask("POST", "/_control/events", {"behaviour": behaviour})

    store.sdk.v1.payment_intents.cancel(store.payment().id)

    ((signed, body),) = store.hears(1)
    with pytest.raises(stripe.SignatureVerificationError):
        store.sdk.parse_event_notification(body, signed, store.secret)


def test_a_behaviour_can_be_limited_to_one_order_and_taken_back(store):
    store.ask("POST", "/_control/events", {"behaviour": "drop", "order": "ord_2"})
    cancel = store.sdk.v1.payment_intents.cancel

    for order in ("ord_1", "ord_2"):
        cancel(store.payment(metadata={"order": order}).id)
    store.ask("POST", "/_control/events", {"behaviour": "deliver"})
    cancel(store.payment(metadata={"order": "ord_2"}).id)
    store.hears(2)

    states = [(each["order"], each["state"] == "dropped") for each in store.ask("GET", "/_control/events")]
    assert states == [("ord_1", False), ("ord_2", True), ("ord_2", False)]
    assert len(store.ask("GET", "/_control/events", order="ord_2")) == 2


def test_an_unknown_behaviour_is_refused(store):
    assert store.answer("POST", "/_control/events", {"behaviour": "explode"}).status_code == 400


def destination(store, **more):
    asked = {
        "name": "payment chat",
        "type": "webhook_endpoint",
        "event_payload": "thin",
        "enabled_events": ["v1.checkout.session.completed"],
        "webhook_endpoint": {"url": "http://127.0.0.1:1/stripe/events"},
    }
    return store.sdk.v2.core.event_destinations.create(asked | more)


def test_a_destination_gives_its_secret_once_and_only_when_asked(store):
    shown = destination(store, include=["webhook_endpoint.signing_secret"])
    hidden = destination(store)
    listed = store.sdk.v2.core.event_destinations.list({"include": ["webhook_endpoint.url"]}).data

    assert shown.webhook_endpoint.signing_secret.startswith("whsec_")
    assert hidden.webhook_endpoint.signing_secret is None
    assert {each.webhook_endpoint.url for each in listed if each.name == "payment chat"} == {
        "http://127.0.0.1:1/stripe/events"
    }
    assert {each.webhook_endpoint.signing_secret for each in listed} == {None}


def test_a_destination_hears_what_it_asked_for_until_it_is_switched_off_or_deleted(store):
    made = destination(store)
    part = store.sdk.v2.core.event_destinations
    counts = []
    for change in (
        lambda: None,
        lambda: part.disable(made.id),
        lambda: part.enable(made.id),
        lambda: part.delete(made.id),
    ):
        change()
        paid(store)
        urls = [each["url"] for each in store.ask("GET", "/_control/events")]
        counts.append(urls.count("http://127.0.0.1:1/stripe/events"))

    assert counts == [1, 1, 2, 2]
    with pytest.raises(stripe.StripeError):
        part.retrieve(made.id)


def test_a_rotated_secret_signs_beside_the_new_one(store):
    (address,) = {each["url"] for each in _cancelled(store)}
    store.ask("POST", "/_control/webhook", {"url": address, "secret": ["whsec_new", "whsec_old"]})

    store.sdk.v1.payment_intents.cancel(store.payment().id)

    signed, body = store.hears(2)[-1]
    for secret in ("whsec_new", "whsec_old"):
        assert store.sdk.parse_event_notification(body, signed, secret).type == "v1.payment_intent.canceled"


def test_a_snapshot_shows_the_object_as_it_was(store):
    (address,) = {each["url"] for each in _cancelled(store)}
    store.ask("POST", "/_control/webhook", {"url": address, "secret": store.secret, "payload": "snapshot"})
    intent = store.payment()

    store.sdk.v1.payment_intents.cancel(intent.id)

    signed, body = store.hears(2)[-1]
    event = stripe.Webhook.construct_event(body, signed, store.secret)
    assert (event.type, event.data.object.id, event.data.object.status) == (
        "payment_intent.canceled",
        intent.id,
        "canceled",
    )


def _cancelled(store):
    store.sdk.v1.payment_intents.cancel(store.payment().id)
    store.hears(1)
    return store.ask("GET", "/_control/events")
