"""The MCP server as an assistant meets it: the package's own client starts `payment-chat mcp` and talks over stdio."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import date

import jsonschema
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp_types import ElicitResult

from payment_chat_client.mcp_server.ledger import Ledger
from payment_chat_client.mcp_server.limits import Limits
from payment_chat_client.mcp_server.server import build_server
from payment_chat_client.stages import Stage
from tests.orders_api import OrdersApi, refused, serve

TICKETS = {"reference": "INV-1", "description": "Two tickets", "amount": 4990, "currency": "eur"}
COMMAND = ["-m", "payment_chat_client.command", "mcp", "--stage", "local"]
LIMITS = {"PAYMENT_CHAT_LIMIT_PER_REQUEST": "50 EUR", "PAYMENT_CHAT_LIMIT_PER_DAY": "120 EUR, 9000 JPY"}


@pytest.fixture
def api():
    return OrdersApi()


@pytest.fixture
def talk(api, tmp_path):
    """Runs a conversation, an async function that gets a client, with a server in this process."""
    limits = Limits.from_environment(LIMITS)
    with serve(api) as url:
        stage = Stage("local", url, "us-east-1", signed=False, merchant="ACME", currencies=("eur",), captures=("chat",))
        ledger = Ledger(tmp_path / "state/requests.sqlite3", url)

        def run(conversation, answer=None):
            server = build_server(stage, limits, ledger, lambda: date(2026, 11, 25))
            return asyncio.run(hold(conversation, server, answer))

        yield run


@pytest.fixture
def talk_over_stdio(api, tmp_path):
    """The same with a server of its own, started as a client's configuration starts it."""
    with serve(api) as url:
        (tmp_path / ".stage").mkdir()
        (tmp_path / ".stage/outputs.json").write_text(json.dumps({"apiUrl": url, "region": "us-east-1"}))
        state = {"PAYMENT_CHAT_STATE_FILE": str(tmp_path / "state/requests.sqlite3")}
        variables = {**os.environ, **LIMITS, **state}
        server = StdioServerParameters(command=sys.executable, args=COMMAND, env=variables, cwd=tmp_path)

        yield lambda conversation: asyncio.run(hold(conversation, stdio_client(server)))


async def hold(conversation, server, answer=None):
    async def elicit(_context, asked):
        return answer(asked)

    async with Client(server, elicitation_callback=elicit if answer else None) as client:
        return await conversation(client)


def text(result):
    return "".join(block.text for block in result.content)


async def create(client, **changed):
    return await client.call_tool("create_payment_request", {**TICKETS, **changed})


def test_a_request_is_created_paid_and_read(talk_over_stdio, api):
    async def conversation(client):
        created = await create(client, amount_shown="49.90 EUR")
        api.set_status(created.structured_content["order_id"], "completed")
        return created, await client.call_tool("get_payment_request", {"order_id": "ord_1"})

    created, shown = talk_over_stdio(conversation)

    assert not created.is_error
    assert created.structured_content["amount_text"] == "49.90 EUR"
    assert created.structured_content["link"] == "https://pay.example.com/#order=token-of-ord_1"
    assert shown.structured_content["status"] == "completed"
    assert shown.structured_content["paid_with"] == "visa •••• 4242"
    assert shown.structured_content["link"] is None


def test_a_request_above_the_limit_is_refused_with_what_a_model_can_do(talk, api):
    refusal = talk(lambda client: create(client, amount=5001))

    assert refusal.is_error
    assert "50.01 EUR is above the limit of 50.00 EUR per request" in text(refusal)
    assert "Ask for at most that" in text(refusal)
    assert api.orders == {}


def test_a_day_has_a_limit_that_outlives_the_server(talk_over_stdio, api):
    async def first(client):
        return [await create(client, reference=f"INV-{number}") for number in (1, 2, 2)]

    async def second(client):
        return [await create(client, reference="INV-3"), await create(client, reference="INV-3", amount=2020)]

    assert [result.is_error for result in talk_over_stdio(first)] == [False, False, False]
    above, within = talk_over_stdio(second)
    assert "20.20 EUR is left today" in text(above)
    assert not within.is_error
    assert len(api.orders) == 3


