"""docs/openapi.yaml is what the function does: what it takes, what it answers, with which status and headers."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from chat.adapters.telemetry import PowertoolsTelemetry
from chat.http import events
from chat.http.api import STATUSES
from chat.languages.language import load_language
from chat.turns.attempts import Limits
from chat.values.brands import ACCEPTED
from chat.values.card import Field
from chat.values.session import Decline, Outcome, Step
from payments.order import Capture, Change, Purpose, Status
from runtime.aws import Unavailable
from tests.evidence import house
from tests.fakes import (
    ASKS_FOR_OWNER,
    DECLINED,
    NOON,
    ORDER_TOKEN,
    PROCESSING,
    MemoryOrders,
    World,
    an_order,
)

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text())
TURN = DOCUMENT["paths"]["/chat"]["post"]
WHERE = DOCUMENT["paths"]["/sessions/{sessionId}"]["get"]
REFRESH = DOCUMENT["paths"]["/sessions/{sessionId}/refresh"]["post"]
SCHEMAS = DOCUMENT["components"]["schemas"]
CARD = "4242 4242 4242 4242"


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


class Edge:
    """The function's edge; every reply is held against the document as it comes."""

    def __init__(self, **world) -> None:
        self.world, self.telemetry, self.seen = World(**world), PowertoolsTelemetry(), set()
        self.token = ""

    def posts(self, body, *, content_type="application/json", token=None):
        headers = {"Content-Type": content_type} | ({"X-Session-Token": token} if token else {})
        text = body if isinstance(body, str) else json.dumps(body)
        return self._asks(TURN, {"httpMethod": "POST", "resource": "/chat", "headers": headers, "body": text})

    def posts_bytes(self, raw, content_type):
        event = {"httpMethod": "POST", "resource": "/chat", "headers": {"Content-Type": content_type}}
        return self._asks(TURN, event | {"body": b64encode(raw).decode(), "isBase64Encoded": True})

    def says(self, text, **fields):
        reply = self.posts({"message": text, "sessionId": "abc-123", **fields}, token=self.token)
        self.token = reply.get("sessionToken", self.token)
        return reply

    def looks(self, session_id="abc-123", token=None):
        headers = {"X-Session-Token": token} if token else {}
        event = {"httpMethod": "GET", "resource": "/sessions/{sessionId}", "headers": headers}
        return self._asks(WHERE, event | {"pathParameters": {"sessionId": session_id}})

    def refreshes(self):
        event = {"httpMethod": "POST", "resource": "/sessions/{sessionId}/refresh"}
        headers = {"X-Session-Token": self.token} if self.token else {}
        return self._asks(REFRESH, event | {"headers": headers, "pathParameters": {"sessionId": "abc-123"}})

    def opens(self):
        self.token = ""
        return self.says("payment", orderToken=ORDER_TOKEN)

    def _asks(self, operation, event):
        ports = replace(self.world.ports(), telemetry=self.telemetry, new_token=lambda: f"{next(self.world.ids):A>43}")
        reply = ports.api().respond(event)
        body = json.loads(reply["body"])
        documented = resolved(operation["responses"][str(reply["statusCode"])])
        assert complaint(documented["content"]["application/json"]["schema"], body) is None
        headers = {name: resolved(header) for name, header in documented["headers"].items()}
        for name in reply["headers"].keys() & headers.keys():
            assert complaint(headers[name]["schema"], reply["headers"][name]) is None
        required = {name for name, header in headers.items() if header.get("required")}
        assert {"Content-Type", *required} <= set(reply["headers"]) <= {"Content-Type", *headers}
        self.seen.add((reply["statusCode"], body["error"]["code"] if reply["statusCode"] != 200 else None))
        return body


