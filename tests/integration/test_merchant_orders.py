"""The merchant's side of a stage: orders, what Stripe does to them, and what the merchant is told."""

import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from local.demo.conversation import new_id
from local.runner.environment import ROOT
from payments.adapters.orders_table import OrdersTable
from payments.adapters.stripe_checkouts import OrderCheckouts
from payments.adapters.stripe_client import StripeAccount
from payments.adapters.stripe_key import StripeKey
from payments.order import Change, Status
from runtime.deadline import Deadline

MINUTE = 60
VISA = "4242424242424242"


class Merchant:
    """Calls the orders API, and opens Checkouts for its orders as a conversation does."""

    def __init__(self, stage) -> None:
        self.stage = stage
        self.table = OrdersTable(stage.client("dynamodb"), stage.tables["orders"], now, lambda: uuid4().hex)

    def calls(self, method, path, body=None):
        raw = json.dumps(body).encode() if body is not None else b""
        return self.stage.api.call(method, path, headers={"Content-Type": "application/json"}, body=raw)

    def creates(self, **changed):
        order = {"reference": new_id("inv"), "purpose": "charge", "amount": 4990, "currency": "eur"}
        order |= {"description": "Two tickets", **changed}
        return self.calls("POST", "/orders", {name: value for name, value in order.items() if value is not None})

    def gets(self, order_id):
        return self.calls("GET", f"/orders/{order_id}")

    def cancels(self, order_id):
        return self.calls("POST", f"/orders/{order_id}/cancel")

    def has_at_stripe(self, **changed):
        """An order whose payer has been led to Stripe's page: its id, and the page's address."""
        order_id = self.creates(**changed)["orderId"]
        order = self.table.load(order_id)
        started = replace(
            order,
            version=order.version + 1,
            status=Status.IN_PROGRESS,
            changes=(Change(Status.IN_PROGRESS, now()),),
            handover_expires=now() + 31 * MINUTE,
        )
        self.table.replace(started, order)
        at = self._checkouts().create_checkout(started, "en", f"{self.stage.api.url}/returns", "You pay to ACME")
        self.table.replace(replace(started, version=started.version + 1, at_stripe=at), started)
        return order_id, at.url

    def waits(self, order_id, status, seconds=30):
        end = time.monotonic() + seconds
        while (order := self.gets(order_id).body)["status"] != status:
            assert time.monotonic() < end, order["status"]
            time.sleep(0.1)
        return order

    def is_told(self, order_id, kind, seconds=30):
        """The events of this kind that have come, at least one."""
        end = time.monotonic() + seconds
        while not (found := self._events(order_id, kind)):
            assert time.monotonic() < end
            time.sleep(0.1)
        return found

    def pays(self, url):
        self.stage.stripe.ask("POST", "/_control/payer", {"url": url, "do": "pay", "card": VISA})

    def stripes_events(self, behaviour, **which):
        self.stage.stripe.ask("POST", "/_control/events", {"behaviour": behaviour, **which})

    def _events(self, order_id, kind):
        events = self.stage.merchant.ask("GET", "/events")
        return [event for event in events if event["body"]["data"]["orderId"] == order_id and event["type"] == kind]

    def _checkouts(self):
        secrets = self.stage.client("secretsmanager")
        listed = [each["Name"] for each in secrets.list_secrets()["SecretList"]]
        values = {name: secrets.get_secret_value(SecretId=name).get("SecretString", "") for name in listed}
        (name,) = (name for name, value in values.items() if value.startswith("sk_test_"))
        key = StripeKey(secrets, name, now)
        account = StripeAccount(key, Deadline(), stage="local", url=self.stage.stripe.url)
        return OrderCheckouts(account, wallets=True)


def now():
    return int(time.time())


@pytest.fixture
def merchant(stage):
    if stage.stripe_stand_in is None:
        pytest.skip("creates orders, and pays them at the stand-in")
    made = Merchant(stage)
    assert made.creates().status == 201  # the function is warm afterwards
    return made


@pytest.mark.timeout(120)
def test_fifty_concurrent_requests_of_one_reference_make_one_order(merchant):
    """The emulator starts a process for each of them: on a busy machine some answers are late, or say 503."""
    reference = new_id("inv")

    def create(_):
        with suppress(httpx.TransportError):
            return merchant.creates(reference=reference)

    with ThreadPoolExecutor(50) as pool:
        replies = [reply for reply in pool.map(create, range(50)) if reply]

    statuses = [reply.status for reply in replies]
    assert set(statuses) <= {200, 201, 503}
    assert statuses.count(201) <= 1
    made = [merchant.creates(reference=reference), *(reply for reply in replies if reply.status != 503)]
    assert made[0].status == 200
    assert len({(reply["orderId"], reply["link"], reply["orderToken"]) for reply in made}) == 1


def test_a_repeat_gets_the_same_link_and_another_body_is_a_conflict(merchant):
    reference = new_id("inv")
    first = merchant.creates(reference=reference)

    assert merchant.creates(reference=reference).body == first.body
    assert merchant.creates(reference=reference, amount=5000).status == 409


