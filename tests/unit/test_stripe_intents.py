"""PaymentIntents and SetupIntents of the Stripe stand-in, asked for by Stripe's own SDK."""

import threading

import pytest
import stripe

from tests.stripe_shop import CARDS_ONLY, shop

RETURN = "http://127.0.0.1:1/back?from=bank"


@pytest.fixture(scope="module")
def store():
    with shop() as opened:
        yield opened


def confirmed(store, intent, **more):
    part = store.sdk.v1.setup_intents if intent.object == "setup_intent" else store.sdk.v1.payment_intents
    return part.confirm(intent.id, {"return_url": RETURN, **more})


def test_a_payment_waits_for_its_confirmation_and_is_taken_then(store):
    intent = store.payment(metadata={"order": "ord_7"})

    assert (intent.status, intent.amount_received) == ("requires_confirmation", 0)
    assert confirmed(store, intent).status == "succeeded"
    paid = store.sdk.v1.payment_intents.retrieve(intent.id, {"expand": ["payment_method", "latest_charge"]})
    assert (paid.amount_received, paid.metadata["order"], paid.livemode) == (4990, "ord_7", False)
    assert (paid.payment_method.card.brand, paid.payment_method.card.last4) == ("visa", "4242")
    assert paid.latest_charge.captured


def test_a_held_payment_says_until_when_it_is_held(store):
    held = confirmed(store, store.payment(capture_method="manual"), expand=["latest_charge"])

    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 4990, 0)
    assert held.latest_charge.payment_method_details.card.capture_before > store.now()


