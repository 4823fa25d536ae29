"""Try out a deployed stage: `make smoke STAGE=dev`. Opens a conversation and cancels it; takes no card."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import httpx

from infra.config import Stage, stage_named
from infra.operations.outputs import stage_outputs
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
    """Calls the API at `url`, signed unless told otherwise."""
    http = httpx.Client(timeout=30)

    def call(method: str, path: str, body: object = None, *, token: str = "", signed: bool = True) -> Answer:
        headers = {"X-Session-Token": token} if token else {}
        reply = http.request(method, url + path, json=body, headers=headers, auth=auth if signed else None)
        return Answer(reply.status_code, reply.headers, reply.json())

    return call


def conversation(call: Call) -> Iterator[tuple[str, bool]]:
    """What was tried → whether it went as the HTTP API promises."""
    opening = call("POST", "/chat", {"message": "payment"})
    token = str(opening.body.get("sessionToken", ""))
    yield "a conversation opens", opening.status == 200 and opening.body["currentStep"] == "name"
    yield "its reply is not to be stored", opening.headers.get("Cache-Control") == "no-store"
    if opening.status != 200:
        return
    where = f"/sessions/{opening.body['sessionId']}"
    again = call("GET", where, token=token)
    yield "it can be looked up", again.status == 200 and len(again.body["conversationHistory"]) == 2
    yield "but not without its token", call("GET", where).status == 401
    over = call("POST", "/chat", {"message": "cancel", "sessionId": opening.body["sessionId"]}, token=token)
    yield "it can be cancelled", over.status == 200 and over.body["status"] == "cancelled"
    yield "and is gone then", call("GET", where, token=token).status == 410


def refusals(call: Call, *, signed: bool) -> Iterator[tuple[str, bool]]:
    for what, body in (("an empty message", {"message": ""}), ("an unknown field", {"message": "x", "y": 1})):
        refused = call("POST", "/chat", body)
        yield f"{what} is refused", (refused.status, refused.code) == (400, "invalid_request")
    if signed:
        unsigned = call("POST", "/chat", {"message": "payment"}, signed=False)
        yield "an unsigned call is refused", (unsigned.status, unsigned.code) == (403, "forbidden")


def wording(aws: boto3.Session, stage: Stage, group: str, since: float) -> tuple[str, bool]:
    """Whether the model worded the opening. The fixed wording hides that it did not; the function's metrics tell."""
    logs = aws.client("logs", region_name=stage.region)
    for _ in range(LOG_WAIT_SECONDS // 5):
        found = logs.filter_log_events(logGroupName=group, startTime=int(since * 1000), filterPattern='"PaymentChat"')
        written = [event["message"] for event in found["events"]]
        causes = {json.loads(line).get("cause") for line in written if '"ModelFallback"' in line}
        if causes:
            return f"the model words replies (it did not: {', '.join(map(str, causes))})", False
        if any('"ModelWorded"' in line for line in written):
            return "the model words replies", True
        time.sleep(5)
    return f"the model words replies (nothing logged within {LOG_WAIT_SECONDS} s)", False


def has_stripe_key(aws: boto3.Session, stage: Stage, secret: str) -> bool:
    """Whether a value was ever stored after the one that the stack makes. The value itself is not read."""
    secrets = aws.client("secretsmanager", region_name=stage.region)
    stages = secrets.describe_secret(SecretId=secret).get("VersionIdsToStages", {}).values()
    return "AWSPREVIOUS" in {label for labels in stages for label in labels}


def main(name: str) -> None:
    aws, stage, started = boto3.Session(), stage_named(name), time.time()
    outputs = stage_outputs(aws, stage)
    auth = SigV4(aws, stage.region) if stage.signed else None
    call = caller(os.environ.get("API_URL", outputs["ApiUrl"]), auth)
    tried = [*conversation(call), *refusals(call, signed=stage.signed)]
    if stage.model and all(went for _, went in tried):
        tried.append(wording(aws, stage, outputs["LogGroup"], started))
    for what, went in tried:
        print(f"  {'ok  ' if went else 'FAIL'} {what}")  # noqa: T201
    if not has_stripe_key(aws, stage, outputs["StripeSecret"]):
        print(f"Next: make stripe-key STAGE={name}    (asks for the Stripe key, stores it, shows it nowhere)")  # noqa: T201
    if not all(went for _, went in tried):
        raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1])
