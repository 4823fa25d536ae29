"""Checkout Sessions of the Stripe stand-in: its API, and what a payer does on the page."""

import re
from urllib.parse import urlsplit

import pytest
import stripe

from tests.stripe_shop import CHALLENGED, CHALLENGED_THEN_DECLINED, DECLINED, NO_FUNDS, VISA, shop

CARD = {"do": "pay", "name": "Jenny Rosen", "email": "jenny@example.com", "expiry": "12/34", "cvc": "123"}


@pytest.fixture(scope="module")
def store():
    with shop() as opened:
        yield opened


def path(url):
    return urlsplit(url).path


def test_an_open_checkout_says_what_is_to_be_paid(store):
    session = store.checkout()

    assert (session.status, session.payment_status, session.amount_total, session.currency) == (
        "open",
        "unpaid",
        4990,
        "eur",
    )
    assert (session.client_reference_id, session.metadata["order"]) == ("ord_1", "ord_1")
    assert session.payment_intent is None
    assert urlsplit(session.url).hostname == "localhost"  # another site than 127.0.0.1, as Stripe's is


def test_a_paid_checkout_is_complete_and_leads_back(store):
    session = store.checkout(success_url="http://127.0.0.1:1/back?checkout={CHECKOUT_SESSION_ID}")

    done = store.payer(session.url, "pay").json()

    assert (done["status"], done["location"]) == ("complete", f"http://127.0.0.1:1/back?checkout={session.id}")
    paid = store.session(session.id, "payment_intent.payment_method", "line_items")
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert (paid.payment_intent.status, paid.payment_intent.metadata["order"]) == ("succeeded", "ord_1")
    assert paid.payment_intent.payment_method.card.last4 == "4242"
    assert paid.line_items.data[0].description == "Two tickets"
    assert store.payer(session.url, "pay").status_code == 409


def test_a_held_checkout_is_complete_and_unpaid(store):
    session = store.checkout(payment_intent_data={"capture_method": "manual"})

    store.payer(session.url, "pay")

    held = store.session(session.id, "payment_intent.latest_charge")
    assert (held.status, held.payment_status) == ("complete", "unpaid")
    assert held.payment_intent.status == "requires_capture"
    assert held.payment_intent.latest_charge.payment_method_details.card.capture_before > store.now()


def test_a_checkout_that_saves_a_card_makes_its_customer(store):
    session = store.checkout("setup")

    store.payer(session.url, "pay")

    saved = store.session(session.id, "setup_intent.payment_method")
    assert (saved.status, saved.payment_status) == ("complete", "no_payment_required")
    assert (saved.setup_intent.status, saved.setup_intent.usage) == ("succeeded", "off_session")
    assert saved.customer.startswith("cus_")
    assert saved.setup_intent.payment_method.customer == saved.customer == saved.setup_intent.customer


def test_a_decline_leaves_the_checkout_open_for_another_card(store):
    session = store.checkout()

    declined = store.payer(session.url, "pay", card=NO_FUNDS)

    assert (declined.status_code, declined.json()["error"]["decline_code"]) == (402, "insufficient_funds")
    first = store.session(session.id, "payment_intent")
    assert (first.status, first.payment_intent.status) == ("open", "requires_payment_method")
    assert store.payer(session.url, "pay").json()["status"] == "complete"
    assert store.session(session.id).payment_intent == first.payment_intent.id


@pytest.mark.parametrize("mode", ["payment", "setup"])
def test_three_d_secure_finishes_the_checkout(store, mode):
    session = store.checkout(mode)

    waiting = store.payer(session.url, "pay", card=CHALLENGED).json()
    before = store.session(session.id).status
    done = store.payer(waiting["next"], "authenticate").json()

    assert (waiting["status"], before, done["status"]) == ("requires_action", "open", "complete")


def test_the_checkouts_own_address_can_be_authenticated_too(store):
    session = store.checkout()
    store.payer(session.url, "pay", card=CHALLENGED)

    assert store.payer(session.url, "authenticate").json()["status"] == "complete"


def test_failed_three_d_secure_leads_back_to_the_checkout(store):
    session = store.checkout()
    waiting = store.payer(session.url, "pay", card=CHALLENGED).json()

    failed = store.payer(waiting["next"], "fail_authentication").json()

    assert (failed["status"], failed["location"], failed["next"]) == ("open", None, session.url)
    assert store.payer(session.url, "pay").json()["status"] == "complete"