@pytest.fixture(scope="module", autouse=True)
def named():
    house.environment()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,70}", fullmatch=True) | st.sampled_from(
    ["", "a b", "1" * 12, "1" * 11, "1" * 32, "4242-4242-4242-4242", "é"]
)
FIELDS = {
    "message": st.text(max_size=40) | st.sampled_from(["payment", " ", "x" * 1000, "x" * 1001, "\x00", "4242"]),
    "sessionId": NAMES,
    "messageId": NAMES,
    "expectedStep": st.sampled_from([step.value for step in Step]) | st.sampled_from(["", "Name", "pay"]),
    "field": st.sampled_from([field.value for field in Field]) | st.sampled_from(["", "Name", "pay"]),
    "orderToken": NAMES,
}
BODIES = st.fixed_dictionaries(
    {"message": FIELDS["message"] | ANYTHING},
    optional={name: values | ANYTHING for name, values in FIELDS.items() if name != "message"} | {"other": ANYTHING},
)


@settings(deadline=None)
@given(BODIES | ANYTHING)
@example({"message": "x", "expectedStep": {}})
@example({"message": "x", "sessionId": None})
@example([])
def test_a_body_is_refused_exactly_when_the_document_refuses_it(body):
    edge = Edge()

    edge.posts(body)

    refused = edge.seen == {(400, "invalid_request")}
    assert refused == (complaint(SCHEMAS["Turn"], body) is not None)


@settings(deadline=None)
@given(
    st.binary(max_size=60) | st.binary(max_size=60).map(lambda raw: b'{"message": "' + raw + b'"}'),
    st.sampled_from(["application/json", "application/json; charset=x", "text/plain", ""]),
)
@example(b"[" * 4000, "application/json")
@example(b'{"message": "\\ud800"}', "application/json")
def test_random_bytes_are_answered_as_documented(raw, content_type):
    edge = Edge()

    edge.posts_bytes(raw, content_type)

    ((status, _),) = edge.seen
    assert status in (200, 400, 413, 415)


@settings(deadline=None)
@given(NAMES)
def test_a_path_is_refused_exactly_when_the_document_refuses_it(name):
    edge = Edge()

    edge.looks(name, token="t")

    refused = edge.seen == {(400, "invalid_request")}
    assert refused == (complaint(SCHEMAS["Name"], name) is not None)


def test_every_status_that_the_function_gives_is_given_as_documented():
    edge = Edge(limits=Limits(per_address=1, per_card=9))
    for text in ("payment", "John", "4242 4242 4242 4241", CARD, "12/30", "12", "123"):
        edge.says(text)
    edge.looks(token=edge.token)
    edge.world.processor.script = [Decline("card_declined")]
    for text in ("confirm", CARD, "12/30", "123"):
        edge.says(text)
    edge.says("John", expectedStep="name")
    edge.says("confirm")
    edge.world.limits = Limits(9, 9)
    other = edge.world.processor

    def meanwhile():
        other.meanwhile = lambda: None
        edge.says("change the name")

    other.meanwhile = meanwhile
    edge.says("confirm")
    edge.looks(token=edge.token)
    edge.says("again")

    edge.token = ""
    edge.says("payment")
    edge.posts({"message": "x", "sessionId": "abc-123"})
    edge.looks()
    edge.posts({"message": "x"}, token="wrong")
    edge.posts("{")
    edge.posts("x" * 5000)
    edge.posts({"message": "x"}, content_type="text/plain")
    for error in (Unavailable("dynamodb", "Throttled"), RuntimeError()):
        edge.world.sessions.load = lambda _, error=error: (_ for _ in ()).throw(error)
        edge.says("payment")
        edge.looks(token="t")

    gateway_only = {403, 404}
    documented = {int(status) for status in TURN["responses"]} - gateway_only
    assert {status for status, _ in edge.seen} == documented
    assert {code for _, code in edge.seen} >= {"step_changed", "busy"}


