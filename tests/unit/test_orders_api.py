"""The merchant's API: one order per reference, and what may be done with it."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from threading import Lock

import pytest

from orders.api import Api
from orders.merchant_orders import MerchantOrders
from orders.order_request import OrderRules
from payments.order import AtStripe, Capture, Change, Status, StripeKind
from payments.settlement import Settlement
from runtime.aws import Unavailable
from tests.fakes import NOON, FakeBus, FakeStripe, FakeTelemetry, MemoryOrders, an_order

CHECKOUT = AtStripe(StripeKind.CHECKOUT, "cs_1")
CHARGE = {"reference": "INV-1042", "purpose": "charge", "amount": 4990, "currency": "eur", "description": "Two tickets"}
PAGE = "https://pay.example.com"


class Tokens:
    def derive(self, reference):
        return sha256(reference.encode()).hexdigest()[:43]


class House:
    def __init__(self, *orders, page_url=PAGE) -> None:
        self.clock = NOON
        self.orders, self.stripe = MemoryOrders(*orders, now=lambda: self.clock), FakeStripe()
        self.bus, self.telemetry = FakeBus(), FakeTelemetry()
        settlement = Settlement(self.orders, self.stripe, self.telemetry, lambda: self.clock)
        merchant = MerchantOrders(
            self.orders, Tokens(), settlement, self.stripe, self.bus, self.telemetry, lambda: False, lambda: self.clock
        )
        both = frozenset(Capture)
        rules = OrderRules(frozenset({"eur"}), both, Capture.HOSTED, frozenset({"shop.example"}), is_local=False)
        self.api = Api(merchant, rules, page_url, self.telemetry)

    def asks(self, method, resource, *, order_id=None, body=None, content_type="application/json"):
        event = {"httpMethod": method, "resource": resource, "headers": {"Content-Type": content_type}}
        event |= {"pathParameters": {"orderId": order_id} if order_id else None}
        event |= {"body": body if isinstance(body, str | None) else json.dumps(body)}
        reply = self.api.respond(event)
        assert reply["headers"]["Cache-Control"] == "no-store"
        return reply["statusCode"], json.loads(reply["body"])

    def creates(self, **changed):
        return self.asks("POST", "/orders", body=CHARGE | changed)

    def gets(self, order_id):
        return self.asks("GET", "/orders/{orderId}", order_id=order_id)

    def cancels(self, order_id):
        return self.asks("POST", "/orders/{orderId}/cancel", order_id=order_id)

    def announces(self, order_id):
        return self.asks("POST", "/orders/{orderId}/announce", order_id=order_id)


def at_stripe(house, **changed):
    order = an_order(status=Status.IN_PROGRESS, changes=(Change(Status.IN_PROGRESS, NOON),), **changed)
    order = house.stripe.stand(order, CHECKOUT)
    house.orders.create(order)
    return order


def code(answer):
    status, body = answer
    return status, body["error"]["code"]


def test_an_order_is_created_with_a_link():
    status, body = House().creates(email="a@example.com", customer="cus_1", returnUrl="https://shop.example/back")

    token = body.pop("orderToken")
    assert status == 201
    assert body.pop("link") == f"{PAGE}/#order={token}"
    assert body.pop("orderId").startswith("ord_")
    assert body == {
        "reference": "INV-1042",
        "status": "open",
        "purpose": "charge",
        "amount": 4990,
        "currency": "eur",
        "description": "Two tickets",
        "capture": "hosted",
        "customer": "cus_1",
        "locale": None,
        "returnUrl": "https://shop.example/back",
        "createdAt": "2026-11-21T12:00:00Z",
        "expiresAt": "2026-11-22T12:00:00Z",
        "livemode": False,
        "result": None,
    }


def test_a_stage_without_a_page_gives_no_link():
    _, body = House(page_url="").creates()

    assert body["link"] is None
    assert body["orderToken"]


def test_the_token_is_not_stored():
    house = House()

    _, body = house.creates()

    assert body["orderToken"] not in repr(house.orders.items)


def test_the_same_request_gets_the_same_order():
    house = House()
    _, first = house.creates()
    house.clock += 60

    status, again = house.creates()

    assert (status, again) == (200, first)
    assert len(house.orders.items) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 4991},
        {"description": "Three tickets"},
        {"customer": "cus_2"},
        {"email": "b@example.com"},
        {"locale": "de"},
        {"expiresIn": 300},
        {"capture": "chat"},
        {"returnUrl": "https://shop.example/"},
    ],
    ids=str,
)
def test_the_same_reference_with_another_body_is_a_conflict(change):
    house = House()
    house.creates()

    assert code(house.creates(**change)) == (409, "order_conflict")


def test_a_customer_that_stripe_does_not_know_is_refused_before_there_is_a_link():
    house = House()
    house.stripe.deleted = {"cus_gone"}

    status, body = house.creates(customer="cus_gone")

    assert (status, body["error"]["code"]) == (400, "invalid_request")
    assert body["error"]["message"].startswith("customer ")
    assert "cus_gone" not in json.dumps(body)
    assert house.orders.items == {}


def test_a_customer_that_was_deleted_later_changes_no_repeat():
    house = House()
    _, first = house.creates(customer="cus_1")
    house.stripe.deleted = {"cus_1"}

    assert house.creates(customer="cus_1") == (200, first)


def test_while_stripe_does_not_answer_only_orders_with_a_customer_wait():
    house = House()
    house.stripe.trouble = [Unavailable("stripe", "APIConnectionError")]

    assert code(house.creates(customer="cus_1")) == (503, "temporarily_unavailable")
    assert house.orders.items == {}
    house.stripe.trouble = [Unavailable("stripe", "APIConnectionError")]
    assert house.creates()[0] == 201
    assert house.stripe.asked == ["retrieve cus_1"]


def test_of_fifty_concurrent_requests_one_creates_the_order():
    house, lock = House(), Lock()
    create = house.orders.create

    def one_at_a_time(order):
        with lock:
            create(order)

    house.orders.create = one_at_a_time

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: house.creates(), range(50)))

    assert sorted(status for status, _ in answers) == [200] * 49 + [201]
    assert len({body["link"] for _, body in answers}) == 1
    assert len(house.orders.items) == 1


def test_an_order_is_read_without_its_key_and_the_payers_address():
    house = House()
    _, created = house.creates(email="a@example.com")

    status, body = house.gets(created["orderId"])

    assert status == 200
    assert body == {name: value for name, value in created.items() if name not in ("orderToken", "link")}
    assert "a@example.com" not in json.dumps([body, created])


def test_a_completed_order_shows_its_result():
    house = House()
    order = at_stripe(house)
    house.stripe.pay(CHECKOUT, customer="cus_1", capture_before=NOON + 60)
    assert code(house.cancels(order.id)) == (409, "order_final")

    _, body = house.gets(order.id)

    assert body["status"] == "completed"
    assert body["result"] == {
        "paymentMethod": {"id": "pm_1", "brand": "visa", "last4": "4242", "expMonth": 12, "expYear": 2030},
        "customer": "cus_1",
        "intent": {"id": "pi_of_checkout", "status": "succeeded", "captureBefore": "2026-11-21T12:01:00Z"},
    }


def test_cancelling_expires_the_checkout_first_and_can_be_repeated():
    house = House()
    order = at_stripe(house)

    answers = [house.cancels(order.id) for _ in range(2)]

    assert [(status, body["status"]) for status, body in answers] == [(200, "cancelled")] * 2
    assert house.stripe.asked == ["close cs_1"]


@pytest.mark.parametrize(
    ("status", "says"), [("completed", "at Stripe"), ("expired", "another reference"), ("failed", "another reference")]
)
def test_a_cancel_that_comes_too_late_says_what_to_do_instead(status, says):
    order = an_order(status=Status(status), changes=(Change(Status.IN_PROGRESS, NOON), Change(Status(status), NOON)))
    house = House(order)

    refused = house.cancels(order.id)

    assert code(refused) == (409, "order_final")
    assert refused[1]["error"]["message"].startswith(f"the order is {status} already; ")
    assert says in refused[1]["error"]["message"]


def test_an_order_is_not_cancelled_while_a_confirmation_runs():
    house = House()
    order = at_stripe(house, claim_until=NOON + 40)

    assert code(house.cancels(order.id)) == (409, "busy")


def test_what_was_paid_with_another_amount_cannot_be_cancelled():
    house = House()
    order = at_stripe(house)
    house.stripe.pay(CHECKOUT, amount=1)

    assert code(house.cancels(order.id)) == (409, "order_conflict")
    assert house.gets(order.id)[1]["status"] == "in_progress"


def test_the_last_event_is_announced_again_under_its_old_id():
    house = House()
    order = at_stripe(house)
    house.cancels(order.id)

    status, body = house.announces(order.id)

    assert (status, body) == (202, {"eventId": f"evt_{order.id[4:]}_cancelled", "type": "order.cancelled"})
    assert house.bus.events == [(order.id, "order.cancelled")]


def test_an_order_without_an_event_has_none_to_announce():
    house = House()
    _, created = house.creates()

    assert code(house.announces(created["orderId"])) == (404, "not_found")
    assert house.bus.events == []


@pytest.mark.parametrize("order_id", ["ord_" + "0" * 24, "ord_x", "INV-1042", "4242424242424242"])
def test_an_unknown_order_is_not_found(order_id):
    house = House()

    for asks in (house.gets, house.cancels, house.announces):
        assert code(asks(order_id)) == (404, "not_found")


def test_a_request_in_the_wrong_form_is_refused():
    house = House()

    assert code(house.asks("POST", "/orders", body="{")) == (400, "invalid_request")
    assert code(house.asks("POST", "/orders", body="[]")) == (400, "invalid_request")
    assert code(house.asks("POST", "/orders", body="x" * 5000)) == (413, "too_large")
    assert code(house.asks("POST", "/orders", body="{}", content_type="text/plain")) == (415, "unsupported_media_type")
    assert code(house.asks("DELETE", "/orders/{orderId}", order_id="x")) == (404, "not_found")


def test_an_outage_is_told_with_a_time_to_wait():
    house = House()
    order = at_stripe(house)
    house.stripe.trouble.append(Unavailable("stripe", "RateLimitError"))
    event = {"httpMethod": "POST", "resource": "/orders/{orderId}/cancel", "pathParameters": {"orderId": order.id}}

    reply = house.api.respond(event)

    assert (reply["statusCode"], reply["headers"]["Retry-After"]) == (503, "2")
    assert json.loads(reply["body"])["error"]["code"] == "temporarily_unavailable"


def test_an_unforeseen_error_says_nothing():
    house = House()
    house.orders.create = lambda _: 1 / 0

    status, body = house.creates()

    assert (status, body["error"]["code"]) == (500, "internal_error")
    assert "division" not in json.dumps(body)


def test_an_order_that_was_opened_meanwhile_is_still_the_same_request():
    house = House()
    _, first = house.creates()
    stored = house.orders.load(first["orderId"])
    opened = replace(stored, status=Status.IN_PROGRESS, session_id="s-1", version=2)
    house.orders.replace(opened, stored)

    status, again = house.creates()

    assert (status, again["status"], again["link"]) == (200, "in_progress", first["link"])
