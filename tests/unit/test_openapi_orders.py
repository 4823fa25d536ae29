"""docs/openapi.yaml is what the functions around orders do: what they take, what they answer, with which headers."""

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from orders import api
from orders.order_request import FIELDS, LOCALES, REQUIRED
from payments.order import Capture, Change, Purpose, Status
from payments.order_body import event_body
from runtime.aws import Unavailable
from stripe_events import receiver
from tests.fakes import NOON, an_order
from tests.unit import test_orders_api, test_stripe_events

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
GATEWAY_ONLY = {"403", "429"}
CHARGE = test_orders_api.CHARGE


def resolved(node):
    while "$ref" in node:
        target = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def complaint(schema, value):
    """Why a value is none of the schema; None when it is one."""
    errors = Draft202012Validator({**schema, "components": DOCUMENT["components"]}).iter_errors(value)
    return next((f"{list(error.absolute_path)}: {error.validator}" for error in errors), None)


def check(path, method, reply):
    """The reply is as documented, headers included."""
    documented = resolved(DOCUMENT["paths"][path][method]["responses"][str(reply["statusCode"])])
    assert complaint(documented["content"]["application/json"]["schema"], json.loads(reply["body"])) is None
    for name, header in documented["headers"].items():
        assert complaint(resolved(header)["schema"], reply["headers"][name]) is None
    assert set(reply["headers"]) == {"Content-Type", *documented["headers"]}


class House(test_orders_api.House):
    """Every reply is held against the document as it comes."""

    def __init__(self, *orders) -> None:
        super().__init__(*orders)
        self.seen, respond = set(), self.api.respond

        def checked(event):
            reply = respond(event)
            path, method = event["resource"], event["httpMethod"].lower()
            check(path, method, reply)
            self.seen.add((path, str(reply["statusCode"])))
            return reply

        object.__setattr__(self.api, "respond", checked)


def test_every_status_of_the_orders_api_is_given_as_documented():
    house = House()
    _, created = house.creates(email="a@example.com", locale="ar", customer="cus_1")
    paid = test_orders_api.at_stripe(house)
    house.creates(email="a@example.com", locale="ar", customer="cus_1")
    house.creates(amount=1000)
    house.creates(reference="")
    house.creates(reference="INV-2", purpose="save", amount=None)
    house.asks("POST", "/orders", body="x" * 5000)
    house.asks("POST", "/orders", body="{}", content_type="text/plain")
    house.announces(created["orderId"])
    house.stripe.pay(test_orders_api.CHECKOUT, customer="cus_1", capture_before=NOON)
    for asks in (house.cancels, house.gets, house.announces):
        asks(paid.id)
        asks("ord_unknown")
    house.cancels(created["orderId"])
    for error in (Unavailable("dynamodb", "Throttled"), RuntimeError()):
        fail = lambda *_, error=error: (_ for _ in ()).throw(error)  # noqa: E731
        house.orders.load = house.orders.create = fail
        house.creates()
        for asks in (house.cancels, house.gets, house.announces):
            asks(created["orderId"])

    documented = {
        (path, status)
        for path, methods in DOCUMENT["paths"].items()
        if path.startswith("/orders")
        for operation in methods.values()
        for status in operation["responses"]
        if status not in GATEWAY_ONLY
    }
    assert documented - house.seen == {("/orders", "404")}  # of the gateway alone


def test_every_answer_to_stripe_is_as_documented():
    def answer(body, **changed):
        house = test_stripe_events.House()
        house.stripe.pay(test_stripe_events.CHECKOUT)
        house.stripe.trouble += changed.pop("trouble", [])
        respond, replies = house.receiver.respond, []
        object.__setattr__(house.receiver, "respond", lambda event: replies.append(respond(event)) or replies[-1])
        house.gets(body, **changed)
        check("/stripe/events", "post", replies[0])
        return str(replies[0]["statusCode"])

    thin = test_stripe_events.THIN
    given_statuses = {
        answer(thin),
        answer(thin, header=""),
        answer(thin, trouble=[Unavailable("stripe", "RateLimitError")]),
        answer(thin, trouble=[RuntimeError()]),
    }

    assert given_statuses == set(DOCUMENT["paths"]["/stripe/events"]["post"]["responses"]) - GATEWAY_ONLY


ANYTHING = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.integers(), max_size=2)
GOOD = {
    "reference": st.sampled_from(["INV-1", "a" * 64]),
    "purpose": st.sampled_from(list(Purpose)),
    "amount": st.integers(50, 10_000),
    "currency": st.just("eur"),
    "description": st.sampled_from(["Two tickets", "تذكرتان"]),
    "capture": st.sampled_from(list(Capture)),
    "customer": st.just("cus_1"),
    "email": st.just("a@example.com"),
    "locale": st.sampled_from(sorted(LOCALES)),
    "returnUrl": st.just("https://shop.example/x"),
    "expiresIn": st.integers(300, 2_592_000),
}


@settings(deadline=None, max_examples=300)
@given(st.fixed_dictionaries({}, optional=GOOD))
def test_well_formed_fields_are_taken_exactly_when_the_document_takes_them(body):
    status, _ = House().asks("POST", "/orders", body=body)

    assert (status == 201) == (complaint(SCHEMAS["OrderRequest"], body) is None)


@settings(deadline=None, max_examples=300)
@given(st.fixed_dictionaries({}, optional={name: good | ANYTHING for name, good in GOOD.items()} | {"other": ANYTHING}))
def test_what_the_document_refuses_is_refused(body):
    status, _ = House().asks("POST", "/orders", body=body)

    assert status in (201, 400)
    assert status == 400 or complaint(SCHEMAS["OrderRequest"], body) is None


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.OPEN])
def test_every_event_is_as_documented(status):
    event = event_body(an_order(status=status), Change(status, NOON))

    assert complaint(SCHEMAS["Event"], event) is None


def test_the_documents_lists_are_the_codes():
    assert set(SCHEMAS["OrderRequest"]["properties"]) == FIELDS
    assert set(SCHEMAS["OrderRequest"]["required"]) == REQUIRED
    assert set(SCHEMAS["Locale"]["enum"]) == LOCALES
    assert set(SCHEMAS["Purpose"]["enum"]) == set(Purpose)
    assert set(SCHEMAS["Capture"]["enum"]) == set(Capture)
    assert set(SCHEMAS["OrderStatus"]["enum"]) == set(Status)
    assert set(SCHEMAS["EventType"]["enum"]) == {Change(status, 0).event_type for status in Status} - {"order.open"}
    assert str(api.MAX_BODY_BYTES) in DOCUMENT["paths"]["/orders"]["post"]["requestBody"]["description"]
    events = DOCUMENT["paths"]["/stripe/events"]["post"]["requestBody"]["description"]
    assert re.findall(r"\d+", events) == [str(receiver.MAX_BODY_BYTES)]
