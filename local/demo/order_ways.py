"""Two orders for the demo: one is paid in the conversation, one on Stripe's page; the merchant hears of both."""

import time
from typing import Any

import httpx

from local.demo.conversation import Api, Conversation, Reply, new_id
from local.runner.outputs import Outputs
from payment_chat_client.order import CreatedOrder
from payment_chat_client.orders import Orders

PATIENCE_SECONDS = 20
IN_CHAT = ("payment", "John, 4242 4242 4242 4242, 12/30, 123", "how much is it?", "yes")


class DemoError(Exception):
    """Something did not go as expected."""


def pay_in_chat(outputs: Outputs) -> None:
    """Raises DemoError unless the merchant hears that the order was paid."""
    order = _ask_for(outputs, "An order, paid in the conversation", "Two tickets", 4990, "chat")
    talk = Conversation(Api(outputs["apiUrl"]), id=new_id("demo"))
    for message in IN_CHAT:
        reply = _say(talk, message, order)
    if reply["status"] != "completed":
        raise DemoError("The order is not paid.")
    _hear(outputs, order)


def pay_at_stripe(outputs: Outputs) -> None:
    """Raises DemoError unless the merchant hears that the order was paid."""
    order = _ask_for(outputs, "An order, paid on Stripe's own page", "A year's membership", 12000, "hosted")
    talk = Conversation(Api(outputs["apiUrl"]), id=new_id("demo"))
    for message in ("payment", "is it safe?", "yes"):
        reply = _say(talk, message, order)
    url = reply["action"]["url"]
    print(f"\n  payer   pays with a test card at {url.partition('#')[0]}")
    paid = {"url": url, "do": "pay", "card": "4242424242424242"}
    httpx.post(f"{outputs['stripeUrl']}/_control/payer", json=paid, timeout=10, trust_env=False).raise_for_status()
    _hear(outputs, order)
    receipt = talk.refresh()
    print(f"  bot     {receipt['response']}")


def _ask_for(outputs: Outputs, title: str, description: str, amount: int, capture: Any) -> CreatedOrder:
    print(f"\n{title}")
    with Orders(outputs["apiUrl"]) as orders:
        order = orders.create(
            reference=new_id("INV"),
            purpose="charge",
            description=description,
            amount=amount,
            currency="eur",
            capture=capture,
        )
    print(f"\n  ACME    POST /orders  {amount} eur, {description}, {capture}\n  link    {order.link}")
    return order


def _say(talk: Conversation, message: str, order: CreatedOrder) -> Reply:
    is_opening = talk.token is None
    reply = talk.send(message, orderToken=order.order_token) if is_opening else talk.send(message)
    print(f"\n  you     {'(open the link)' if is_opening else message}")
    if reply.status != 200:
        raise DemoError(f"The API answered {reply.status}: {reply.body}")
    print(f"  bot     {reply['response']}")
    return reply


def _hear(outputs: Outputs, order: CreatedOrder) -> None:
    """Waits for the webhook, as the merchant stand-in has verified it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        events = httpx.get(f"{outputs['merchantUrl']}/events", timeout=5, trust_env=False).json()
        for event in events:
            if event["type"] == "order.completed" and event["body"]["data"]["orderId"] == order.order_id:
                _show(event)
                return
        time.sleep(0.1)
    raise DemoError("The merchant has heard nothing of the order.")


def _show(event: dict[str, Any]) -> None:
    data = event["body"]["data"]
    card, intent = data["result"]["paymentMethod"], data["result"]["intent"]
    told = f"{event['type']}, {'signature verified' if event['verified'] else 'signature WRONG'}"
    print(f"\n  ACME    hears {told}: {data['description']}, {data['amount']} {data['currency']}")
    print(f"          {card['brand']} {card['last4']} ({card['id']}); {intent['id']} {intent['status']}")
