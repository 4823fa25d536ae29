"""What tests can tell the Stripe stand-in, and what it shows them."""

import json

import pytest
import stripe

from tests.stripe_shop import DECLINED, VISA, shop

CONFIRM = "/v1/payment_intents/{id}/confirm"


@pytest.fixture
def store():
    with shop() as opened:
        yield opened


def plan(store, behaviour, **step):
    store.ask("POST", "/_control/plan", {"behaviour": behaviour, **step})


def test_a_step_can_be_meant_for_one_address(store):
    plan(store, "unavailable", path="/v1/payment_intents")

    store.customer()
    with pytest.raises(stripe.APIError):
        store.payment()

    assert store.payment().status == "requires_confirmation"


def test_an_address_is_not_meant_by_what_it_begins_with(store):
    intent = store.payment()
    plan(store, "unavailable", path="/v1/payment_intents")

    assert store.sdk.v1.payment_intents.confirm(intent.id).status == "succeeded"


def test_a_step_can_be_meant_for_one_order(store):
    mine, other = (store.payment(metadata={"order": order}) for order in ("ord_1", "ord_2"))
    plan(store, "api_error", path=CONFIRM, order="ord_1")

    assert store.sdk.v1.payment_intents.confirm(other.id).status == "succeeded"
    with pytest.raises(stripe.APIError):
        store.sdk.v1.payment_intents.confirm(mine.id)


@pytest.mark.parametrize("after", [False, True])
def test_a_connection_can_be_lost_before_or_after_the_intent_is_made(store, after):
    plan(store, "reset", path="/v1/payment_intents", after=after)

    with pytest.raises(stripe.APIConnectionError):
        store.payment(key="one-order")
    again = store.payment(key="one-order")

    assert [each["id"] for each in store.ask("GET", "/_control/objects", kind="payment_intent")] == [again.id]
    assert again.last_response.headers.get("Idempotent-Replayed") == ("true" if after else None)


def test_a_server_error_can_come_after_the_deed(store):
    intent = store.payment()
    plan(store, "api_error", path=CONFIRM, after=True)

    with pytest.raises(stripe.APIError):
        store.sdk.v1.payment_intents.confirm(intent.id)

    assert store.sdk.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_planned_decline_of_a_confirmation_leaves_the_intent_as_a_decline_does(store):
    intent = store.payment()
    plan(store, "card_declined", path=CONFIRM, error={"decline_code": "do_not_honor"})

    with pytest.raises(stripe.CardError) as declined:
        store.sdk.v1.payment_intents.confirm(intent.id)

    assert declined.value.error.decline_code == "do_not_honor"
    assert declined.value.error.payment_intent["id"] == intent.id
    assert store.sdk.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_calls_are_listed_with_address_key_and_order_and_without_parameters(store):
    intent = store.payment(key="one-order", metadata={"order": "ord_1"})
    with pytest.raises(stripe.CardError):
        store.sdk.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa_chargeDeclined"})
    store.sdk.v1.payment_intents.retrieve(intent.id)

    calls = store.ask("GET", "/_control/calls", order="ord_1")

    assert [(call["method"], call["path"], call["status"]) for call in calls] == [
        ("POST", "/v1/payment_intents", 200),
        ("POST", CONFIRM, 402),
        ("GET", "/v1/payment_intents/{id}", 200),
    ]
    assert (calls[0]["key"], calls[0]["object"], calls[1]["error"]) == ("one-order", intent.id, "card_declined")
    assert "pm_card" not in json.dumps(calls)


def test_objects_are_listed_by_kind_without_their_secrets(store):
    store.payer(store.checkout().url, "pay")

    (intent,) = store.ask("GET", "/_control/objects", kind="payment_intent", order="ord_1")
    (session,) = store.ask("GET", "/_control/objects", kind="checkout.session")

    assert (intent["amount"], intent["currency"], intent["status"]) == (4990, "eur", "succeeded")
    assert (session["client_reference_id"], session["payment_intent"]) == ("ord_1", intent["id"])
    assert "client_secret" not in intent


@pytest.mark.parametrize("change", [{"amount": 1}, {"currency": "usd"}, {"livemode": True}, {"status": "processing"}])
def test_an_object_can_be_changed_behind_our_back(store, change):
    intent = store.payment()

    store.ask("POST", "/_control/tamper", {"id": intent.id, **change})

    (name, value), *_ = change.items()
    assert store.sdk.v1.payment_intents.retrieve(intent.id)[name] == value


@pytest.mark.parametrize(("change", "status"), [({"id": "pi_none"}, 404), ({"colour": "red"}, 400)])
def test_only_a_field_of_an_object_can_be_changed(store, change, status):
    assert store.answer("POST", "/_control/tamper", {"id": store.payment().id, **change}).status_code == status


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("payer", {"url": "x", "do": "run"}),
        ("payer", ["pay"]),
        ("clock", {"advance": "soon"}),
        ("webhook", {"secret": "s"}),
        ("tamper", ["x"]),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(store, address, asked):
    assert store.answer("POST", f"/_control/{address}", asked).status_code == 400


def test_a_restricted_key_may_ask_too(store):
    client = stripe.StripeClient(
        "rk_test_local_stage_not_a_real_key",
        base_addresses={"api": store.url},
        http_client=stripe.RequestsClient(timeout=(2, 10)),
    )
    assert client.v1.customers.create({}).id.startswith("cus_")


def test_another_version_of_the_api_is_refused(store):
    with pytest.raises(stripe.InvalidRequestError):
        store.sdk.v1.customers.create({}, {"stripe_version": "2024-06-20"})


def test_no_page_control_or_log_keeps_a_card_number(store, capsys):
    session = store.checkout()
    store.payer(session.url, "pay", card=DECLINED)
    fields = {"do": "pay", "name": "Jenny Rosen", "email": "j@example.com", "expiry": "12/34", "cvc": "987"}
    store.form(f"/c/pay/{session.id}", **fields, number=VISA)

    kept = [capsys.readouterr().out]
    kinds = ("payment_method", "payment_intent", "charge", "checkout.session")
    kept += [json.dumps(store.ask("GET", "/_control/objects", kind=kind)) for kind in kinds]
    kept += [json.dumps(store.ask("GET", f"/_control/{name}")) for name in ("calls", "events", "payment_methods")]

    assert "4242" in "".join(kept)
    assert not any(number in "".join(kept) for number in (VISA, VISA[:12], DECLINED, '"987"'))
