"""Requests of the Stripe stand-in are judged by Stripe's description and by the types of the pinned SDK."""

import copy

import pytest
from stripe import checkout, params
from typing_extensions import TypedDict

from local.stripe.requests import judge
from local.stripe.requests.form import tree_of
from local.stripe.requests.refusals import Refusal
from local.stripe.requests.typed_parameters import schema_of
from local.stripe.routes import ROUTES

ORDER = {"metadata": {"order": "ord_1"}}
CARDS = {"allowed_payment_method_types": {"0": "card"}}
PRICE = {"currency": "eur", "unit_amount": "4990", "product_data": {"name": "Two tickets"}}
VALID = {
    ("POST", "/v1/payment_methods"): {
        "type": "card",
        "card": {"number": "4242424242424242", "exp_month": "12", "exp_year": "2034", "cvc": "123"},
        "billing_details": {"name": "Jenny Rosen"},
        "metadata": {"session": "s-1"},
    },
    ("POST", "/v1/customers"): {"email": "jenny@example.com", "name": "Jenny Rosen", **ORDER},
    ("POST", "/v1/payment_intents"): {
        "amount": "4990",
        "currency": "eur",
        "payment_method": "pm_1",
        "customer": "cus_1",
        "capture_method": "manual",
        "description": "Two tickets",
        "receipt_email": "jenny@example.com",
        **CARDS,
        **ORDER,
    },
    ("POST", "/v1/payment_intents/{id}/confirm"): {
        "payment_method": "pm_1",
        "return_url": "https://example.com/back",
        "expand": {"0": "latest_charge"},
    },
    ("POST", "/v1/payment_intents/{id}/cancel"): {"cancellation_reason": "abandoned"},
    ("GET", "/v1/payment_intents/{id}"): {"expand": {"0": "payment_method", "1": "latest_charge"}},
    ("POST", "/v1/setup_intents"): {"payment_method": "pm_1", "usage": "off_session", "customer": "cus_1", **CARDS},
    ("POST", "/v1/setup_intents/{id}/confirm"): {"return_url": "https://example.com/back"},
    ("POST", "/v1/checkout/sessions"): {
        "mode": "payment",
        "line_items": {"0": {"quantity": "1", "price_data": PRICE}},
        "payment_intent_data": {"capture_method": "manual", "receipt_email": "jenny@example.com", **ORDER},
        "adaptive_pricing": {"enabled": "false"},
        "client_reference_id": "ord_1",
        "success_url": "https://example.com/back",
        "cancel_url": "https://example.com/left",
        "expires_at": "1800000000",
        "locale": "auto",
        "custom_text": {"submit": {"message": "Two tickets, for ACME"}},
        "wallet_options": {"link": {"display": "never"}},
        **CARDS,
        **ORDER,
    },
    ("GET", "/v1/checkout/sessions/{id}"): {"expand": {"0": "setup_intent.payment_method"}},
    ("POST", "/v1/checkout/sessions/{id}/expire"): {},
    ("POST", "/v2/core/event_destinations"): {
        "name": "payment chat",
        "type": "webhook_endpoint",
        "event_payload": "thin",
        "enabled_events": ["v1.checkout.session.completed"],
        "webhook_endpoint": {"url": "https://example.com/stripe/events"},
        "include": ["webhook_endpoint.signing_secret"],
    },
}
ROUTE = {(route.method, route.path): route for route in ROUTES}


def check(route, asked):
    judge.check_parameters(route.params, asked, is_form=route.is_form)


def places(asked, path=()):
    """Every object in the parameters that has names of Stripe's choosing."""
    if isinstance(asked, dict):
        if "metadata" not in path and not (asked and all(key.isdigit() for key in asked)):
            yield path
        for key, value in asked.items():
            yield from places(value, (*path, key))


def at(asked, path):
    for key in path:
        asked = asked[key]
    return asked


@pytest.mark.parametrize("called", VALID, ids=" ".join)
def test_a_request_as_we_send_it_is_valid(called):
    check(ROUTE[called], VALID[called])


@pytest.mark.parametrize(
    ("called", "path"),
    [(called, path) for called, asked in VALID.items() for path in places(asked)],
    ids=lambda value: ".".join(value) or "top",
)
def test_an_unknown_parameter_is_refused_at_any_depth(called, path):
    asked = copy.deepcopy(VALID[called])
    at(asked, path)["colour"] = "red"

    with pytest.raises(Refusal) as refused:
        check(ROUTE[called], asked)

    assert (refused.value.status, refused.value.error["code"]) == (400, "parameter_unknown")
    assert refused.value.error["param"].endswith("colour]" if path else "colour")


@pytest.mark.parametrize("path", ["/v1/payment_intents", "/v1/setup_intents", "/v1/checkout/sessions"])
def test_the_list_of_types_that_this_version_removed_is_refused(path):
    called = ("POST", path)

    with pytest.raises(Refusal, match="payment_method_types"):
        check(ROUTE[called], VALID[called] | {"payment_method_types": {"0": "card"}})


@pytest.mark.parametrize(
    ("called", "name"),
    [
        (("POST", "/v1/payment_intents"), "amount"),
        (("POST", "/v1/payment_intents"), "currency"),
        (("POST", "/v1/payment_methods"), "type"),
        (("POST", "/v1/payment_methods"), "card"),
        (("POST", "/v2/core/event_destinations"), "enabled_events"),
    ],
    ids=str,
)
def test_a_missing_parameter_is_refused(called, name):
    with pytest.raises(Refusal) as refused:
        check(ROUTE[called], {key: value for key, value in VALID[called].items() if key != name})

    assert (refused.value.error["code"], refused.value.error["param"]) == ("parameter_missing", name)


@pytest.mark.parametrize(
    ("called", "change", "param"),
    [
        (("POST", "/v1/payment_intents"), {"amount": "49.90"}, "amount"),
        (("POST", "/v1/payment_intents"), {"expand": "payment_method"}, "expand"),
        (("POST", "/v1/payment_intents"), {"confirm": "yes"}, "confirm"),
        (("POST", "/v1/setup_intents"), {"usage": "sometimes"}, "usage"),
        (
            ("POST", "/v1/checkout/sessions"),
            {"line_items": {"0": {"price_data": PRICE, "quantity": "one"}}},
            "line_items[0][quantity]",
        ),
        (("POST", "/v1/checkout/sessions"), {"custom_text": {"submit": {}}}, "custom_text[submit][message]"),
        (("POST", "/v2/core/event_destinations"), {"enabled_events": "all"}, "enabled_events"),
    ],
    ids=str,
)
def test_a_value_of_the_wrong_kind_is_refused(called, change, param):
    with pytest.raises(Refusal) as refused:
        check(ROUTE[called], VALID[called] | change)

    assert refused.value.error["param"] == param


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_request_has_a_schema_that_is_made_once(route):
    first = judge.validator_of(route.params, is_form=route.is_form)

    assert judge.validator_of(route.params, is_form=route.is_form) is first


def test_the_schema_holds_every_parameter_of_the_sdk():
    asked = schema_of(params.checkout.SessionCreateParams)["definitions"]["SessionCreateParams"]["properties"]

    assert len(asked) == 51
    assert "idempotency_key" not in asked


def test_a_type_that_cannot_be_judged_is_an_error():
    with pytest.raises(TypeError, match="no schema"):
        schema_of(TypedDict("Params", {"session": checkout.Session}))


def test_a_list_is_read_with_or_without_its_indexes():
    assert tree_of([("a[]", "x"), ("a[]", "y")]) == tree_of([("a[0]", "x"), ("a[1]", "y")])
