"""Stripe's answers as the product's own results: the real SDK against the stand-in for Stripe."""

import logging
import re
import threading
from uuid import uuid4

import httpx
import pytest
from botocore.exceptions import EndpointConnectionError

from chat.adapters.stripe_payment_methods import StripePaymentMethods
from chat.values.brands import Brand
from chat.values.card import CardNumber, Cvv, Expiry
from chat.values.payment import Payment
from chat.values.session import Decline, PaymentToken
from local.stand_in.service import Answer, Service
from local.stripe.server import LOCAL_STRIPE_KEY, Stripe
from payments.adapters.stripe_key import StripeKey
from runtime.aws import Unavailable
from runtime.deadline import Deadline
from tests.fakes import FakeTelemetry


class Secret:
    """A fake Secrets Manager with one secret."""

    def __init__(self, value: str) -> None:
        self.value, self.reads, self.down = value, 0, False

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
        if self.down:
            raise EndpointConnectionError(endpoint_url="the secret store")
        self.reads += 1
        return {"SecretString": self.value}


@pytest.fixture(scope="module")
def stripe_url():
    with Service(Stripe(), port=0, name="stripe") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def shop(stripe_url):
    return Shop(stripe_url)


class Shop:
    def __init__(self, url: str) -> None:
        self.url, self.secret, self.telemetry, self.time = url, Secret(LOCAL_STRIPE_KEY), FakeTelemetry(), 0
        self.stage, self.test_tokens = "local", False
        self._tokens = None

    @property
    def processor(self) -> StripePaymentMethods:
        if self._tokens is None:
            key = StripeKey(self.secret, "the-secret", lambda: self.time)
            self._tokens = StripePaymentMethods(
                key, self.telemetry, Deadline(), stage=self.stage, test_tokens=self.test_tokens, url=self.url
            )
        return self._tokens

    def pay(self, number="4242424242424242", brand=Brand.VISA, **change):
        values = {
            "session_id": "s-1",
            "attempt": uuid4().hex,
            "name": "Zoë O’Neill",
            "card": CardNumber(number, brand),
            "expiry": Expiry(12, 2030),
            "cvv": Cvv("123"),
        }
        return self.processor.create_payment_method(Payment(**(values | change)))

    def plan(self, behaviour, **more):
        step = {"behaviour": behaviour, **more}
        httpx.post(f"{self.url}/_control/plan", json=step, trust_env=False).raise_for_status()

    def created(self):
        return httpx.get(f"{self.url}/_control/payment_methods", trust_env=False).json()

    def counted(self):
        return [name for name, _ in self.telemetry.counts]


def test_a_good_card_becomes_a_payment_method_with_the_session_in_its_metadata(shop):
    result = shop.pay(session_id="s-meta")

    assert isinstance(result, PaymentToken)
    assert (result.brand, result.last4) == ("visa", "4242")
    (made,) = [each for each in shop.created() if each["id"] == result.token]
    assert made["metadata"] == {"session": "s-meta"}


def test_the_same_attempt_makes_the_same_payment_method(shop):
    attempt = uuid4().hex

    assert shop.pay(attempt=attempt) == shop.pay(attempt=attempt)


@pytest.mark.parametrize(
    ("behaviour", "code", "definite"),
    [
        ("card_declined", "card_declined", True),
        ("expired_card", "card_expired", True),
        ("incorrect_cvc", "cvv_incorrect", True),
        ("processing_error", "processor_busy", True),
        ("conflict", "processor_busy", False),
        ("rate_limit", "processor_busy", False),
        ("unavailable", "processor_busy", False),
        ("api_error", "processor_busy", False),
        ("reset", "processor_busy", False),
        ("forbidden", "processor_unavailable", True),
        ("unauthorized", "processor_unavailable", True),
        ("raw_card_data", "processor_unavailable", True),
    ],
)
def test_every_error_of_stripe_has_its_code(shop, behaviour, code, definite):
    shop.plan(behaviour, times=2 if behaviour in ("conflict", "unavailable", "reset") else 1)

    result = shop.pay()

    assert isinstance(result, Decline)
    assert (result.code, result.definite) == (code, definite)


