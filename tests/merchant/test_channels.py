"""docs/channels.md is true: its commands print what it shows, its configurations start a server."""

import asyncio
import json
import os
import re

import pytest
from mcp import Client, StdioServerParameters, stdio_client
from typer.testing import CliRunner

from local.runner.environment import ROOT
from payment_chat_client.command.app import app
from payment_chat_client.mcp_server.limits import LimitExceeded, Limits
from tests.orders_api import OrdersApi, serve

DOCS = (ROOT / "docs/channels.md").read_text()
CONSOLE = "\n".join(re.findall(r"^```console\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL))
CONFIGURATIONS = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)]
ORDER = ["--amount", "4990", "--currency", "eur", "--description", "Two tickets", "--reference", "INV-1042"]


def shown_below(command):
    return CONSOLE.split(f"$ {command}")[1].partition("\n")[2].split("\n$ ")[0]


def rows(text):
    """Label and value of the table's rows, with placeholders for whatever differs from run to run."""
    for pattern, placeholder in (
        (r"\d{4}-\d\d-\d\d \d\d:\d\d", "…"),
        (r"#order=\S+", "#order=…"),
        (r"ord_\w+", "ord_…"),
    ):
        text = re.sub(pattern, placeholder, text)
    lines = [line.strip() for line in text.splitlines()]
    return [re.split(r" {2,}", line, maxsplit=1) for line in lines if re.match(r"\w[\w ]* {2,}\S", line)]


@pytest.fixture
def api(monkeypatch):
    api = OrdersApi()
    with serve(api) as url:
        monkeypatch.setenv("PAYMENT_CHAT_API_URL", url)
        yield api


def test_an_order_is_printed_as_shown(api):
    printed = CliRunner().invoke(app, ["orders", "create", *ORDER]).stdout

    assert rows(printed) == rows(shown_below("make order"))
    assert len(rows(printed)) == 8


def test_a_watched_order_is_printed_as_shown(api):
    CliRunner().invoke(app, ["orders", "create", *ORDER])
    api.set_status("ord_1", "completed")

    printed = CliRunner().invoke(app, ["orders", "watch", "ord_1"]).stdout

    shown = [row for row in rows(shown_below("payment-chat orders watch")) if not re.match(r"\d\d:", row[0])]
    assert rows(printed) == shown
    assert len(shown) == 9


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=["most clients", "VS Code"])
def test_a_configuration_starts_the_server(api, configuration, tmp_path):
    [[server]] = [list(servers.values()) for servers in configuration.values()]
    state = {"PAYMENT_CHAT_STATE_FILE": str(tmp_path / "requests.sqlite3")}
    parameters = StdioServerParameters(
        command=server["command"], args=server["args"], env={**os.environ, **server["env"], **state}
    )

    async def talk():
        async with Client(stdio_client(parameters)) as client:
            return await client.list_tools(), await client.read_resource("payment-chat://stage")

    tools, stage = asyncio.run(talk())
    assert {tool.name for tool in tools.tools} == set(re.findall(r"^\| `(\w+)` \|", DOCS, re.MULTILINE))
    assert "100.00 EUR" in json.loads(stage.contents[0].text)["limits"]["perRequest"]


def test_the_refusal_reads_as_shown():
    limits = Limits.from_environment(CONFIGURATIONS[1]["servers"]["payment-chat"]["env"])

    with pytest.raises(LimitExceeded) as refused:
        limits.check_request(15_000, "eur")

    assert str(refused.value) in DOCS


def test_a_link_leaves_room_in_an_sms():
    link = f"https://{'d' * 30}/#order={'t' * 43}"

    assert len(link) == int(re.search(r"domain of 30 characters it has (\d+)", DOCS)[1])
    assert len(link) <= 120


def test_the_options_that_are_named_exist():
    known = CliRunner().invoke(app, ["orders", "create", "--help"], env={"COLUMNS": "200"}).stdout
    known += CliRunner().invoke(app, ["orders", "watch", "--help"], env={"COLUMNS": "200"}).stdout
    known += CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).stdout

    assert [option for option in set(re.findall(r"`(?:payment-chat )?(--[a-z-]+)", DOCS)) if option not in known] == []
