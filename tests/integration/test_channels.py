"""Each channel's whole way: an order is asked for by it, paid by its link, read as completed, told to the merchant."""

import asyncio
import json
import os
import subprocess
import sys

import pytest
from mcp import Client, StdioServerParameters, stdio_client

from local.demo.conversation import new_id
from payment_chat_client import AsyncOrders, Orders
from payment_chat_client.errors import OrderFinal
from tests.order_on_stage import OrderOnStage

pytestmark = pytest.mark.timeout(120)

TICKETS = {"description": "Two tickets", "amount": 4990, "currency": "eur"}


@pytest.fixture
def paid(stage):
    """Pays by an order's link, whatever made it, and waits for the event."""
    assert stage.stripe
    assert stage.merchant

    def pay(order_id, link, capture="chat"):
        token = link.partition("#order=")[2]
        placed = OrderOnStage(stage, {"orderId": order_id, "orderToken": token, "capture": capture, "link": link})
        reply = placed.confirms()
        if capture == "hosted":
            placed.payer(reply["action"]["url"], "pay")
            placed.becomes("completed")
        else:
            assert reply["status"] == "completed"
        return placed.is_told("order.completed")[0]

    return pay


def command(stage, *words, status=0):
    environment = {**os.environ, "PAYMENT_CHAT_API_URL": stage.api.url}
    done = subprocess.run(
        [sys.executable, "-m", "payment_chat_client.command", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done.stdout


@pytest.mark.parametrize("capture", ["chat", "hosted"])
def test_by_the_command(stage, paid, capture):
    asked = ("--amount", "4990", "--currency", "eur", "--description", "Two tickets", "--capture", capture)
    made = json.loads(command(stage, "orders", "create", *asked, "--json"))

    event = paid(made["orderId"], made["link"], capture)

    watched = json.loads(command(stage, "orders", "watch", made["orderId"], "--json", "--timeout", "30"))
    assert watched == event["body"]["data"]
    assert watched["status"] == "completed"
    command(stage, "orders", "announce", made["orderId"])
    command(stage, "orders", "cancel", made["orderId"], status=1)


def test_by_the_command_cancelled(stage):
    asked = ("--amount", "4990", "--currency", "eur", "--description", "Two tickets")
    made = json.loads(command(stage, "orders", "create", *asked, "--json"))

    assert json.loads(command(stage, "orders", "cancel", made["orderId"], "--json"))["status"] == "cancelled"
    command(stage, "orders", "watch", made["orderId"], "--timeout", "5", status=4)


def test_by_an_assistant(stage, paid, tmp_path):
    limits = {"PAYMENT_CHAT_LIMIT_PER_REQUEST": "50 EUR", "PAYMENT_CHAT_LIMIT_PER_DAY": "500 EUR"}
    state = {"PAYMENT_CHAT_STATE_FILE": str(tmp_path / "requests.sqlite3"), "PAYMENT_CHAT_API_URL": stage.api.url}
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "payment_chat_client.command", "mcp"],
        env={**os.environ, **limits, **state},
    )

    async def talk():
        async with Client(stdio_client(server)) as client:
            asked = {**TICKETS, "reference": new_id("inv")}
            refused = await client.call_tool("create_payment_request", {**asked, "amount": 5001})
            made = (await client.call_tool("create_payment_request", asked)).structured_content
            event = await asyncio.to_thread(paid, made["order_id"], made["link"])
            read = await client.call_tool("get_payment_request", {"order_id": made["order_id"]})
            return refused, event, read.structured_content

    refused, event, read = asyncio.run(talk())

    assert refused.is_error
    assert "above the limit" in str(refused.content)
    assert (read["status"], read["paid_with"]) == ("completed", "visa •••• 4242")
    assert event["body"]["data"]["orderId"] == read["order_id"]


def test_by_the_python_client(stage, paid):
    with Orders(stage.api.url) as orders:
        made = orders.create(reference=new_id("inv"), purpose="charge", **TICKETS)
        event = paid(made.order_id, made.link)

        assert orders.get(made.order_id).result.payment_method.last4 == "4242"
        with pytest.raises(OrderFinal):
            orders.cancel(made.order_id)
    assert event["verified"]  # the merchant stand-in verifies with the same client


def test_by_the_python_client_awaited(stage, paid):
    async def shop():
        async with AsyncOrders(stage.api.url) as orders:
            made = await orders.create(reference=new_id("inv"), purpose="authorize", capture="hosted", **TICKETS)
            await asyncio.to_thread(paid, made.order_id, made.link, "hosted")
            return await orders.get(made.order_id)

    assert asyncio.run(shop()).result.intent.status == "requires_capture"


BOTS = ("WhatsApp/2.24", "facebookexternalhit/1.1", "Twitterbot/1.0", "Slackbot-LinkExpanding 1.0", "TelegramBot")


def test_a_hundred_link_previews_change_nothing(stage, paid):
    """A preview asks for the address without its fragment: the token never leaves the message."""
    with Orders(stage.api.url) as orders:
        made = orders.create(reference=new_id("inv"), purpose="charge", **TICKETS)
        address = made.link.partition("#")[0]
        token = made.link.partition("#order=")[2]
        assert token not in address
        for number in range(100):
            method, path = ("GET", "HEAD")[number % 2], ("/", "/returns")[number // 2 % 2]
            stage.api.call(method, path, headers={"User-Agent": BOTS[number % len(BOTS)]})
        assert orders.get(made.order_id).status == "open"
    assert paid(made.order_id, made.link)
