"""What is asked of Stripe for an order, and what its answers mean. The SDK is the real one; its connection is not."""

import json
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
import stripe

from orders.stripe_customers import Customers
from payments.adapters.stripe_checkouts import OrderCheckouts
from payments.adapters.stripe_client import StripeAccount
from payments.adapters.stripe_intents import OrderIntents
from payments.adapters.stripe_key import StripeKey
from payments.adapters.stripe_reports import StripeReader
from payments.at_stripe import Report, StripeFailed, StripeRefused
from payments.order import AtStripe, Purpose, SavedCard, StripeKind
from runtime.aws import Unavailable
from runtime.deadline import Deadline
from tests.fakes import NOON, an_order

CHECKOUT = AtStripe(StripeKind.CHECKOUT, "cs_1")
PAYMENT = AtStripe(StripeKind.PAYMENT_INTENT, "pi_1")
SETUP = AtStripe(StripeKind.SETUP_INTENT, "seti_1")
BACK = "https://api.example/prod/returns"
CARD = {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030}
METHOD = {"id": "pm_1", "object": "payment_method", "type": "card", "card": CARD}
ORDER = an_order(handover_expires=NOON + 1860)


class Wire(stripe.HTTPClient):
    """Answers from a script of (status, body, headers), and keeps what was asked."""

    name = "wire"

    def __init__(self) -> None:
        super().__init__()
        self.answers, self.asked, self.keys = [], [], []

    def request(self, method, url, headers, post_data=None):
        path, _, query = url.partition("api.stripe.com")[2].partition("?")
        self.asked.append((method.upper(), path, dict(parse_qsl(post_data or query))))
        self.keys.append((headers["Authorization"].removeprefix("Bearer "), headers.get("Idempotency-Key")))
        status, body, *more = self.answers.pop(0) if self.answers else (200, {"id": "x_1", "object": "x"})
        return json.dumps(body), status, {"Request-Id": "req_1", **(more[0] if more else {})}

    def close(self):
        pass


class Secrets:
    """Secrets Manager with one secret, which may be replaced while nobody looks."""

    def __init__(self, *keys) -> None:
        self.keys = list(keys)

    def get_secret_value(self, SecretId):  # noqa: N803
        return {"SecretString": self.keys.pop(0) if len(self.keys) > 1 else self.keys[0]}


class House:
    def __init__(self, *keys, stage="dev") -> None:
        self.wire = Wire()
        secrets = Secrets(*(keys or ("sk_test_1",)))
        self.account = StripeAccount(
            StripeKey(secrets, "secret", lambda: NOON),
            Deadline(),
            stage=stage,
            url=None,
            connect=lambda key, _: stripe.StripeClient(key, http_client=self.wire, max_network_retries=0),
        )
        self.intents, self.reports = OrderIntents(self.account), StripeReader(self.account)

    def checkouts(self, *, wallets=True):
        return OrderCheckouts(self.account, wallets=wallets)

    def answers(self, status, body, headers=None):
        self.wire.answers.append((status, body, headers or {}))


def intent(at=PAYMENT, status="succeeded", **changed):
    money = {"amount": 4990, "currency": "eur"} if at is PAYMENT else {}
    return {
        "id": at.id,
        "object": at.kind.value,
        "status": status,
        "livemode": False,
        "metadata": {"order": ORDER.id},
        "customer": None,
        "payment_method": METHOD,
        "next_action": None,
        **money,
        **changed,
    }


def checkout(status="complete", **changed):
    return {
        "id": "cs_1",
        "object": "checkout.session",
        "mode": "payment",
        "status": status,
        "url": "https://checkout.stripe.com/c/pay/cs_1" if status == "open" else None,
        "livemode": False,
        "client_reference_id": "INV-1042",
        "metadata": {"order": ORDER.id},
        "amount_total": 4990,
        "currency": "eur",
        "customer": None,
        "payment_intent": intent() if status == "complete" else None,
        "setup_intent": None,
        **changed,
    }


def declined(code, *, decline_code=None, status=402, kind="card_error", **more):
    return status, {"error": {"type": kind, "code": code, "decline_code": decline_code, "message": "4242", **more}}


