"""An order on a stage, as everybody around it meets it: the merchant who asked, the payer, Stripe, what is told."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from local.demo.conversation import Conversation, Reply, new_id
from tests.stage import HTTP, Stage

VISA = "4242424242424242"
PATIENCE_SECONDS = 40


def ask(stage: Stage, method: str, path: str, body: object = None) -> Reply:
    """A call of the merchant's."""
    raw = b"" if body is None else json.dumps(body).encode()
    return stage.api.call(method, path, headers={"Content-Type": "application/json"}, body=raw)


def request_of(purpose: str = "charge", **changed: Any) -> dict[str, Any]:
    """The body of a POST /orders; a field that is None is left out."""
    money = {} if purpose == "save" else {"amount": 4990, "currency": "eur"}
    body = {"reference": new_id("inv"), "purpose": purpose, "description": "Two tickets", **money, **changed}
    return {name: value for name, value in body.items() if value is not None}


def place(stage: Stage, purpose: str = "charge", **changed: Any) -> "OrderOnStage":
    reply = ask(stage, "POST", "/orders", request_of(purpose, **changed))
    assert reply.status in (200, 201), reply.body
    return OrderOnStage(stage, reply.body)


def until(found: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """What is found, as soon as it is anything."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.1)
    return value


@dataclass
class OrderOnStage:
    stage: Stage = field(repr=False)
    body: dict[str, Any] = field(repr=False)  # of POST /orders
    talk: Conversation = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.talk = self.stage.conversation("order")

    @property
    def id(self) -> str:
        return str(self.body["orderId"])

    @property
    def link(self) -> str:
        return str(self.body["link"])

    def opens(self) -> Reply:
        """The payer comes by the link, in a conversation of its own."""
        self.talk = self.stage.conversation("order")
        return self.talk.send("payment", orderToken=self.body["orderToken"])

    def says(self, message: str) -> Reply:
        return self.talk.send(message)

    def gives_card(self, number: str = VISA) -> Reply:
        """From the opening, or from a decline, to the review."""
        reply = self.says(f"John Doe, {number}, exp 12/30, cvv 123")
        assert reply["currentStep"] == "confirm", reply.body
        return reply

    def at_review(self, number: str = VISA) -> Reply:
        self.opens()
        return self.gives_card(number)

    def confirms(self, number: str = VISA) -> Reply:
        """The whole way to a clear yes; in hosted mode there is no card to give."""
        if self.body["capture"] == "hosted":
            self.opens()
        else:
            self.at_review(number)
        return self.says("yes")

    def refreshes(self) -> Reply:
        return self.talk.refresh()

    def payer(self, url: str, do: str, **more: str) -> httpx.Response:
        """What the payer does on Stripe's pages."""
        body = {"url": url, "do": do, **more}
        return HTTP.post(f"{self.stage.stripe.url}/_control/payer", json=body, timeout=20)

    def stripes_events(self, behaviour: str, **more: Any) -> None:
        self.stage.stripe.ask("POST", "/_control/events", {"behaviour": behaviour, "order": self.id, **more})

    def at_stripe(self, kind: str) -> list[dict[str, Any]]:
        """Stripe's objects of a kind for this order, without their secrets."""
        return self.stage.stripe.listed("objects", kind=kind, order=self.id)

    def shown(self) -> dict[str, Any]:
        return dict(ask(self.stage, "GET", f"/orders/{self.id}").body)

    def cancels(self) -> Reply:
        return ask(self.stage, "POST", f"/orders/{self.id}/cancel")

    def becomes(self, status: str, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """Waits until the merchant reads this status."""
        return dict(until(lambda: (now := self.shown())["status"] == status and now, status, seconds))

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """What the merchant accepted about it."""
        found = [event for event in heard(self.stage) if order_of(event) == self.id]
        return [event for event in found if kind in (None, event["type"])]

    def is_told(self, kind: str, seconds: float = PATIENCE_SECONDS) -> list[dict[str, Any]]:
        """Waits for an event of this kind; each that has come has the one id of its change, and a good signature."""
        found = until(lambda: self.events(kind), kind, seconds)
        assert {event["id"] for event in found} == {f"evt_{self.id[4:]}_{kind.removeprefix('order.')}"}
        assert all(event["verified"] for event in found)
        return list(found)

    def item(self) -> dict[str, Any]:
        table = self.stage.aws.resource("dynamodb", endpoint_url=self.stage.endpoint).Table(self.stage.tables["orders"])
        return dict(table.get_item(Key={"orderId": self.id}, ConsistentRead=True)["Item"])

    def changes_item(self, **changed: int) -> None:
        """As if time had gone by."""
        table = self.stage.aws.resource("dynamodb", endpoint_url=self.stage.endpoint).Table(self.stage.tables["orders"])
        names = {f"#{name}": name for name in changed}
        table.update_item(
            Key={"orderId": self.id},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changed),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={f":{name}": value for name, value in changed.items()},
        )


def heard(stage: Stage) -> list[dict[str, Any]]:
    """All events that the merchant accepted."""
    return list(stage.merchant.ask("GET", "/events"))


def order_of(event: dict[str, Any]) -> str | None:
    """The id of the order that an event is about; None of what is no event."""
    body = event["body"]
    return str(body["data"]["orderId"]) if isinstance(body, dict) and "data" in body else None


def sweep(stage: Stage) -> dict[str, Any]:
    """One run of the sweep over the orders that are due."""
    functions = stage.client("lambda").list_functions()["Functions"]
    (name,) = (each["FunctionName"] for each in functions if "OrderSweep" in each["FunctionName"])
    reply = stage.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    return dict(json.load(reply["Payload"]))