def test_a_replayed_server_error_is_definite(shop):
    attempt = uuid4().hex
    shop.plan("api_error")

    first, second = shop.pay(attempt=attempt), shop.pay(attempt=attempt)

    assert (first.code, first.definite) == ("processor_busy", False)
    assert (second.code, second.definite) == ("processor_busy", True)


def test_another_body_under_the_same_attempt_is_refused_and_definite(shop):
    attempt = uuid4().hex
    shop.pay(attempt=attempt)

    result = shop.pay(attempt=attempt, name="Somebody Else")

    assert (result.code, result.definite) == ("processor_busy", True)


def test_an_account_that_may_not_send_raw_numbers_is_counted_by_a_metric_of_its_own(shop):
    shop.plan("raw_card_data")

    shop.pay()

    assert "RawCardRefused" in shop.counted()


@pytest.mark.parametrize(
    "value",
    ["", "placeholder", "sk_test_two\nlines", "sk_test_clé", "sk_live_not_in_this_stage", "pk_test_publishable"],
)
def test_an_impossible_key_is_reported_by_the_name_of_its_secret_and_never_sent(shop, value):
    shop.secret.value, before = value, shop.created()

    result = shop.pay()

    assert (result.code, shop.created()) == ("processor_unavailable", before)
    assert ("StripeKeyRejected", "the-secret") in [(name, note.get("secret")) for name, note in shop.telemetry.counts]


def test_the_key_is_read_again_when_stripe_refuses_it(shop):
    shop.pay()
    shop.secret.value = LOCAL_STRIPE_KEY + "_rotated"
    shop.plan("unauthorized")

    shop.pay()

    assert shop.secret.reads == 2


def test_an_unavailable_secret_store_is_noticed_before_a_payment_is_claimed(shop):
    shop.secret.down = True

    with pytest.raises(Unavailable):
        shop.processor.prepare()


def test_a_refused_key_that_cannot_be_read_again_is_not_definite(shop):
    shop.pay()
    shop.secret.down = True
    shop.plan("unauthorized")

    result = shop.pay()

    assert (result.code, result.definite) == ("processor_busy", False)


def test_the_key_is_read_again_after_five_minutes(shop):
    shop.pay()
    shop.pay()
    assert shop.secret.reads == 1

    shop.time += 300
    shop.pay()
    assert shop.secret.reads == 2


def test_prod_with_a_test_key_sends_no_real_number_to_stripe(shop):
    shop.stage, before = "prod", shop.created()

    result = shop.pay(number="4111111111111111")

    assert (result.code, shop.created()) == ("card_declined", before)


@pytest.mark.parametrize(
    ("number", "brand"),
    [
        ("4242424242424242", Brand.VISA),
        ("4000000000000002", Brand.VISA),
        ("378282246310005", Brand.AMEX),
        ("6200000000000005", Brand.UNIONPAY),
        ("38520000023237", Brand.DINERS),
    ],
)
def test_test_numbers_can_be_exchanged_for_test_tokens(shop, number, brand):
    shop.test_tokens = True

    result = shop.pay(number, brand)

    assert isinstance(result, PaymentToken)
    (made,) = [each for each in shop.created() if each["id"] == result.token]
    assert made["raw"] is False


def test_the_sdk_logs_nothing_of_the_card(shop, caplog, capfd):
    caplog.set_level(logging.DEBUG)

    shop.pay("5555555555554444", Brand.MASTERCARD, cvv=Cvv("987"))
    shop.plan("card_declined")
    shop.pay("5555555555554444", Brand.MASTERCARD, cvv=Cvv("987"))

    logged = caplog.text + "".join(capfd.readouterr())
    assert "5555555" not in logged
    assert not re.search(r"(?<![0-9a-f])987(?![0-9a-f])", logged)  # a random key may hold it among others


@pytest.mark.parametrize("body", ["<html>the proxy is tired</html>", ["the proxy is tired"]], ids=["page", "JSON"])
def test_an_answer_that_stripe_did_not_write_is_not_definite(body):
    page = Answer(200, body)
    with Service(lambda _: page, port=0, name="proxy") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        result = Shop(f"http://127.0.0.1:{server.server_address[1]}").pay()
        server.shutdown()

    assert (result.code, result.definite) == ("processor_busy", False)