MISSING = {"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "id", "message": "cus_1"}}


@pytest.mark.parametrize(
    ("status", "body", "is_there"),
    [
        pytest.param(200, {"id": "cus_1", "object": "customer"}, True, id="known"),
        pytest.param(200, {"id": "cus_1", "object": "customer", "deleted": True}, False, id="deleted"),
        pytest.param(404, MISSING, False, id="unknown, or of the other mode"),
    ],
)
def test_stripe_is_asked_whether_it_has_a_customer(status, body, is_there):
    house = House()
    house.answers(status, body)

    assert Customers(house.account).has("cus_1") is is_there
    assert house.wire.asked == [("GET", "/v1/customers/cus_1", {})]


@pytest.mark.parametrize("status", [400, 403, 429, 500])
def test_an_answer_that_says_nothing_of_the_customer_refuses_nobody(status):
    house = House()
    house.answers(status, {"error": {"type": "api_error", "message": "cus_1"}})

    with pytest.raises(Unavailable):
        Customers(house.account).has("cus_1")


def test_a_payment_intent_asks_for_the_orders_amount_by_card_alone():
    house = House()
    house.answers(200, {"id": "pi_1", "object": "payment_intent"})

    made = house.intents.create_intent(replace(ORDER, email="a@example.com"), "cus_1")

    assert made == PAYMENT
    assert house.wire.asked == [
        (
            "POST",
            "/v1/payment_intents",
            {
                "amount": "4990",
                "currency": "eur",
                "allowed_payment_method_types[0]": "card",
                "description": "Two tickets, 12 December",
                "metadata[order]": ORDER.id,
                "metadata[reference]": "INV-1042",
                "customer": "cus_1",
                "receipt_email": "a@example.com",
            },
        )
    ]
    assert house.wire.keys == [("sk_test_1", f"{ORDER.id}:1")]


def test_an_authorization_is_captured_by_the_merchant():
    house = House()

    house.intents.create_intent(an_order(purpose=Purpose.AUTHORIZE), None)

    assert house.wire.asked[0][2]["capture_method"] == "manual"


def test_a_card_is_saved_for_later_charges_without_the_payer():
    house = House()
    order = an_order(purpose=Purpose.SAVE, amount=None, currency=None, generation=3)

    made = house.intents.create_intent(order, "cus_1")

    assert made.kind is StripeKind.SETUP_INTENT
    assert house.wire.asked[0][1] == "/v1/setup_intents"
    assert house.wire.asked[0][2].items() >= {"usage": "off_session", "customer": "cus_1"}.items()
    assert house.wire.keys[0][1] == f"{order.id}:3"


def test_a_repeat_is_the_same_request():
    house = House()
    for _ in range(2):
        house.intents.create_customer(ORDER)
        house.intents.create_intent(ORDER, None)

    assert house.wire.asked[:2] == house.wire.asked[2:]
    assert house.wire.keys[:2] == house.wire.keys[2:]


def test_a_checkout_shows_the_orders_amount_and_takes_cards_alone():
    house = House()
    house.answers(200, checkout("open", expires_at=NOON + 1860))

    made = house.checkouts().create_checkout(replace(ORDER, email="a@example.com"), "de", BACK, "Sie zahlen an ACME")

    assert made == AtStripe(StripeKind.CHECKOUT, "cs_1", NOON + 1860, "https://checkout.stripe.com/c/pay/cs_1")
    assert house.wire.asked[0][1:] == (
        "/v1/checkout/sessions",
        {
            "mode": "payment",
            "allowed_payment_method_types[0]": "card",
            "client_reference_id": "INV-1042",
            "metadata[order]": ORDER.id,
            "metadata[reference]": "INV-1042",
            "success_url": BACK,
            "cancel_url": BACK,
            "expires_at": str(NOON + 1860),
            "locale": "de",
            "custom_text[submit][message]": "Sie zahlen an ACME",
            "customer_email": "a@example.com",
            "adaptive_pricing[enabled]": "false",
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": "eur",
            "line_items[0][price_data][unit_amount]": "4990",
            "line_items[0][price_data][product_data][name]": "Two tickets, 12 December",
            "payment_intent_data[description]": "Two tickets, 12 December",
            "payment_intent_data[metadata][order]": ORDER.id,
            "payment_intent_data[metadata][reference]": "INV-1042",
            "payment_intent_data[receipt_email]": "a@example.com",
        },
    )
    assert house.wire.keys[0][1] == f"{ORDER.id}:1:{NOON + 1860}"


def test_a_checkout_that_saves_a_card_has_a_customer():
    house = House()
    save = replace(an_order(purpose=Purpose.SAVE, amount=None, currency=None), handover_expires=NOON + 1860)
    for order in (save, replace(save, customer="cus_1")):
        house.answers(200, checkout("open", expires_at=NOON + 1860))
        house.checkouts().create_checkout(order, "en", BACK, "text")

    new, known = (form for _, _, form in house.wire.asked)
    assert (new["mode"], new["customer_creation"], known["customer"]) == ("setup", "always", "cus_1")
    assert new["setup_intent_data[metadata][order]"] == save.id
    assert "customer_creation" not in known
    assert not [name for name in new if name.startswith(("line_items", "adaptive", "currency"))]


@pytest.mark.parametrize(("language", "locale"), [("ar", "auto"), ("sw", "auto"), ("zh", "zh"), ("pt", "pt")])
def test_checkout_speaks_the_conversations_language_where_it_can(language, locale):
    house = House()
    house.answers(200, checkout("open", expires_at=1))

    house.checkouts().create_checkout(ORDER, language, BACK, "text")

    assert house.wire.asked[0][2]["locale"] == locale


def test_link_is_not_offered_where_the_stage_wants_cards_alone():
    house = House()
    house.answers(200, checkout("open", expires_at=1))

    house.checkouts(wallets=False).create_checkout(ORDER, "en", BACK, "text")

    assert house.wire.asked[0][2]["wallet_options[link][display]"] == "never"


def test_an_expiry_that_is_too_near_by_now_is_told_by_its_parameter():
    house = House()
    house.answers(400, {"error": {"type": "invalid_request_error", "param": "expires_at", "message": "x"}})

    with pytest.raises(StripeRefused) as refused:
        house.checkouts().create_checkout(ORDER, "en", BACK, "text")

    assert refused.value.param == "expires_at"


def test_a_paid_checkout_is_reported_with_its_card():
    house = House()
    house.answers(200, checkout(customer="cus_1"))

    report = house.reports.retrieve(CHECKOUT)

    assert report == Report(
        CHECKOUT,
        ORDER.id,
        livemode=False,
        amount=4990,
        currency="eur",
        is_open=False,
        intent_id="pi_1",
        intent_status="succeeded",
        card=SavedCard("pm_1", "visa", "4242", 12, 2030),
        customer="cus_1",
        reference="INV-1042",
    )
    assert len(house.wire.asked) == 1


def test_an_open_checkout_is_reported_with_its_address():
    house = House()
    house.answers(200, checkout("open"))

    report = house.reports.retrieve(CHECKOUT)

    assert (report.is_open, report.url) == (True, "https://checkout.stripe.com/c/pay/cs_1")
    assert (report.intent_id, report.intent_status) == (None, None)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"amount_total": 1}, "amount"),
        ({"currency": "usd"}, "currency"),
        ({"payment_intent": intent(amount=1)}, "amount"),
        ({"payment_intent": intent(metadata={"order": "ord_2"})}, "order_id"),
        ({"metadata": {}, "payment_intent": intent(metadata={})}, "order_id"),
    ],
    ids=str,
)
def test_a_checkout_that_disagrees_with_its_intent_says_nothing(changed, name):
    house = House()
    house.answers(200, checkout(**changed))

    assert getattr(house.reports.retrieve(CHECKOUT), name) is None


