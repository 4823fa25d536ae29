"""Stripe's events: believed when they are signed, and then no more than a hint to look."""

import base64
import json
import time

import pytest
import stripe

from payments.order import AtStripe, Change, Status, StripeKind
from payments.settlement import Settlement
from runtime.aws import Unavailable
from runtime.json_secret import JsonSecret
from stripe_events.receiver import MAX_BODY_BYTES, Receiver
from tests.fakes import NOON, FakeStripe, FakeTelemetry, MemoryOrders, an_order

SECRET, OLDER = "whsec_test_1", "whsec_test_0"
CHECKOUT = AtStripe(StripeKind.CHECKOUT, "cs_1")
THIN = {"object": "v2.core.event", "id": "evt_1", "related_object": {"id": "cs_1", "type": "checkout.session"}}
SNAPSHOT = {"object": "event", "id": "evt_1", "data": {"object": {"id": "cs_1", "object": "checkout.session"}}}


class SigningSecret:
    """Secrets Manager with the signing secrets; counts its calls."""

    def __init__(self, *secrets) -> None:
        self.value, self.calls = {"secrets": list(secrets)}, 0

    def get_secret_value(self, SecretId):  # noqa: N803
        self.calls += 1
        return {"SecretString": json.dumps(self.value)}


class House:
    def __init__(self, *secrets) -> None:
        self.clock, self.stripe, self.telemetry = NOON, FakeStripe(), FakeTelemetry()
        order = an_order(status=Status.IN_PROGRESS, changes=(Change(Status.IN_PROGRESS, NOON),))
        self.id = order.id
        self.orders = MemoryOrders(self.stripe.stand(order, CHECKOUT))
        self.manager = SigningSecret(*(secrets or (SECRET,)))
        self.receiver = Receiver(
            JsonSecret(self.manager, "signing", lambda: self.clock),
            self.orders,
            Settlement(self.orders, self.stripe, self.telemetry, lambda: self.clock),
            self.telemetry,
        )

    def gets(self, body, *, secret=SECRET, age=0, header=None, encoded=False):
        text = body if isinstance(body, str) else json.dumps(body)
        signed = signature(text, secret, age) if header is None else header
        event = {"httpMethod": "POST", "resource": "/stripe/events", "headers": {"Stripe-Signature": signed}}
        event["body"] = base64.b64encode(text.encode()).decode() if encoded else text
        return self.receiver.respond(event | {"isBase64Encoded": encoded})["statusCode"]

    @property
    def status(self):
        return self.orders.load(self.id).status


def signature(text, secret, age=0):
    return stripe.WebhookSignature.generate_signature_header(text, secret, int(time.time()) - age)


@pytest.mark.parametrize("event", [THIN, SNAPSHOT], ids=["thin", "snapshot"])
@pytest.mark.parametrize("encoded", [False, True], ids=["text", "base64"])
def test_an_event_completes_the_order(event, encoded):
    house = House()
    house.stripe.pay(CHECKOUT)

    assert house.gets(event, encoded=encoded) == 200
    assert house.status is Status.COMPLETED


def test_what_the_event_says_is_not_believed():
    house = House()
    claim = {"id": "cs_1", "payment_status": "paid", "status": "complete", "amount_total": 4990}

    assert house.gets(SNAPSHOT | {"data": {"object": claim}}) == 200
    assert house.status is Status.IN_PROGRESS
    assert house.stripe.asked == ["retrieve cs_1"]


def test_an_event_that_comes_again_changes_nothing():
    house = House()
    house.stripe.pay(CHECKOUT)

    assert [house.gets(THIN) for _ in range(3)] == [200] * 3
    assert house.stripe.asked == ["retrieve cs_1"]
    assert len(house.orders.load(house.id).changes) == 2


FORGERIES = {
    "unsigned": {"header": ""},
    "no signature": {"header": "t=1"},
    "garbage": {"header": "t=x,v1=ü,v1="},
    "another secret": {"secret": "whsec_other"},
    "stale": {"age": 301},
    "tampered": {"header": signature("{}", SECRET)},
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_event_is_refused_without_asking_stripe(forgery):
    house = House()
    house.stripe.pay(CHECKOUT)

    assert house.gets(THIN, **forgery) == 400
    assert house.stripe.asked == []
    assert house.telemetry.counts == [("EventForged", {})]


@pytest.mark.parametrize(
    "body",
    ["", "not JSON", "[]", "null", '"x"', "[" * 100_000, "x" * (MAX_BODY_BYTES + 1), "x" * 10_000_000],
    ids=["empty", "no JSON", "list", "null", "text", "deep", "large", "10 MB"],
)
@pytest.mark.parametrize("secret", [SECRET, "whsec_other"], ids=["signed", "unsigned"])
def test_what_is_no_event_is_refused(body, secret):
    house = House()

    assert house.gets(body, secret=secret) == 400
    assert house.stripe.asked == []


def test_a_body_that_is_not_text_is_refused():
    house = House()
    event = {"httpMethod": "POST", "headers": {"stripe-signature": "t=1,v1=1"}, "isBase64Encoded": True}

    for body in (base64.b64encode(b"\xff\xfe").decode(), "no base64!"):
        assert house.receiver.respond(event | {"body": body})["statusCode"] == 400


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"data": None},
        {"data": {"object": None}},
        {"data": {"object": {"id": 1}}},
        {"related_object": "cs_1"},
        {"related_object": {"id": "evt_1"}},
        {"related_object": {"id": "cs_unknown"}},
        {"related_object": {"id": "cs_1' OR"}},
    ],
    ids=str,
)
def test_an_event_about_nothing_of_ours_is_taken_and_forgotten(event):
    house = House()

    assert house.gets(event) == 200
    assert house.stripe.asked == []


def test_both_secrets_are_good_during_a_rotation():
    house = House(SECRET, OLDER)

    assert (house.gets(THIN, secret=SECRET), house.gets(THIN, secret=OLDER)) == (200, 200)


def test_a_secret_that_was_stored_just_now_is_fetched():
    house = House(OLDER)
    assert house.gets(THIN, secret=OLDER) == 200
    house.manager.value = {"secrets": [SECRET, OLDER]}
    house.clock += 60

    assert house.gets(THIN, secret=SECRET) == 200


def test_forged_events_do_not_cost_a_call_each():
    house = House()

    for _ in range(10):
        house.gets(THIN, secret="whsec_other")

    assert house.manager.calls == 1


def test_a_stage_without_a_secret_believes_nothing():
    house = House()
    house.manager.value = {"secrets": []}

    assert house.gets(THIN) == 400


def test_an_outage_makes_stripe_repeat_the_event():
    house = House()
    house.stripe.trouble.append(Unavailable("stripe", "RateLimitError"))

    assert house.gets(THIN) == 503


def test_an_event_of_the_partner_bus_needs_no_signature():
    house = House()
    house.stripe.pay(CHECKOUT)

    house.receiver.take_from_bus({"source": "aws.partner/stripe.com/ed_1", "detail": THIN})

    assert house.status is Status.COMPLETED
    assert house.receiver.take_from_bus({"detail": "x"}) is None
