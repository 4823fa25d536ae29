"""One deadline: with DynamoDB, KMS, Secrets Manager and Stripe slow at once, no call can outlast the function."""

import base64
import json
import threading
import time
from types import SimpleNamespace

import pytest

from chat import handler, wiring
from chat.adapters import items
from chat.turns.records import hash_token
from chat.turns.stored import Record
from chat.values.brands import Brand
from chat.values.card import Expiry
from chat.values.session import KeptCard, Line, Sealed, Session, Step
from local.stand_in.service import Answer, Service
from runtime.clients import Clients
from runtime.deadline import REPLY_SECONDS, Deadline, DeadlineExceeded
from tests.fakes import LAMBDA_CONTEXT
from tests.unit.test_start import SETTINGS

TOKEN = "the-session-token"
NUMBER, CODE = "4242424242424242", "123"


def stored_review() -> dict[str, dict[str, object]]:
    session = Session(
        "abc-123",
        step=Step.CONFIRM,
        name="John",
        card=KeptCard(Brand.VISA, NUMBER[-4:], Sealed(b"card")),
        expiry=Expiry(12, 2040),
        cvv=Sealed(b"cvv"),
        history=(Line("assistant", "Say confirm."),),
    )
    later = int(time.time()) + 3000
    item = items.from_record(
        Record(
            session, hash_token(TOKEN), version=5, message_id="m4", ttl=later, card_deadline=later, attempt="attempt"
        )
    )
    return json.loads(json.dumps(item, default=lambda blob: base64.b64encode(blob).decode()))


class SlowServices:
    """AWS and Stripe behind one address. Remembers which calls came, and how long after the invocation began."""

    def __init__(self, seconds_per_call: float) -> None:
        self.seconds_per_call, self.started = seconds_per_call, time.monotonic()
        self.calls: list[tuple[str, float]] = []

    def __call__(self, request):
        call = request.headers.get("x-amz-target", request.path).rpartition(".")[2]
        self.calls.append((call, time.monotonic() - self.started))
        time.sleep(self.seconds_per_call)
        return Answer(200, self.answer(call, json.loads(request.body) if "amz" in str(request.headers) else {}))

    def answer(self, call, asked):
        if call == "GetItem":
            return {"Item": stored_review()}
        if call == "Decrypt":
            field = base64.b64decode(asked["CiphertextBlob"]).decode()
            return {"Plaintext": base64.b64encode({"card": NUMBER, "cvv": CODE}[field].encode()).decode()}
        if call == "GetSecretValue":
            return {"SecretString": "sk_test_slow_not_a_real_key"}
        return {"GenerateMac": {"Mac": "bWFj"}}.get(call, {"id": "pm_slow", "object": "payment_method"})

    def names(self):
        return [call for call, _ in self.calls]


@pytest.fixture
def confirm(monkeypatch):
    """Says "confirm" to the handler, with services so slow and so much time left: services, status, seconds taken."""

    def ask(seconds_per_call: float, seconds_left: float):
        services = SlowServices(seconds_per_call)
        with Service(services, port=0, name="slow") as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_address[1]}"
            for name, value in {**SETTINGS, "STAGE": "local", "AWS_ENDPOINT_URL": url, "STRIPE_URL": url}.items():
                monkeypatch.setenv(name, value)
            monkeypatch.setattr(handler, "clients", Clients(handler.deadline))
            made = handler.api.__wrapped__()
            monkeypatch.setattr(handler, "api", lambda: made)
            services.started = time.monotonic()
            context = SimpleNamespace(
                **vars(LAMBDA_CONTEXT) | {"get_remaining_time_in_millis": lambda: seconds_left * 1000}
            )
            reply = handler.handle(
                {
                    "httpMethod": "POST",
                    "resource": "/chat",
                    "headers": {"Content-Type": "application/json", "X-Session-Token": TOKEN},
                    "body": json.dumps({"message": "confirm", "sessionId": "abc-123"}),
                },
                context,
            )
            taken = time.monotonic() - services.started
            server.shutdown()
        return services, reply["statusCode"], taken

    yield ask
    handler.deadline.start(float("inf"))


def test_a_confirmation_with_everything_fast_asks_stripe_once(confirm):
    services, status, _ = confirm(0, seconds_left=25)

    assert status == 200
    assert services.names().count("/v1/payment_methods") == 1


def test_a_slow_start_leaves_too_little_time_and_nothing_is_claimed(confirm):
    services, status, taken = confirm(0.9, seconds_left=25)

    assert status == 503
    assert "GenerateMac" in services.names()
    assert not {"TransactWriteItems", "/v1/payment_methods"} & set(services.names())
    assert taken < 25


def test_services_that_hang_are_given_up_before_the_deadline(confirm):
    services, status, taken = confirm(1.5, seconds_left=6)

    assert status == 503
    assert taken < 6 - REPLY_SECONDS
    assert max(started for _, started in services.calls) < 6 - REPLY_SECONDS


def test_no_call_starts_that_could_outlast_the_invocation(confirm):
    services, status, taken = confirm(0, seconds_left=wiring.AWS_LIMITS.total_seconds)

    assert (status, services.calls) == (503, [])
    assert taken < 1


def test_claim_stripe_and_finish_at_their_slowest_fit_into_the_function_with_time_to_spare():
    before_the_claim = 25 - REPLY_SECONDS - wiring.CONFIRM_SECONDS

    assert before_the_claim >= 3.5


def test_a_deadline_refuses_what_takes_longer_than_is_left():
    now = [100.0]
    deadline = Deadline(lambda: now[0])
    deadline.require(1_000_000)

    deadline.start(10 + REPLY_SECONDS)
    deadline.require(10)
    now[0] += 4
    with pytest.raises(DeadlineExceeded):
        deadline.require(6.1)

    assert deadline.seconds_left() == pytest.approx(6)
