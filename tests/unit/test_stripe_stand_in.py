"""The Stripe stand-in answers as Stripe documents it. It is called as a function here, without a socket."""

import json
import re
import threading
from collections import deque
from datetime import UTC, datetime
from types import FunctionType, MethodType, ModuleType
from urllib.parse import urlencode

import pytest

from local.runner.environment import LOCAL_STRIPE_KEY
from local.stand_in.service import Request
from local.stripe.server import Stripe

VISA = "4242424242424242"
CARD = {"card[number]": VISA, "card[exp_month]": "12", "card[exp_year]": "2030", "card[cvc]": "123"}


@pytest.fixture
def stripe():
    return Stripe(now=lambda: datetime(2026, 6, 15, tzinfo=UTC), sleep=lambda _: None)


def create(stripe, card=None, *, key=None, api_key=LOCAL_STRIPE_KEY, **more):
    """A parameter with the value None is left out."""
    form = {"type": "card", "metadata[session]": "s-1", **(CARD if card is None else card), **more}
    headers = {"authorization": f"Bearer {api_key}"} | ({"idempotency-key": key} if key else {})
    body = urlencode({name: value for name, value in form.items() if value is not None}).encode()
    return stripe(Request("POST", "/v1/payment_methods", headers=headers, body=body))


def everything_in(part, seen=None):
    """All that the stand-in holds in memory, but for the key of its hashes."""
    seen = set() if seen is None else seen
    if id(part) in seen or isinstance(part, type | FunctionType | MethodType | ModuleType):
        return ""
    seen.add(id(part))
    if isinstance(part, dict):
        return "".join(everything_in(each, seen) for pair in part.items() for each in pair)
    if isinstance(part, list | tuple | set | frozenset | deque):
        return "".join(everything_in(each, seen) for each in part)
    if hasattr(part, "__dict__"):
        return "".join(everything_in(value, seen) for name, value in vars(part).items() if name != "_hash_key")
    return f"{part!r}\n"


def plan(stripe, **step):
    assert stripe(Request("POST", "/_control/plan", body=json.dumps(step).encode())).status == 200


def created(stripe, **query):
    return stripe(Request("GET", "/_control/payment_methods", query=query)).body


def test_a_payment_method_carries_brand_last_four_and_metadata(stripe):
    answer = create(stripe, key="a")

    assert answer.status == 200
    assert answer.body["id"].startswith("pm_")
    assert (answer.body["card"]["brand"], answer.body["card"]["last4"]) == ("visa", "4242")
    assert answer.body["metadata"] == {"session": "s-1"}
    assert [entry["id"] for entry in created(stripe, session="s-1")] == [answer.body["id"]]
    assert created(stripe, session="s-2") == []


def test_it_stores_and_logs_neither_number_nor_code(stripe):
    card = CARD | {"card[number]": "5555555555554444", "card[cvc]": "987"}
    answers = [create(stripe, card, key="a"), create(stripe, card, key="a"), create(stripe, card | {"card[cvc]": "9"})]
    kept = everything_in(stripe) + repr([answer.note for answer in answers]) + repr([answer.body for answer in answers])
    kept = re.sub(r"[0-9a-f]{12,}|pm_\w{24}", "", kept)  # random names and hashes may hold any digits

    assert "4444" in kept
    assert "55555555" not in kept
    assert "987" not in kept


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        pytest.param({"card[number]": "4242424242424241"}, "incorrect_number", "number", id="checksum"),
        pytest.param({"card[number]": "42424242"}, "incorrect_number", "number", id="too short"),
        pytest.param({"card[number]": "1234590987654320"}, "incorrect_number", "number", id="unknown brand"),
        pytest.param({"card[number]": "visa"}, "invalid_number", "number", id="not a number"),
        pytest.param({"card[exp_month]": "13"}, "invalid_expiry_month", "exp_month", id="month 13"),
        pytest.param(
            {"card[exp_month]": "5", "card[exp_year]": "2026"}, "invalid_expiry_month", "exp_month", id="last month"
        ),
        pytest.param({"card[exp_year]": "2025"}, "invalid_expiry_year", "exp_year", id="last year"),
        pytest.param({"card[exp_year]": "2077"}, "invalid_expiry_year", "exp_year", id="51 years ahead"),
        pytest.param({"card[cvc]": "12"}, "invalid_cvc", "cvc", id="short code"),
        pytest.param({"card[cvc]": "1234"}, "invalid_cvc", "cvc", id="long code"),
    ],
)
def test_a_malformed_card_gets_the_error_that_stripe_documents(stripe, change, code, param):
    answer = create(stripe, CARD | change)

    assert answer.status == 402
    assert answer.body["error"].items() >= {"type": "card_error", "code": code, "param": param}.items()
    assert created(stripe) == []


@pytest.mark.parametrize(
    ("number", "brand"),
    [
        ("4242424242424242", "visa"),
        ("5555555555554444", "mastercard"),
        ("2223003122003222", "mastercard"),
        ("6011111111111117", "discover"),
        ("3056930009020004", "diners"),
        ("36227206271667", "diners"),
        ("3566002020360505", "jcb"),
        ("6200000000000005", "unionpay"),
    ],
)
def test_stripes_test_numbers_have_their_brand(stripe, number, brand):
    assert create(stripe, CARD | {"card[number]": number}).body["card"]["brand"] == brand


def test_an_amex_code_has_four_digits(stripe):
    amex = CARD | {"card[number]": "378282246310005"}

    assert create(stripe, amex).body["error"]["code"] == "invalid_cvc"
    assert create(stripe, amex | {"card[cvc]": "1234"}).body["card"]["brand"] == "amex"