def test_a_card_can_pass_three_d_secure_and_be_declined(store):
    session = store.checkout()
    waiting = store.payer(session.url, "pay", card=CHALLENGED_THEN_DECLINED).json()

    assert store.payer(waiting["next"], "authenticate").status_code == 402
    assert store.session(session.id).status == "open"


def test_a_payer_can_go_back(store):
    session = store.checkout()

    assert store.payer(session.url, "back").json()["location"] == "http://127.0.0.1:1/left"
    assert store.session(session.id).status == "open"


def test_an_expired_checkout_takes_nothing_and_its_intent_is_cancelled(store):
    session = store.checkout()
    store.payer(session.url, "pay", card=DECLINED)

    expired = store.sdk.v1.checkout.sessions.expire(session.id, {"expand": ["payment_intent"]})

    assert (expired.status, expired.url, expired.payment_intent.status) == ("expired", None, "canceled")
    assert store.payer(session.url, "pay").status_code == 409
    with pytest.raises(stripe.InvalidRequestError):
        store.sdk.v1.checkout.sessions.expire(session.id)


def test_a_complete_checkout_cannot_be_expired(store):
    session = store.checkout()
    store.payer(session.url, "pay")

    with pytest.raises(stripe.InvalidRequestError):
        store.sdk.v1.checkout.sessions.expire(session.id)

    assert store.session(session.id).status == "complete"


@pytest.mark.parametrize("deed", ["confirm", "cancel"])
@pytest.mark.parametrize("mode", ["payment", "setup"])
def test_the_intent_of_a_checkout_is_not_touched_from_outside(store, mode, deed):
    session = store.checkout(mode)
    store.payer(session.url, "pay", card=DECLINED)
    kind = "payment_intent" if mode == "payment" else "setup_intent"

    with pytest.raises(stripe.InvalidRequestError) as refused:
        getattr(getattr(store.sdk.v1, f"{kind}s"), deed)(store.session(session.id)[kind])

    assert refused.value.code == f"{kind}_unexpected_state"


def test_the_clock_expires_a_checkout():
    with shop() as store:
        session = store.checkout()

        store.ask("POST", "/_control/clock", {"advance": 31 * 60 - 5})
        before = store.session(session.id).status
        store.ask("POST", "/_control/clock", {"advance": 10})

        assert (before, store.session(session.id).status) == ("open", "expired")
        assert [event["type"] for event in store.ask("GET", "/_control/events")] == ["checkout.session.expired"]