def test_an_authorization_is_reported_with_the_time_it_holds():
    house = House()
    charge = {"id": "ch_1", "payment_method_details": {"card": {"capture_before": NOON + 9}}}
    house.answers(200, intent(status="requires_capture", latest_charge=charge))

    report = house.reports.retrieve(PAYMENT)

    assert (report.is_open, report.capture_before) == (False, NOON + 9)


def test_where_the_payer_authenticates_is_told_while_it_is_needed():
    house, action = House(), {"type": "redirect_to_url", "redirect_to_url": {"url": "https://hooks.example/3ds"}}
    house.answers(200, intent(SETUP, "requires_action", next_action=action))

    report = house.reports.retrieve(SETUP)

    assert (report.is_open, report.url) == (True, "https://hooks.example/3ds")
    assert (report.amount, report.currency) == (None, None)
    assert "hooks" not in repr(report)


def test_a_failed_authentication_is_told_from_a_decline():
    house, error = House(), {"code": "payment_intent_authentication_failure"}
    house.answers(200, intent(status="requires_payment_method", payment_method=None, last_payment_error=error))

    report = house.reports.retrieve(PAYMENT)

    assert (report.decline_code, report.authentication_failed) == ("card_declined", True)


@pytest.mark.parametrize(
    ("code", "decline_code", "ours"),
    [
        ("card_declined", "insufficient_funds", "card_declined"),
        ("expired_card", None, "card_expired"),
        ("incorrect_cvc", "incorrect_cvc", "cvv_incorrect"),
        ("processing_error", None, "processor_busy"),
    ],
)
def test_a_decline_is_reported_and_the_intent_stays(code, decline_code, ours):
    house = House()
    held = intent(status="requires_payment_method", payment_method=None)
    house.answers(*declined(code, decline_code=decline_code, payment_intent=held))

    report = house.intents.confirm_intent(PAYMENT, "pm_1", "attempt-1", BACK)

    assert (report.decline_code, report.decline_detail) == (ours, decline_code or code)
    assert (report.is_open, report.order_id) == (True, ORDER.id)
    assert house.wire.asked[0][2].items() >= {"payment_method": "pm_1", "return_url": BACK}.items()
    assert house.wire.keys[0][1] == "attempt-1:confirm"