@pytest.mark.parametrize(
    "ending",
    [["cancel"], ["4242 4242 4242 4241"] * 5, [CARD, "12/30", "123", "confirm"]],
)
def test_every_ending_is_as_documented(ending):
    edge = Edge()

    for text in ("payment", "John", *ending):
        reply = edge.says(text)

    assert reply["status"] in [outcome.value for outcome in Outcome]


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("answer", [{}, DECLINED, ASKS_FOR_OWNER, PROCESSING], ids=["paid", "declined", "3ds", "slow"])
def test_an_order_paid_in_chat_is_as_documented(purpose, answer):
    money = {"amount": None, "currency": None} if purpose is Purpose.SAVE else {}
    edge = Edge(orders=MemoryOrders(an_order(purpose=purpose, return_url="https://shop.example/", **money)))
    edge.world.stripe.issuer = [answer] if answer else []
    edge.opens()
    for text in ("John", CARD, "12/30", "123", "confirm"):
        reply = edge.says(text)

    assert edge.looks(token=edge.token)["order"] == edge.refreshes()["order"] == reply["order"]
    assert edge.says("how much?")["currentStep"] == reply["currentStep"]


def test_an_order_paid_on_stripes_page_is_as_documented():
    edge = Edge(orders=MemoryOrders(an_order(capture=Capture.HOSTED)))
    edge.opens()
    edge.says(CARD, field="card")
    reply = edge.says("yes")
    assert (reply["currentStep"], reply["status"], reply["action"]["type"]) == ("action", "requires_action", "checkout")
    (order,) = map(edge.world.orders.load, edge.world.orders.items)
    edge.world.stripe.pay(order.at_stripe)

    assert edge.refreshes()["payment"] == {"token": None, "brand": "visa", "last4": "4242"}
    assert edge.opens()["status"] == "completed"


def test_what_an_opening_is_refused_is_as_documented():
    closed = an_order(status=Status.FAILED, changes=(Change(Status.FAILED, NOON),), return_url="https://shop.example/")
    edge = Edge(orders=MemoryOrders(closed))

    reply = edge.opens()
    edge.says("payment", orderToken="B" * 43)
    edge.world.policy = replace(edge.world.policy, captures=frozenset({Capture.HOSTED}))
    edge.says("payment")
    edge.refreshes()
    edge.posts({"message": "x", "sessionId": "abc-123", "orderToken": ORDER_TOKEN}, token="t")

    assert reply["order"] == {"status": "failed", "merchant": "ACME", "returnUrl": "https://shop.example/"}
    assert edge.seen == {
        (410, "order_closed"),
        (409, "order_required"),
        (401, "session_token_required"),
        (400, "invalid_request"),
    }


def test_the_documents_lists_are_the_codes():
    problem = SCHEMAS["Problem"]["properties"]["code"]["enum"]
    worded = {
        re.sub(r"_(unknown|[a-z]+)$", "", code) if code not in problem else code for code in load_language("en").errors
    }

    assert set(SCHEMAS["Step"]["enum"]) == {step.value for step in Step}
    assert set(SCHEMAS["Field"]["enum"]) == {field.value for field in Field}
    assert set(SCHEMAS["OrderStatus"]["enum"]) == {status.value for status in Status}
    assert set(SCHEMAS["Brand"]["enum"]) == {brand.value for brand in ACCEPTED}
    assert set(problem) == worded
    assert set(SCHEMAS["Turn"]["properties"]) == events.FIELDS
    assert SCHEMAS["Turn"]["properties"]["message"]["maxLength"] == events.MAX_MESSAGE_CHARS
    assert str(events.MAX_BODY_BYTES) in TURN["requestBody"]["description"]
    codes = {(int(status), code) for status, response in TURN["responses"].items() if status != "200"
             for code in codes_of(response)}  # fmt: skip
    assert {(status, code) for status, code, _ in STATUSES.values()} <= codes


def codes_of(response):
    schema = resolved(response)["content"]["application/json"]["schema"]
    return schema["properties"]["error"]["properties"]["code"]["enum"]
