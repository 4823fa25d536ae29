"""The merchant stand-in, as a function from request to answer: what it believes, lists and shows."""

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from local.merchant.inbox import Inbox
from local.merchant.server import Merchant
from local.merchant.shop import Shop
from local.stand_in.service import Request
from tests.orders_api import OrdersApi, serve
from tests.unit.test_merchant_webhooks import SECRETS, event, signed


@pytest.fixture
def merchant():
    return Merchant(Shop("http://127.0.0.1:1"), Inbox(now=lambda: datetime(2026, 11, 25, 12, tzinfo=UTC)))


def post(merchant, path, body=None):
    return merchant(Request("POST", path, body=json.dumps(body).encode()))


def deliver(merchant, told=None, **how):
    body = json.dumps(told or event())
    headers = {name.lower(): value for name, value in signed(body, **how).items()}
    return merchant(Request("POST", "/webhooks", headers=headers, body=body.encode()))


def get(merchant, path):
    return merchant(Request("GET", path))


def page(merchant, path="/"):
    return get(merchant, path).body.decode()


def test_a_signed_event_is_accepted_and_listed(merchant):
    post(merchant, "/_control/secrets", {"secrets": SECRETS[:1]})

    assert deliver(merchant).status == 200
    assert get(merchant, "/events").body == [
        {
            "id": "evt_1",
            "type": "order.completed",
            "verified": True,
            "receivedAt": "2026-11-25T12:00:00Z",
            "body": event(),
        }
    ]


def test_an_event_with_another_secret_is_refused_and_listed_as_unverified(merchant):
    post(merchant, "/_control/secrets", {"secrets": SECRETS[:1]})

    assert deliver(merchant, secret=SECRETS[1]).status == 400
    assert [entry["verified"] for entry in get(merchant, "/events").body] == [False]


def test_a_plan_refuses_so_many_times_and_is_over(merchant):
    post(merchant, "/_control/secrets", {"secrets": SECRETS})
    post(merchant, "/_control/plan", {"status": 503, "times": 2, "headers": {"Retry-After": "5"}})

    answers = [deliver(merchant) for _ in range(3)]

    assert [answer.status for answer in answers] == [503, 503, 200]
    assert answers[0].headers == {"Retry-After": "5"}
    assert len(get(merchant, "/events").body) == 1
    assert [entry["status"] for entry in get(merchant, "/_control/deliveries").body] == [503, 503, 200]


def test_a_plan_without_a_number_lasts_until_the_reset(merchant):
    post(merchant, "/_control/secrets", {"secrets": SECRETS})
    post(merchant, "/_control/plan", {"status": 410, "times": None})
    planned = [deliver(merchant).status for _ in range(3)]
    post(merchant, "/_control/reset")

    assert planned == [410, 410, 410]
    assert get(merchant, "/events").body == []
    assert deliver(merchant).status == 200


def test_a_plan_for_the_first_tries_counts_those_of_each_event(merchant):
    post(merchant, "/_control/secrets", {"secrets": SECRETS})
    post(merchant, "/_control/plan", {"status": 503, "first": 2})
    other = Request("POST", "/webhooks", headers={"webhook-id": "evt_2"}, body=b"{}")

    first = [deliver(merchant).status, merchant(other).status, deliver(merchant).status]

    assert first == [503, 503, 503]
    assert (deliver(merchant).status, merchant(other).status, merchant(other).status) == (200, 503, 400)
    merchant(Request("DELETE", "/_control/plan"))
    assert deliver(merchant).status == 200


@pytest.mark.parametrize(
    ("control", "body"),
    [
        ("plan", {}),
        ("plan", {"status": 99}),
        ("plan", {"status": 500, "times": 0}),
        ("plan", {"status": 500, "first": 0}),
        ("plan", {"status": 500, "first": 2, "times": 2}),
        ("plan", []),
        ("secrets", {}),
        ("secrets", None),
        ("api", {}),
    ],
)
def test_a_malformed_control_is_refused(merchant, control, body):
    assert post(merchant, f"/_control/{control}", body).status == 400


def test_an_order_from_the_form_is_on_the_page_with_the_payers_link(merchant):
    form = {"description": "Two <b>tickets</b>", "amount": "49.90", "currency": "eur", "purpose": "charge"}
    api = OrdersApi()
    with serve(api) as api_url:
        post(merchant, "/_control/api", {"apiUrl": api_url})
        created = merchant(Request("POST", "/orders", body=urlencode(form).encode()))

    assert (created.status, created.headers["Location"]) == (303, "/")
    assert api.bodies["ord_1"]["amount"] == 4990
    assert api.bodies["ord_1"]["returnUrl"] == "http://127.0.0.1:1/thanks"
    shown = page(merchant)
    assert "49.90 EUR" in shown
    assert 'href="https://pay.example.com/#order=token-of-ord_1"' in shown
    assert "Two &lt;b&gt;tickets&lt;/b&gt;" in shown


def test_a_saved_card_has_no_amount(merchant):
    api = OrdersApi()
    with serve(api) as merchant.shop.api_url:
        merchant(Request("POST", "/orders", body=urlencode({"description": "Membership", "purpose": "save"}).encode()))

    assert "amount" not in api.bodies["ord_1"]
    assert "nothing charged" in page(merchant)


def test_the_page_says_why_an_order_was_not_created(merchant):
    form = urlencode({"description": "Hat", "amount": "lots", "currency": "eur"}).encode()
    without_api = merchant(Request("POST", "/orders", body=form))
    merchant.shop.api_url = "http://127.0.0.1:9"
    wrong_amount = merchant(Request("POST", "/orders", body=form))

    assert (without_api.status, wrong_amount.status) == (400, 400)
    assert "not ready" in without_api.body.decode()
    assert "is not an amount" in wrong_amount.body.decode()
    assert 'value="lots"' in wrong_amount.body.decode()


def test_the_page_shows_events_and_what_they_say_of_an_order(merchant):
    post(merchant, "/_control/secrets", {"secrets": SECRETS})
    deliver(merchant)
    deliver(merchant, event(type="order.started", data={**event()["data"], "status": "in_progress", "result": None}))

    shown = page(merchant, "/board")
    assert "order.completed" in shown
    assert "signature verified" in shown
    assert 'class="status completed"' in shown  # a late event does not change a final order
    assert "visa •••• 4242" in shown


def test_its_pages_run_nothing_but_their_own_script(merchant):
    policy = get(merchant, "/").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert get(merchant, "/page.js").headers["Content-Type"] == "text/javascript"


def test_a_payer_can_come_back(merchant):
    assert "back at the merchant" in page(merchant, "/thanks")


def test_its_log_names_no_order_and_no_link(merchant):
    post(merchant, "/_control/secrets", {"secrets": SECRETS})

    assert deliver(merchant).note == {"route": "/webhooks", "type": "order.completed", "verified": True}
