"""Try out a deployed stage: `make smoke STAGE=dev`. Opens a conversation and an order and cancels them; takes no card.

The order's cancellation is announced as every other: the merchant's server hears of it under a reference smoke-….
"""

import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import httpx

from infra.config import Stage
from infra.operations.outputs import stage_outputs
from infra.operations.stage_secrets import StageSecrets
from infra.stages import stage_named
from payment_chat_client import SigV4

LOG_WAIT_SECONDS = 60  # until what the function logged can be read


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def code(self) -> str:
        return str((self.body.get("error") or {}).get("code"))


Call = Callable[..., Answer]


def caller(url: str, auth: httpx.Auth | None) -> Call:
    """Calls of the API at `url`. They are signed with `auth`, except those with `signed=False`."""
    http = httpx.Client(timeout=30)

    def call(method: str, path: str, body: object = None, *, token: str = "", signed: bool = True) -> Answer:
        headers = {"X-Session-Token": token} if token else {}
        reply = http.request(method, url + path, json=body, headers=headers, auth=auth if signed else None)
        return Answer(reply.status_code, reply.headers, reply.json())

    return call


def check_conversation(call: Call) -> Iterator[tuple[str, bool]]:
    """Opens a conversation, looks it up and cancels it. Yields what was checked, and whether it is as documented."""
    opening = call("POST", "/chat", {"message": "payment"})
    token = str(opening.body.get("sessionToken", ""))
    yield "a conversation opens", opening.status == 200 and opening.body["currentStep"] == "name"
    yield "its reply may not be cached", opening.headers.get("Cache-Control") == "no-store"
    if opening.status != 200:
        return
    where = f"/sessions/{opening.body['sessionId']}"
    found = call("GET", where, token=token)
    yield "it can be looked up", found.status == 200 and len(found.body["conversationHistory"]) == 2
    yield "it cannot be looked up without its token", call("GET", where).status == 401
    question = {"message": "why do you need that?", "sessionId": opening.body["sessionId"]}
    yield "a question is answered", call("POST", "/chat", question, token=token).body.get("currentStep") == "name"
    cancelled = call("POST", "/chat", {"message": "cancel", "sessionId": opening.body["sessionId"]}, token=token)
    yield "it can be cancelled", cancelled.status == 200 and cancelled.body["status"] == "cancelled"
    yield "it is gone after that", call("GET", where, token=token).status == 410


def check_refusals(call: Call, *, signed: bool) -> Iterator[tuple[str, bool]]:
    """Sends malformed and unsigned requests. Yields what was checked, and whether it is as documented."""
    for what, body in (("an empty message", {"message": ""}), ("an unknown field", {"message": "x", "y": 1})):
        refused = call("POST", "/chat", body)
        yield f"{what} is refused", (refused.status, refused.code) == (400, "invalid_request")
    if signed:
        unsigned = call("POST", "/chat", {"message": "payment"}, signed=False)
        yield "an unsigned call is refused", (unsigned.status, unsigned.code) == (403, "forbidden")


def check_order(call: Call, reference: str, *, signed: bool) -> Iterator[tuple[str, bool]]:
    """Asks for an order, asks again, looks it up and cancels it. Needs a Stripe key on the stage; no payer comes."""
    asked = {"reference": f"smoke-{reference}", "purpose": "save", "description": "Smoke test"}
    created = call("POST", "/orders", asked)
    # A function that nobody has called yet may be late once; the reference makes it one order.
    if created.status >= 500:
        created = call("POST", "/orders", asked)
    is_created = created.status in (200, 201)
    yield "an order is created", is_created and created.body["status"] == "open"
    if not is_created:
        return
    if signed:
        yield "an order needs a signature", call("POST", "/orders", asked, signed=False).status == 403
    again = call("POST", "/orders", asked)
    is_same = again.status == 200 and again.body["orderToken"] == created.body["orderToken"]
    yield "asking again gives the same order and link", is_same
    where = f"/orders/{created.body['orderId']}"
    yield "it can be looked up", call("GET", where).body.get("status") == "open"
    yield "it can be cancelled", call("POST", f"{where}/cancel").body.get("status") == "cancelled"
    yield "it stays cancelled", call("GET", where).body.get("status") == "cancelled"


def check_events_path(call: Call) -> tuple[str, bool]:
    refused = call("POST", "/stripe/events", {"id": "evt_smoke"}, signed=False)
    return "an event that Stripe did not sign is refused", (refused.status, refused.code) == (400, "invalid_request")


def check_wording(aws: boto3.Session, stage: Stage, group: str, since: float) -> tuple[str, bool]:
    """Whether the model worded a reply, or chose a meaning. No reply shows it, so the function's metrics are read."""
    logs = aws.client("logs", region_name=stage.region)
    for _ in range(LOG_WAIT_SECONDS // 5):
        found = logs.filter_log_events(logGroupName=group, startTime=int(since * 1000), filterPattern='"PaymentChat"')
        written = [event["message"] for event in found["events"]]
        causes = {json.loads(line).get("cause") for line in written if '"ModelFallback"' in line}
        if causes:
            return f"the model answers (it did not: {', '.join(map(str, causes))})", False
        if any('"ModelWorded"' in line or '"ModelPointed"' in line for line in written):
            return "the model answers", True
        time.sleep(5)
    return f"the model answers (nothing logged within {LOG_WAIT_SECONDS} s)", False


def check_prepared(dynamodb: Any, table: str) -> tuple[str, bool]:
    """Whether there are words that the model has prepared. Without them the fixed wording hides that it failed."""
    item = dynamodb.get_item(TableName=table, Key={"language": {"S": "en"}}).get("Item", {})
    age = time.time() - int(item.get("preparedAt", {}).get("N", "0"))
    return "the model's words are prepared, and not older than a week", age < 7 * 24 * 3600


def main(name: str) -> None:
    aws, stage, started = boto3.Session(), stage_named(name), time.time()
    outputs = stage_outputs(aws, stage)
    secrets = StageSecrets(aws.client("secretsmanager", region_name=stage.region), stage, outputs)
    auth = SigV4(aws, stage.region) if stage.signed else None
    call = caller(os.environ.get("API_URL", outputs["ApiUrl"]), auth)
    checks = [*check_conversation(call), *check_refusals(call, signed=stage.signed)]
    if secrets.has_stripe_key():
        checks += check_order(call, uuid.uuid4().hex, signed=stage.signed)
    if not stage.stripe_event_bus:
        checks.append(check_events_path(call))
    if stage.webhook_url:
        checks.append(secrets.check_webhook_secret())
    if stage.prepares_words:
        checks.append(check_prepared(aws.client("dynamodb", region_name=stage.region), outputs["WordingsTable"]))
    if stage.model and stage.wording != "off" and not stage.model_url and all(passed for _, passed in checks):
        checks.append(check_wording(aws, stage, outputs["LogGroup"], started))
    for what, passed in checks:
        print(f"  {'ok  ' if passed else 'FAIL'} {what}")  # noqa: T201
    for step in secrets.missing():
        print(f"Next: {step}")  # noqa: T201
    if not all(passed for _, passed in checks):
        raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1])
