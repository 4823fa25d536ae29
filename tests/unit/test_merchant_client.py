"""The merchant's client: what it sends, what it gives back, and what each error of the API becomes."""

import asyncio
import json
from datetime import UTC, datetime
from typing import get_args

import httpx
import pytest

from payment_chat_client import AsyncOrders, Orders, Refused, Unreachable, errors, order
from payment_chat_client.amounts import amount_text, exponent, parse_amount
from payment_chat_client.order import FINAL, to_json
from payments.money import CURRENCIES
from payments.order import Capture, Purpose, Status
from tests.orders_api import RESULT, OrdersApi, refused

TICKETS = {"reference": "INV-1", "purpose": "charge", "description": "Two tickets", "amount": 4990, "currency": "eur"}


@pytest.fixture
def api():
    return OrdersApi()


@pytest.fixture
def orders(api):
    return Orders("http://api.test", transport=api.transport())


def test_an_order_is_created_with_a_link_for_the_payer(api, orders):
    order = orders.create(**TICKETS, return_url="https://shop.example/thanks", expires_in=600)

    assert (order.order_id, order.status, order.amount, order.currency) == ("ord_1", "open", 4990, "eur")
    assert order.link == f"https://pay.example.com/#order={order.order_token}"
    assert order.is_new
    assert order.expires_at == datetime(2026, 11, 25, 12, 10, tzinfo=UTC)
    assert api.seen[0].json() == {**TICKETS, "returnUrl": "https://shop.example/thanks", "expiresIn": 600}


def test_the_same_request_gives_the_same_order(orders):
    first, second = orders.create(**TICKETS), orders.create(**TICKETS)

    assert (first.is_new, second.is_new) == (True, False)
    assert first.link == second.link


def test_the_payers_key_is_not_printed_with_the_order():
    order = Orders("http://api.test", transport=OrdersApi().transport()).create(**TICKETS)

    assert order.order_token not in repr(order)


def test_a_completed_order_says_what_was_paid_with(api, orders):
    id_ = orders.create(**TICKETS).order_id
    api.set_status(id_, "completed")

    order = orders.get(id_)

    assert order.is_final
    assert (order.result.payment_method.last4, order.result.intent.id) == ("4242", "pi_1")
    assert to_json(order)["result"] == RESULT
    assert to_json(order) == api.orders[id_]


def test_an_order_is_cancelled_once():
    orders = Orders("http://api.test", transport=OrdersApi().transport())
    id_ = orders.create(**TICKETS).order_id

    assert orders.cancel(id_).status == "cancelled"
    with pytest.raises(errors.OrderFinal):
        orders.cancel(id_)


def test_an_event_is_announced_again(api, orders):
    id_ = orders.create(**TICKETS).order_id

    orders.announce(id_)

    assert api.announced == [id_]


def test_the_asynchronous_client_does_the_same():
    api = OrdersApi()

    async def talk():
        async with AsyncOrders("http://api.test", transport=api.transport()) as orders:
            created = await orders.create(**TICKETS)
            await orders.announce(created.order_id)
            return created, await orders.get(created.order_id), await orders.cancel(created.order_id)

    created, shown, cancelled = asyncio.run(talk())
    assert (created.status, shown.status, cancelled.status) == ("open", "open", "cancelled")
    assert api.announced == [created.order_id]


@pytest.mark.parametrize("kind", errors.BY_CODE.values(), ids=errors.BY_CODE)
def test_each_error_of_the_api_is_an_exception_of_its_own(kind):
    api = OrdersApi(next=[refused(499, kind.code, "why", {"Retry-After": "7"})])

    with pytest.raises(kind) as caught:
        Orders("http://api.test", transport=api.transport()).get("ord_1")

    assert isinstance(caught.value, Refused)
    assert (caught.value.status, caught.value.message, caught.value.retry_after_seconds) == (499, "why", 7)


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'{"error": "x"}', b'{"error": {"code": "new"}}'])
def test_an_undocumented_error_is_called_so(content):
    orders = Orders("http://api.test", transport=httpx.MockTransport(lambda _: httpx.Response(500, content=content)))

    with pytest.raises(errors.UnexpectedAnswer, match="500"):
        orders.get("ord_1")


@pytest.mark.parametrize("body", [{}, [], None, {"orderId": "ord_1", "createdAt": "yesterday"}])
def test_an_answer_that_is_no_order_is_called_so(body):
    content = json.dumps(body).encode()
    orders = Orders("http://api.test", transport=httpx.MockTransport(lambda _: httpx.Response(200, content=content)))

    with pytest.raises(errors.UnexpectedAnswer):
        orders.get("ord_1")


def test_a_dead_api_is_unreachable():
    with pytest.raises(Unreachable, match="does not answer"):
        Orders("http://127.0.0.1:9").get("ord_1")


@pytest.mark.parametrize("order_id", ["", "../sessions/x", "ord_1/cancel", "ord 1", "é"])
def test_an_id_cannot_lead_to_another_path(order_id):
    api = OrdersApi()

    with pytest.raises(ValueError, match="order's id"):
        Orders("http://api.test", transport=api.transport()).get(order_id)

    assert api.seen == []


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (4990, "eur", "49.90 EUR"),
        (123_456_789, "usd", "1,234,567.89 USD"),
        (5, "eur", "0.05 EUR"),
        (500, "jpy", "500 JPY"),
        (12_345, "kwd", "12.345 KWD"),
        (500, "isk", "5.00 ISK"),
    ],
)
def test_an_amount_is_written_for_people_and_read_back(amount, currency, text):
    assert amount_text(amount, currency) == text
    assert parse_amount(text) == (amount, currency)


@pytest.mark.parametrize("text", ["", "49.90", "EUR", "49.901 EUR", "-1 EUR", "NaN EUR", "1.5 JPY", "1 EURO", "x EUR"])
def test_text_that_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match="is not an amount"):
        parse_amount(text)


def test_client_and_api_count_every_currency_alike():
    assert {code: exponent(code) for code in CURRENCIES} == {code: each.exponent for code, each in CURRENCIES.items()}


@pytest.mark.parametrize(
    ("theirs", "ours"), [(Purpose, order.Purpose), (Capture, order.Capture), (Status, order.Status)]
)
def test_client_and_api_know_the_same_words(theirs, ours):
    assert {each.value for each in theirs} == set(get_args(ours))
    assert {each.value for each in Status if each.is_final} == FINAL
