"""An order from its creation to its announcement, through the handlers of all functions that take part.

The payer's turns, the merchant's request and Stripe's events come as API Gateway brings them, the changes of the order
as the table's stream does. Stripe is the stand-in.
"""

import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import boto3

from benchmarks.contenders.ours import CONTEXT
from benchmarks.conversation import CREATE, OPEN, PAID, RETURN, SIGNING
from chat import handler as chat
from local.stripe.events.signing import signature
from orders import handler as orders
from prepare_words import handler as prepare_words
from relay import handler as relay
from stripe_events import handler as stripe_events

PAYER_HEADERS = {"Content-Type": "application/json", "Accept-Language": "en"}


@dataclass(frozen=True)
class Act:
    """One invocation. `function`: whose."""

    function: str
    invoke: Callable[[], object]

    def __call__(self) -> object:
        return self.invoke()


class Orders:
    def __init__(self) -> None:
        prepare_words.handle({}, CONTEXT)
        for wire in (chat.api, orders.api, stripe_events.receiver, relay.announcing):
            wire()
        self.dynamodb = boto3.client("dynamodb")
        self.numbers = count()

    def conversation(self, texts: Sequence[str]) -> Iterator[Act]:
        """`texts`: the capture of the order, then its steps; see conversation.py."""
        capture, *steps = texts
        placed = _Placed(f"bench-{os.getpid()}-{next(self.numbers)}", capture)
        seen: object = None
        for step in steps:
            for function, handle, event in placed.events(step):
                replies: list[Any] = []
                yield Act(function, lambda h=handle, e=event, r=replies: r.append(h(e, CONTEXT)))
                placed.read(step, replies[0])
                while (image := self._image(placed.order_id)) != seen:
                    seen = image
                    stream = {"Records": [{"dynamodb": {"NewImage": image, "SequenceNumber": "1"}}]}
                    yield Act("relay", lambda e=stream: relay.handle(e, CONTEXT))

    def _image(self, order_id: str) -> object:
        key = {"orderId": {"S": order_id}}
        return self.dynamodb.get_item(TableName=os.environ["ORDERS_TABLE"], Key=key, ConsistentRead=True)["Item"]


class _Placed:
    """What the merchant and the payer know of one order."""

    def __init__(self, reference: str, capture: str) -> None:
        self.reference, self.capture = reference, capture
        self.order_id = self.order_token = ""
        self.headers, self.turns = PAYER_HEADERS, count()
        self.checkout_url: str | None = None

    def events(self, step: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
        """The invocations of a step: function, handler, event."""
        match step:
            case _ if step == CREATE:
                asked = {"reference": self.reference, "purpose": "charge", "amount": 4990, "currency": "eur"}
                asked |= {"description": "Two tickets, 12 December", "capture": self.capture}
                yield "orders", orders.handle, _request("/orders", PAYER_HEADERS, asked)
            case _ if step == RETURN:
                event = _request("/sessions/{sessionId}/refresh", self.headers, {})
                yield "chat", chat.handle, {**event, "pathParameters": {"sessionId": self.reference}}
            case _ if step == PAID:
                if self.checkout_url:
                    _control("payer", {"url": self.checkout_url, "do": "pay"})
                for kind in ("checkout.session", "payment_intent"):
                    for made in _control(f"objects?kind={kind}"):
                        if made["metadata"].get("order") == self.order_id:
                            yield "stripe_events", stripe_events.handle, _signed(made["id"])
            case _:
                asked = {"sessionId": self.reference, "message": step, "messageId": f"message-{next(self.turns)}"}
                if step == OPEN:
                    asked |= {"message": "payment", "orderToken": self.order_token}
                yield "chat", chat.handle, _request("/chat", self.headers, asked)

    def read(self, step: str, answer: Any) -> None:
        body = json.loads(answer["body"])
        if answer["statusCode"] not in (200, 201) or body.get("error"):
            raise RuntimeError(step, body)
        if step == CREATE:
            self.order_id, self.order_token = body["orderId"], body["orderToken"]
        if "sessionToken" in body:
            self.headers = {**PAYER_HEADERS, "X-Session-Token": body["sessionToken"]}
        self.checkout_url = (body.get("action") or {}).get("url") or self.checkout_url


def _request(resource: str, headers: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "resource": resource,
        "headers": headers,
        "requestContext": {"identity": {"sourceIp": "203.0.113.7"}, "domainName": "api.example.com"},
        "isBase64Encoded": False,
        "body": json.dumps(body),
    }


def _signed(stripe_id: str) -> dict[str, Any]:
    """A thin event about the object."""
    event = _request("/stripe/events", {"Content-Type": "application/json"}, {"related_object": {"id": stripe_id}})
    event["headers"]["Stripe-Signature"] = signature([SIGNING], int(time.time()), event["body"].encode())
    return event


def _control(path: str, body: dict[str, Any] | None = None) -> Any:
    """Of the stand-in for Stripe."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(f"{os.environ['STRIPE_URL']}/_control/{path}", data)
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return json.load(answer)


def contender() -> Orders:
    return Orders()