def test_a_payment_without_a_payment_method_waits_for_one(store):
    intent = store.sdk.v1.payment_intents.create({"amount": 4990, "currency": "eur", **CARDS_ONLY})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        confirmed(store, intent)

    assert intent.status == "requires_payment_method"
    assert refused.value.code == "payment_intent_unexpected_state"
    assert confirmed(store, intent, payment_method="pm_card_mastercard").status == "succeeded"


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("pm_card_visa_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_visa_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_visa_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
@pytest.mark.parametrize("kind", ["payment", "setup"])
def test_a_decline_is_a_card_error_with_the_intent_inside(store, token, code, decline_code, kind):
    intent = getattr(store, kind)(token)

    with pytest.raises(stripe.CardError) as declined:
        confirmed(store, intent)

    error = declined.value.error
    assert (declined.value.http_status, error.code, error.decline_code) == (402, code, decline_code)
    assert error.advice_code in {"try_again_later", "do_not_try_again", "confirm_card_data"}
    inside = error.payment_intent if kind == "payment" else error.setup_intent
    assert (inside["id"], inside["status"], inside["payment_method"]) == (intent.id, "requires_payment_method", None)


def test_the_same_intent_is_confirmed_again_with_the_next_card(store):
    intent = store.payment("pm_card_visa_chargeDeclined")
    with pytest.raises(stripe.CardError):
        confirmed(store, intent)

    paid = confirmed(store, intent, payment_method="pm_card_visa")

    assert (paid.id, paid.status, paid.last_payment_error) == (intent.id, "succeeded", None)


def test_a_card_can_be_set_up_and_fail_every_charge(store):
    customer = store.customer()
    saved = confirmed(store, store.setup("pm_card_chargeCustomerFail", customer=customer))

    with pytest.raises(stripe.CardError):
        confirmed(store, store.payment(saved.payment_method, customer=customer))

    assert saved.status == "succeeded"


def test_a_set_up_card_belongs_to_its_customer(store):
    customer = store.customer()
    saved = confirmed(store, store.setup(customer=customer, usage="off_session"))

    method = store.sdk.v1.payment_methods.retrieve(saved.payment_method)
    with pytest.raises(stripe.InvalidRequestError, match="attached to a customer"):
        store.payment(method.id)

    assert (saved.usage, method.customer) == ("off_session", customer)


@pytest.mark.parametrize(("extra", "owner"), [({}, False), ({"setup_future_usage": "off_session"}, True)])
def test_a_payment_attaches_its_card_only_for_future_use(store, extra, owner):
    customer = store.customer()

    paid = confirmed(store, store.payment(customer=customer, **extra))

    method = store.sdk.v1.payment_methods.retrieve(paid.payment_method)
    assert method.customer == (customer if owner else None)


def test_a_card_of_nobody_pays_once(store):
    paid = confirmed(store, store.payment())

    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        store.payment(paid.payment_method)


@pytest.mark.parametrize("token", ["pm_card_authenticationRequired", "pm_card_threeDSecure2Required"])
def test_three_d_secure_leads_to_the_bank_and_back(store, token):
    waiting = confirmed(store, store.payment(token))
    bank = waiting.next_action.redirect_to_url

    done = store.payer(bank.url, "authenticate").json()

    assert (waiting.status, bank.return_url) == ("requires_action", RETURN)
    assert done["location"] == (
        f"{RETURN}&payment_intent={waiting.id}&payment_intent_client_secret={waiting.client_secret}"
        "&redirect_status=succeeded"
    )
    assert store.sdk.v1.payment_intents.retrieve(waiting.id).status == "succeeded"
    assert store.payer(bank.url, "authenticate").status_code == 409


def test_failed_three_d_secure_leaves_the_intent_waiting_for_another_card(store):
    waiting = confirmed(store, store.setup("pm_card_authenticationRequiredOnSetup"))

    done = store.payer(waiting.next_action.redirect_to_url.url, "fail_authentication")

    assert (done.status_code, "redirect_status=failed" in done.json()["location"]) == (200, True)
    intent = store.sdk.v1.setup_intents.retrieve(waiting.id)
    assert (intent.status, intent.last_setup_error.code) == (
        "requires_payment_method",
        "setup_intent_authentication_failure",
    )


@pytest.mark.parametrize(
    ("token", "decline_code"),
    [
        ("pm_card_threeDSecureRequiredChargeDeclined", "generic_decline"),
        ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "insufficient_funds"),
    ],
)
def test_a_card_can_pass_three_d_secure_and_be_declined(store, token, decline_code):
    waiting = confirmed(store, store.payment(token))

    done = store.payer(waiting.next_action.redirect_to_url.url, "authenticate")

    assert (done.status_code, done.json()["error"]["decline_code"]) == (402, decline_code)
    assert "redirect_status=failed" in done.json()["location"]


def test_a_set_up_card_needs_no_three_d_secure_again(store):
    customer, token = store.customer(), "pm_card_authenticationRequiredOnSetup"
    setup = confirmed(store, store.setup(token, customer=customer))
    store.payer(setup.next_action.redirect_to_url.url, "authenticate")

    assert confirmed(store, store.payment(token)).status == "requires_action"
    assert confirmed(store, store.payment(setup.payment_method, customer=customer)).status == "succeeded"


def test_a_payment_without_the_payer_is_declined_where_three_d_secure_is_needed(store):
    with pytest.raises(stripe.CardError) as declined:
        confirmed(store, store.payment("pm_card_authenticationRequired"), off_session=True)

    assert declined.value.code == "authentication_required"


def test_an_intent_is_cancelled_once_and_confirmed_never_again(store):
    intent = store.payment()

    cancelled = store.sdk.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})

    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    for again in (lambda: confirmed(store, intent), lambda: store.sdk.v1.payment_intents.cancel(intent.id)):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            again()
        assert refused.value.code == "payment_intent_unexpected_state"
        assert refused.value.error.payment_intent["status"] == "canceled"


def test_what_is_paid_cannot_be_cancelled(store):
    paid = confirmed(store, store.payment())

    with pytest.raises(stripe.InvalidRequestError) as refused:
        store.sdk.v1.payment_intents.cancel(paid.id)

    assert refused.value.error.payment_intent["status"] == "succeeded"


