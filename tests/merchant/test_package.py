"""The client as a package of its own: it builds, installs alone, and its README's shop works as printed."""

import base64
import json
import re
import subprocess
import zipfile
from datetime import UTC, datetime
from types import ModuleType

import pytest
from fastapi.testclient import TestClient
from standardwebhooks import Webhook

from local.runner.environment import ROOT
from tests.orders_api import OrdersApi, serve

CLIENT = ROOT / "client"
SECRET = f"whsec_{base64.b64encode(b'x' * 32).decode()}"
README = (CLIENT / "README.md").read_text()
SHOP, AT_AN_ADDRESS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
OUTSIDE = "import payment_chat_client as c; print(c.__file__, c.Orders, c.AsyncOrders, c.verify_webhook)"
VERIFIES = """
from payment_chat_client import verify_webhook
from payment_chat_client.errors import InvalidWebhook
try:
    verify_webhook({}, b"", ["whsec_eHh4eHh4eHg="])
except InvalidWebhook:
    print("refused")
"""


def uv(*arguments, cwd):
    done = subprocess.run(["uv", *arguments], cwd=cwd, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    uv("build", "--quiet", "--offline", "--wheel", "--out-dir", str(out), str(CLIENT), cwd=out)
    return next(out.glob("*.whl"))


def test_the_wheel_holds_the_typed_package_and_the_command(wheel):
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        points = next(packed.read(name).decode() for name in names if name.endswith("entry_points.txt"))

    modules = {str(each.relative_to(CLIENT)) for each in CLIENT.glob("payment_chat_client/**/*.py")}
    assert modules <= set(names)
    assert "payment_chat_client/py.typed" in names
    assert "payment-chat = payment_chat_client.command.app:main" in points


def installed_pythons():
    """The interpreters on this machine that the package promises to work with."""
    for version in ("3.11", "3.13"):
        found = subprocess.run(["uv", "python", "find", "--offline", version], capture_output=True, check=False)
        if found.returncode == 0:
            yield found.stdout.decode().strip()


@pytest.mark.parametrize("interpreter", list(installed_pythons()))
def test_it_works_in_an_environment_of_its_own(wheel, tmp_path, interpreter):
    uv("venv", "--quiet", "--python", interpreter, str(tmp_path / "venv"), cwd=tmp_path)
    python, versions = str(tmp_path / "venv/bin/python"), tmp_path / "versions.txt"
    versions.write_text(re.sub(r" *\\\n *--hash=\S+", "", (ROOT / "requirements/dev.txt").read_text()))
    install = ["pip", "install", "--quiet", "--python", python, "--constraint", str(versions), str(wheel)]
    try:
        uv(*install, "--offline", cwd=tmp_path)  # the same versions are in uv's cache, unless somebody emptied it
    except AssertionError:
        uv(*install, cwd=tmp_path)

    def run(code):
        done = subprocess.run([python, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    assert str(tmp_path / "venv") in run(OUTSIDE)
    assert run(VERIFIES) == "refused\n"
    assert "No module named 'boto3'" in run("import boto3")  # botocore is enough


def signed(body):
    now = datetime.now(UTC)
    signature = Webhook(SECRET).sign("evt_1", now, body)
    return {"webhook-id": "evt_1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}


def test_the_shop_of_the_readme_sells_a_ticket(tmp_path, monkeypatch):
    api = OrdersApi()
    with serve(api) as url:
        (tmp_path / ".stage").mkdir()
        (tmp_path / ".stage/outputs.json").write_text(json.dumps({"apiUrl": url, "region": "us-east-1"}))
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("WEBHOOK_SECRETS", SECRET)
        shop = ModuleType("shop")
        exec(compile(SHOP, "shop.py", "exec"), shop.__dict__)
        with TestClient(shop.app, follow_redirects=False) as browser:
            action = re.search(r"action=(\S+?)>", browser.get("/").text)[1]
            bought = browser.post(action)
            body = json.dumps(
                {
                    "type": "order.completed",
                    "timestamp": "2026-11-25T12:00:00Z",
                    "data": api.set_status("ord_1", "completed"),
                }
            )
            forged = browser.post("/webhooks", content=body, headers=signed(body + " "))
            heard = browser.post("/webhooks", content=body, headers=signed(body))

    assert (bought.status_code, bought.headers["location"]) == (303, "https://pay.example.com/#order=token-of-ord_1")
    assert (forged.status_code, heard.status_code) == (400, 204)
    assert shop.paid == {action.removeprefix("/buy/"): "4242"}


def test_the_shop_has_about_thirty_lines():
    assert len([line for line in SHOP.splitlines() if line.strip()]) <= 35


def test_a_stage_can_be_named_by_its_address(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    names: dict[str, object] = {}

    exec(compile(AT_AN_ADDRESS, "README.md", "exec"), names)

    assert str(names["orders"]._http.base_url).startswith("https://abc123.execute-api.")