def test_a_confirmation_of_what_is_over_reports_how_it_stands():
    house = House()
    house.answers(*declined("payment_intent_unexpected_state", status=400, kind="invalid_request_error"))
    house.answers(200, intent())

    assert house.intents.confirm_intent(PAYMENT, "pm_1", "a", BACK).intent_status == "succeeded"


REPLAYED = {"idempotent-replayed": "true"}


def test_a_confirmation_that_stripe_failed_at_is_looked_after():
    house, failure = House(), {"error": {"type": "api_error"}}
    house.answers(500, failure, REPLAYED)
    house.answers(200, intent())
    assert house.intents.confirm_intent(PAYMENT, "pm_1", "a", BACK).intent_status == "succeeded"

    house.answers(500, failure, REPLAYED)
    house.answers(200, intent(status="requires_confirmation"))
    with pytest.raises(StripeFailed):
        house.intents.confirm_intent(PAYMENT, "pm_1", "a", BACK)


def test_what_stripe_failed_to_make_is_made_under_another_key():
    house = House()
    house.answers(500, {"error": {"type": "api_error"}}, REPLAYED)
    house.answers(200, {"id": "pi_1", "object": "payment_intent"})

    assert house.intents.create_intent(ORDER, None) == PAYMENT
    assert [key for _, key in house.wire.keys] == [f"{ORDER.id}:1", f"{ORDER.id}:1:again"]


def test_an_intent_that_holds_money_is_not_cancelled():
    house = House()
    house.answers(200, intent(status="requires_capture"))

    assert house.reports.close(PAYMENT).intent_status == "requires_capture"
    assert [path for _, path, _ in house.wire.asked] == ["/v1/payment_intents/pi_1"]


def test_an_open_intent_is_cancelled():
    house = House()
    house.answers(200, intent(SETUP, "requires_payment_method"))
    house.answers(200, intent(SETUP, "canceled"))

    assert house.reports.close(SETUP).intent_status == "canceled"
    assert house.wire.asked[1][:2] == ("POST", "/v1/setup_intents/seti_1/cancel")


def test_a_checkout_that_was_paid_meanwhile_is_reported_as_paid():
    house = House()
    house.answers(*declined(None, status=400, kind="invalid_request_error"))
    house.answers(200, checkout())

    assert house.reports.close(CHECKOUT).intent_status == "succeeded"
    assert [path for _, path, _ in house.wire.asked] == [
        "/v1/checkout/sessions/cs_1/expire",
        "/v1/checkout/sessions/cs_1",
    ]


@pytest.mark.parametrize("status", [403, 404, 409, 429, 500, 503])
def test_no_answer_is_no_report(status):
    house = House()
    house.answers(status, {"error": {"type": "invalid_request_error", "message": "4242"}})

    with pytest.raises(Unavailable):
        house.reports.retrieve(CHECKOUT)


def test_an_answer_that_is_not_stripes_is_no_report():
    house = House()
    house.answers(200, {"welcome": "to this proxy"})

    with pytest.raises(Unavailable):
        house.reports.retrieve(CHECKOUT)


def test_a_rotated_key_is_fetched_again_once():
    house = House("sk_test_old", "sk_test_new")
    house.answers(401, {"error": {"type": "invalid_request_error"}})
    house.answers(200, checkout())

    assert house.reports.retrieve(CHECKOUT).intent_status == "succeeded"
    assert [key for key, _ in house.wire.keys] == ["sk_test_old", "sk_test_new"]


def test_a_refused_key_is_an_outage():
    house = House()
    house.answers(401, {"error": {"type": "invalid_request_error"}})

    with pytest.raises(Unavailable, match="KeyRefused"):
        house.reports.retrieve(CHECKOUT)
    assert len(house.wire.asked) == 1


@pytest.mark.parametrize(
    ("key", "stage", "live"),
    [("rk_test_1", "dev", False), ("sk_test_1", "prod", False), ("rk_live_1", "prod", True)],
)
def test_the_key_says_whether_money_is_real(key, stage, live):
    assert House(key, stage=stage).account.is_live() is live


@pytest.mark.parametrize(("key", "stage"), [("sk_live_1", "staging"), ("placeholder", "prod"), ("pk_test_1", "dev")])
def test_a_key_that_is_not_for_this_stage_is_never_used(key, stage):
    house = House(key, stage=stage)

    with pytest.raises(Unavailable):
        house.reports.retrieve(CHECKOUT)
    assert house.wire.asked == []


def test_nothing_is_asked_that_could_outlast_the_invocation():
    house = House()
    house.account._deadline.start(5)

    with pytest.raises(Unavailable, match="DeadlineExceeded"):
        house.reports.retrieve(CHECKOUT)
    assert house.wire.asked == []