def test_a_hold_ends_by_itself_after_a_week():
    with shop() as store:
        held = confirmed(store, store.payment(capture_method="manual"))

        store.ask("POST", "/_control/clock", {"advance": 7 * 24 * 3600 + 1})

        assert store.sdk.v1.payment_intents.retrieve(held.id).status == "canceled"


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        pytest.param({"payment_method_types": ["card"]}, "payment_method_types", "parameter_unknown", id="old list"),
        pytest.param({"return_url": RETURN}, "return_url", None, id="return address before the confirmation"),
        pytest.param({"amount": 49}, "amount", "amount_too_small", id="below the minimum"),
        pytest.param({"amount": 100_000_000}, "amount", "amount_too_large", id="above the maximum"),
        pytest.param({"currency": "xxq"}, "currency", None, id="no currency"),
        pytest.param({"currency": "kwd", "amount": 4991}, "amount", None, id="a tenth of a fils"),
        pytest.param({"customer": "cus_nobody"}, "customer", "resource_missing", id="unknown customer"),
        pytest.param({"payment_method": "pm_nothing"}, "payment_method", "resource_missing", id="unknown card"),
        pytest.param({"payment_method": "pm_card_nothing"}, "payment_method", "resource_missing", id="no test card"),
        pytest.param({"capture_method": "later"}, "capture_method", None, id="unknown word"),
        pytest.param({"metadata": {"order": "x" * 501}}, "metadata", None, id="metadata too long"),
        pytest.param({"expand": ["colour"]}, "expand", None, id="nothing to expand"),
    ],
)
def test_a_payment_that_stripe_would_not_take_is_refused(store, change, param, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        store.payment(**change)

    assert (refused.value.http_status, refused.value.param, refused.value.code) == (400, param, code)


def test_the_confirmation_needs_a_return_address_unless_types_are_named(store):
    intent = store.sdk.v1.payment_intents.create({"amount": 4990, "currency": "eur", "payment_method": "pm_card_visa"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        store.sdk.v1.payment_intents.confirm(intent.id)

    assert refused.value.param == "return_url"
    assert store.sdk.v1.payment_intents.confirm(store.payment().id).status == "succeeded"


def test_an_unknown_intent_is_not_found(store):
    with pytest.raises(stripe.InvalidRequestError) as missing:
        store.sdk.v1.payment_intents.retrieve("pi_nothing")

    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")


def test_a_key_makes_one_intent_and_belongs_to_one_request(store):
    first, again = store.payment(key="one-order"), store.payment(key="one-order")

    assert first.id == again.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    for other in (
        lambda: store.payment(key="one-order", amount=4991),
        lambda: store.sdk.v1.customers.create({}, {"idempotency_key": "one-order"}),
    ):
        with pytest.raises(stripe.IdempotencyError):
            other()


def test_concurrent_confirmations_take_the_money_once(store):
    intent = store.payment(metadata={"order": "ord_race"})
    statuses = []

    def confirm():
        try:
            statuses.append(store.sdk.v1.payment_intents.confirm(intent.id).status)
        except stripe.InvalidRequestError as refused:
            statuses.append(refused.code)

    threads = [threading.Thread(target=confirm) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == ["payment_intent_unexpected_state"] * 7 + ["succeeded"]
    assert len(store.ask("GET", "/_control/events", order="ord_race")) == 1


def test_a_declined_confirmation_is_declined_again_under_its_key(store):
    intent = store.payment("pm_card_visa_chargeDeclined")
    errors = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as declined:
            store.sdk.v1.payment_intents.confirm(intent.id, {}, {"idempotency_key": intent.id})
        errors.append(declined.value)

    assert errors[1].headers["Idempotent-Replayed"] == "true"
    assert (
        len([o for o in store.ask("GET", "/_control/objects", kind="charge") if o["payment_intent"] == intent.id]) == 1
    )