def test_a_test_token_stands_for_a_card(stripe):
    answer = create(stripe, {"card[token]": "tok_mastercard"})

    assert (answer.body["card"]["brand"], answer.body["card"]["last4"]) == ("mastercard", "4444")
    assert create(stripe, {"card[token]": "tok_nonsense"}).body["error"]["code"] == "resource_missing"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param({"colour": "red"}, {"code": "parameter_unknown", "param": "colour"}, id="unknown"),
        pytest.param({"card[pin]": "1"}, {"code": "parameter_unknown", "param": "card[pin]"}, id="unknown, nested"),
        pytest.param({"card[exp_year]": None}, {"code": "parameter_missing", "param": "card[exp_year]"}, id="missing"),
        pytest.param({"type": None}, {"code": "parameter_missing", "param": "type"}, id="no type"),
        pytest.param({"card[exp_month]": "x"}, {"code": "parameter_invalid_integer"}, id="not a number"),
        pytest.param({"type": "cash"}, {"param": "type"}, id="not in the enumeration"),
        pytest.param({"metadata[session]": "x" * 501}, {"param": "metadata"}, id="metadata too long"),
    ],
)
def test_a_request_outside_stripes_schema_is_refused(stripe, change, error):
    form = {"type": "card", **CARD, **change}
    answer = create(stripe, {}, **{"metadata[session]": "s-1", **form})
    if None in change.values():
        body = urlencode({name: value for name, value in form.items() if value is not None}).encode()
        answer = stripe(
            Request("POST", "/v1/payment_methods", headers={"authorization": f"Bearer {LOCAL_STRIPE_KEY}"}, body=body)
        )

    assert answer.status == 400
    assert answer.body["error"].items() >= {"type": "invalid_request_error", **error}.items()
    assert VISA not in repr(answer.body)


def test_a_wrong_key_is_unauthorized(stripe):
    assert create(stripe, api_key="sk_test_other").status == 401


def test_the_same_key_gets_the_same_answer(stripe):
    first, second = create(stripe, key="a"), create(stripe, key="a")

    assert second.body == first.body
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(created(stripe)) == 1


def test_the_same_key_with_another_body_is_an_idempotency_error(stripe):
    create(stripe, key="a")

    answer = create(stripe, CARD | {"card[number]": "5555555555554444"}, key="a")

    assert (answer.status, answer.body["error"]["type"]) == (400, "idempotency_error")


def test_a_repeat_conflicts_while_the_first_request_is_running(stripe):
    conflicts = []
    stripe.api.sleep = lambda _: conflicts.append(create(stripe, key="a"))
    plan(stripe, behaviour="slow")

    assert create(stripe, key="a").status == 200
    assert [answer.status for answer in conflicts] == [409]
    assert create(stripe, key="a").headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("behaviour", ["api_error", "card_declined", "expired_card", "incorrect_cvc", "raw_card_data"])
def test_an_answer_of_the_endpoint_is_replayed_for_its_key(stripe, behaviour):
    plan(stripe, behaviour=behaviour)

    first, again, other = create(stripe, key="a"), create(stripe, key="a"), create(stripe, key="b")

    assert first.status in {402, 500}
    assert again.body == first.body
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.status == 200


@pytest.mark.parametrize(
    ("behaviour", "status"), [("conflict", 409), ("rate_limit", 429), ("unavailable", 503), ("forbidden", 403)]
)
def test_an_error_before_execution_is_not_saved_for_its_key(stripe, behaviour, status):
    plan(stripe, behaviour=behaviour)

    assert [create(stripe, key="a").status for _ in range(2)] == [status, 200]


def test_the_refusal_of_raw_numbers_is_an_invalid_request_with_status_402(stripe):
    plan(stripe, behaviour="raw_card_data", times=None)

    answer = create(stripe)

    assert (answer.status, answer.body["error"]["type"]) == (402, "invalid_request_error")
    assert "code" not in answer.body["error"]
    assert create(stripe, {"card[token]": "tok_visa"}).status == 200


def test_a_connection_can_be_reset_before_or_after_the_payment_method_is_created(stripe):
    plan(stripe, behaviour="reset")
    plan(stripe, behaviour="reset", after=True)

    before, after, retried = (create(stripe, key="a") for _ in range(3))

    assert before.reset
    assert after.reset
    assert retried.headers["Idempotent-Replayed"] == "true"
    assert len(created(stripe)) == 1


def test_a_step_can_be_limited_to_one_session_and_change_the_error(stripe):
    plan(stripe, behaviour="card_declined", session="s-2", error={"decline_code": "insufficient_funds"})

    assert create(stripe).status == 200
    assert create(stripe, **{"metadata[session]": "s-2"}).body["error"]["decline_code"] == "insufficient_funds"


def test_the_steps_of_one_session_can_be_deleted(stripe):
    plan(stripe, behaviour="api_error", session="s-1")
    plan(stripe, behaviour="api_error", session="s-2")

    left = stripe(Request("DELETE", "/_control/plan", query={"session": "s-1"})).body

    assert [step["session"] for step in left] == ["s-2"]
    assert create(stripe).status == 200


def test_an_unknown_behaviour_is_refused(stripe):
    assert stripe(Request("POST", "/_control/plan", body=b'{"behaviour": "explode"}')).status == 400


def test_concurrent_requests_with_one_key_create_one_payment_method(stripe):
    threads = [threading.Thread(target=create, args=(stripe,), kwargs={"key": "a"}) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(created(stripe)) == 1