def test_what_the_api_refuses_does_not_count(talk, api):
    async def conversation(client):
        api.next = [refused(400, "invalid_request", "description holds a card number")] * 5
        return [await create(client, reference=f"INV-{number}") for number in range(6)]

    results = talk(conversation)

    assert "description holds a card number" in text(results[0])
    assert [result.is_error for result in results] == [True] * 5 + [False]


def test_a_currency_without_limits_cannot_be_asked_for(talk, api):
    async def conversation(client):
        return await create(client, currency="usd"), await create(client, currency="jpy", amount=500)

    usd, jpy = talk(conversation)

    assert "no limit is set for USD" in text(usd)
    assert "PAYMENT_CHAT_LIMIT_PER_REQUEST" in text(jpy)
    assert api.orders == {}


def test_an_amount_that_the_person_saw_otherwise_is_refused(talk, api):
    refusal = talk(lambda client: create(client, amount_shown="4990 EUR"))

    assert refusal.is_error
    assert "ask for 49.90 EUR" in text(refusal)
    assert api.orders == {}


@pytest.mark.parametrize(
    ("action", "content", "orders"),
    [("accept", {"agreed": True}, 1), ("accept", {"agreed": False}, 0), ("decline", None, 0), ("cancel", None, 0)],
    ids=["agrees", "says no", "declines", "closes the question"],
)
def test_where_the_client_can_ask_the_person_decides(talk, api, action, content, orders):
    asked = []

    def answer(question):
        asked.append(question.message)
        return ElicitResult(action=action, content=content)

    result = talk(create, answer)

    assert asked == ["Ask the payer for ACME for 49.90 EUR (charge): Two tickets?"]
    assert (result.is_error, len(api.orders)) == (not orders, orders)


def test_nobody_is_asked_about_what_is_above_the_limit(talk):
    result = talk(lambda client: create(client, amount=5001), lambda _: pytest.fail("asked"))

    assert "above the limit" in text(result)


def test_a_card_can_be_saved_without_an_amount(talk, api):
    result = talk(lambda client: create(client, purpose="save", amount=None, currency=None))

    assert result.structured_content["amount_text"] is None
    assert api.bodies["ord_1"]["purpose"] == "save"


def test_a_request_is_cancelled_once(talk):
    async def conversation(client):
        await create(client)
        return [await client.call_tool("cancel_payment_request", {"order_id": "ord_1"}) for _ in range(2)]

    first, second = talk(conversation)

    assert first.structured_content["status"] == "cancelled"
    assert second.is_error
    assert "order_final" in text(second)


def test_the_stage_is_a_resource(talk):
    [content] = talk(lambda client: client.read_resource("payment-chat://stage")).contents

    assert json.loads(content.text) == {
        "stage": "local",
        "merchant": "ACME",
        "currencies": ["eur"],
        "captures": ["chat"],
        "limits": {"perRequest": ["50.00 EUR"], "perDay": ["120.00 EUR", "9,000 JPY"]},
    }


def test_the_tools_say_what_they_may_change(talk):
    hints = {
        tool.name: (
            tool.annotations.read_only_hint,
            tool.annotations.destructive_hint,
            tool.annotations.idempotent_hint,
        )
        for tool in talk(lambda client: client.list_tools()).tools
    }

    assert hints == {
        "create_payment_request": (False, False, True),
        "get_payment_request": (True, None, None),
        "cancel_payment_request": (False, True, True),
    }


def test_the_schemas_are_valid_and_ask_for_no_card(talk):
    tools = talk(lambda client: client.list_tools()).tools

    for tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        assert (
            not {"card", "number", "cvv", "cvc", "expiry", "agreement", "ctx"} & tool.input_schema["properties"].keys()
        )


def test_the_model_is_told_that_it_never_sees_a_card(talk):
    async def conversation(client):
        return client.instructions

    assert "Never ask for a card number" in talk(conversation)


def test_a_limit_that_is_no_amount_ends_the_server_with_its_name(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "payment_chat_client.command", "mcp", "--api-url", "http://127.0.0.1:9"],
        env={**os.environ, "PAYMENT_CHAT_LIMIT_PER_DAY": "much"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    assert "PAYMENT_CHAT_LIMIT_PER_DAY: 'much' is not an amount" in done.stderr