@pytest.mark.parametrize(
    ("purpose", "intent"), [("charge", "succeeded"), ("authorize", "requires_capture"), ("save", "succeeded")]
)
def test_a_payment_at_stripe_completes_the_order_and_the_merchant_is_told(merchant, purpose, intent):
    money = {"amount": None, "currency": None} if purpose == "save" else {}
    order_id, url = merchant.has_at_stripe(purpose=purpose, **money)

    merchant.pays(url)

    order = merchant.waits(order_id, "completed")
    assert (order["result"]["paymentMethod"]["last4"], order["result"]["intent"]["status"]) == ("4242", intent)
    events = merchant.is_told(order_id, "order.completed")
    assert {event["id"] for event in events} == {f"evt_{order_id[4:]}_completed"}
    assert all(event["verified"] for event in events)
    assert events[0]["body"]["data"] == order


def test_a_cancel_closes_the_page_at_stripe(merchant):
    order_id, url = merchant.has_at_stripe()

    assert merchant.cancels(order_id)["status"] == "cancelled"
    with pytest.raises(Exception, match="4"):
        merchant.pays(url)
    assert merchant.is_told(order_id, "order.cancelled")


def test_what_was_paid_cannot_be_cancelled_any_more(merchant):
    order_id, url = merchant.has_at_stripe()
    merchant.stripes_events("drop", order=order_id)
    merchant.pays(url)

    refused = merchant.cancels(order_id)

    assert (refused.status, refused["error"]["code"]) == (409, "order_final")
    assert merchant.gets(order_id)["status"] == "completed"


def test_the_sweep_finds_what_no_event_told(merchant, stage):
    order_id, url = merchant.has_at_stripe()
    merchant.stripes_events("drop", order=order_id)
    merchant.pays(url)
    merchant.is_told(order_id, "order.started")
    order = merchant.table.load(order_id)
    early = OrdersTable(stage.client("dynamodb"), stage.tables["orders"], lambda: now() - 3600, lambda: uuid4().hex)
    early.replace(replace(order, version=order.version + 1), order)  # as if it had been written an hour ago

    swept = invoke(stage, "OrderSweep")

    assert swept["looked"] >= 1
    assert merchant.gets(order_id)["status"] == "completed"
    assert merchant.is_told(order_id, "order.completed")


def invoke(stage, name):
    functions = stage.client("lambda").list_functions()["Functions"]
    (function,) = (each["FunctionName"] for each in functions if name in each["FunctionName"])
    reply = stage.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    return json.load(reply["Payload"])


@pytest.mark.parametrize("behaviour", ["wrong_secret", "stale", "unsigned"])
def test_a_forged_event_changes_nothing(merchant, behaviour):
    order_id, url = merchant.has_at_stripe()
    merchant.stripes_events(behaviour, order=order_id)
    merchant.pays(url)
    time.sleep(2)

    assert merchant.gets(order_id)["status"] == "in_progress"


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff", b"x" * 5_000_000], ids=["empty", "JSON", "bytes", "5 MB"])
@pytest.mark.parametrize("signature", [None, "t=1,v1=0"])
def test_garbage_is_refused(merchant, raw, signature):
    headers = {"Stripe-Signature": signature} if signature else {}

    assert merchant.stage.api.call("POST", "/stripe/events", headers=headers, body=raw).status in (400, 413)


def test_a_merchant_who_was_down_is_told_later(merchant):
    order_id = merchant.creates()["orderId"]
    merchant.stage.merchant.ask("POST", "/_control/plan", {"status": 500, "times": 2})

    merchant.cancels(order_id)

    (event,) = merchant.is_told(order_id, "order.cancelled", seconds=60)
    assert event["id"] == f"evt_{order_id[4:]}_cancelled"


def test_an_event_is_announced_again_under_its_old_id(merchant):
    order_id = merchant.creates()["orderId"]
    merchant.cancels(order_id)
    merchant.is_told(order_id, "order.cancelled")

    reply = merchant.calls("POST", f"/orders/{order_id}/announce")

    assert (reply.status, reply["eventId"]) == (202, f"evt_{order_id[4:]}_cancelled")


SAMPLES = re.findall(r"```(bash|python)\n(.*?)```", (ROOT / "docs/http-api.md").read_text(), re.DOTALL)


@pytest.mark.parametrize(("language", "sample"), SAMPLES, ids=[language for language, _ in SAMPLES])
def test_the_documents_samples_create_an_order(merchant, language, sample):
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "test"}
    environment = {"API_URL": merchant.stage.api.url, "AWS_REGION": "us-east-1", "no_proxy": "*", **credentials}
    sample = re.sub(r"INV-\d+", new_id("inv"), sample)
    command = ["bash", "-euc", sample] if language == "bash" else [sys.executable, "-c", sample]

    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "ord_" in done.stdout