@pytest.mark.parametrize(
    ("change", "param"),
    [
        pytest.param({"payment_method_types": ["card"]}, "payment_method_types", id="old list"),
        pytest.param({"ui_mode": "hosted"}, "ui_mode", id="old name of the mode"),
        pytest.param({"locale": "ar"}, "locale", id="a language that Stripe has not"),
        pytest.param({"setup_intent_data": {"description": "x"}}, "setup_intent_data", id="another mode's data"),
        pytest.param({"line_items": []}, "line_items", id="nothing to pay"),
        pytest.param({"success_url": "back"}, "success_url", id="no address"),
        pytest.param({"customer": "cus_nobody"}, "customer", id="unknown customer"),
        pytest.param({"client_reference_id": "x" * 201}, "client_reference_id", id="long reference"),
        pytest.param({"custom_text": {"submit": {"message": "x" * 1201}}}, "custom_text[submit][message]", id="text"),
    ],
)
def test_a_checkout_that_stripe_would_not_make_is_refused(store, change, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        store.checkout(**change)

    assert (refused.value.http_status, refused.value.param) == (400, param)


@pytest.mark.parametrize("seconds", [29 * 60, 24 * 3600 + 60])
def test_a_checkout_lives_half_an_hour_to_a_day(store, seconds):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        store.checkout(expires_at=store.now() + seconds)

    assert (refused.value.http_status, refused.value.param) == (400, "expires_at")


def test_a_repeat_gets_its_checkout_even_when_its_expiry_is_too_near_by_now():
    with shop() as store:
        asked = {"mode": "setup", "allowed_payment_method_types": ["card"], "success_url": "http://127.0.0.1:1/"}
        asked["expires_at"] = store.now() + 31 * 60
        make = store.sdk.v1.checkout.sessions.create
        first = make(asked, {"idempotency_key": "attempt"})

        store.ask("POST", "/_control/clock", {"advance": 600})

        assert make(asked, {"idempotency_key": "attempt"}).id == first.id
        with pytest.raises(stripe.InvalidRequestError):
            make(asked, {"idempotency_key": "another attempt"})


@pytest.mark.parametrize(("url", "status"), [("http://localhost/c/pay/cs_test_none", 404), ("http://localhost/", 404)])
def test_a_payer_at_an_unknown_address_is_told_so(store, url, status):
    assert store.payer(url, "pay").status_code == status


def test_the_page_shows_amount_merchant_item_and_message(store):
    session = store.checkout(
        locale="de", customer_email="jenny@example.com", custom_text={"submit": {"message": "Bestellung <1> bei ACME"}}
    )
    page = store.answer("GET", path(session.url)).text

    assert "49,90\xa0€ zahlen" in page
    assert "Two tickets" in page
    assert "Bestellung &lt;1&gt; bei ACME" in page
    assert 'value="jenny@example.com" readonly' in page
    assert 'href="http://127.0.0.1:1/left"' in page


@pytest.mark.parametrize("locale", ["de", "en-GB", "es", "fr", "it", "ja", "nl", "pt-BR", "zh-TW", "auto", "fi"])
def test_the_page_speaks_the_sessions_language_or_english(store, locale):
    page = store.answer("GET", path(store.checkout(locale=locale).url)).text

    assert f'<html lang="{"en" if locale in {"auto", "fi"} else locale[:2]}"' in page
    assert len(set(re.findall(r"<label[^>]*>([^<]+)", page))) == 5


def test_the_form_pays_and_redirects(store):
    session = store.checkout()

    answer = store.form(path(session.url), **CARD, number="4242 4242 4242 4242")

    assert (answer.status_code, answer.headers["location"]) == (303, f"http://127.0.0.1:1/back?checkout={session.id}")
    assert store.session(session.id).customer_details.name == "Jenny Rosen"
    assert "<h1>You&#x27;re all done here</h1>" in store.answer("GET", path(session.url)).text


def test_a_mistyped_card_is_answered_on_the_page_and_its_number_is_not_shown_again(store):
    session = store.checkout()

    answer = store.form(path(session.url), **CARD, number="4242424242424241")

    assert re.search(r'role="alert"[^>]*>Your card number is incorrect', answer.text)
    assert "4242424242424241" not in answer.text
    assert 'value="Jenny Rosen"' in answer.text
    assert store.session(session.id).payment_intent is None


def test_a_declined_card_is_answered_on_the_page(store):
    session = store.checkout()

    answer = store.form(path(session.url), **CARD, number=NO_FUNDS)

    assert answer.status_code == 303
    assert "insufficient funds" in store.answer("GET", path(answer.headers["location"]), again="1").text


def test_the_wallet_pays_with_a_wallet_card(store):
    session = store.checkout()

    assert store.form(path(session.url), do="wallet").status_code == 303
    paid = store.session(session.id, "payment_intent.payment_method")
    assert paid.payment_intent.payment_method.card.wallet.type == "apple_pay"


@pytest.mark.parametrize(("answer", "result"), [("pass", "complete"), ("fail", "open"), ("close", "open")])
def test_the_banks_page_takes_an_answer_or_none(store, answer, result):
    session = store.checkout()
    bank = path(store.form(path(session.url), **CARD, number=CHALLENGED).headers["location"])

    asked = store.answer("GET", bank).text
    answered = store.form(bank, do=answer)

    assert "ACME wants €49.90 from your card" in asked
    assert answered.status_code == (200 if answer == "close" else 303)
    assert store.session(session.id).status == result


def test_an_expired_checkout_says_so(store):
    session = store.checkout()
    store.sdk.v1.checkout.sessions.expire(session.id)

    assert "<h1>This page has expired</h1>" in store.answer("GET", path(session.url)).text
    assert "<h1>This page has expired</h1>" in store.form(path(session.url), **CARD, number=VISA).text


def test_pages_allow_no_script_and_no_frame(store):
    answer = store.answer("GET", path(store.checkout().url))

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert (answer.headers["referrer-policy"], answer.headers["cache-control"]) == ("no-referrer", "no-store")


def test_an_unknown_page_is_not_found(store):
    assert store.answer("GET", "/c/pay/cs_test_none").status_code == 404
    assert store.answer("GET", "/3ds/pi_none").status_code == 404
