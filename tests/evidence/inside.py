"""The function in this process over the local stage's AWS, with anything in its environment changed, and a proxy that
lets AWS fail: throttled, out of order, slow, gone."""

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import httpx

from chat import handler
from chat.http.api import Api
from infra.operations.outputs import stage_outputs
from infra.stages import LOCAL
from local.stand_in.service import Answer, Request, Service
from runtime.clients import Clients
from tests.stage import Stage

ERRORS: Mapping[str, tuple[int, str]] = {
    "throttled": (400, "ThrottlingException"),
    "failed": (500, "InternalServerError"),
    "denied": (400, "AccessDeniedException"),
}


@dataclass
class Proxy:
    """Stands before the emulator; `fail` makes the calls of a service fail, all of them or those of one operation."""

    url: str
    plan: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def fail(self, target: str, how: str) -> None:
        """`target`: the beginning of an X-Amz-Target, such as DynamoDB or TrentService.Encrypt."""
        self.plan[target] = how

    def mend(self) -> None:
        self.plan.clear()

    def __call__(self, request: Request) -> Answer:
        target = request.headers.get("x-amz-target", "")
        self.calls.append(target)
        how = next((how for prefix, how in self.plan.items() if target.startswith(prefix)), None)
        if how == "reset":
            return Answer(0, {}, reset=True)
        if how == "slow":
            time.sleep(3)
        if how in ERRORS:
            status, name = ERRORS[how]
            return Answer(status, {"__type": name, "message": "on demand"})
        return self._forwarded(request)

    def _forwarded(self, request: Request) -> Answer:
        kept = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
        answer = httpx.request(
            request.method, self.url + request.path, content=request.body, headers=kept, timeout=20, trust_env=False
        )
        return Answer(answer.status_code, json.loads(answer.content or b"null"))


@contextlib.contextmanager
def proxied(stage: Stage) -> Iterator[tuple[Proxy, str]]:
    proxy = Proxy(stage.endpoint or "")
    with contextlib.redirect_stdout(None), Service(proxy, port=0, name="proxy") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield proxy, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@dataclass
class Inside:
    """The function's edge, with the deployed function's own settings."""

    api: Api

    def asks(self, event: Mapping[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
        reply = self.api.respond(event)
        return reply["statusCode"], json.loads(reply["body"]), reply["headers"]

    def says(self, session_id: str, text: str, token: str | None, address: str = "203.0.113.7", **fields: str) -> Any:
        headers = {"Content-Type": "application/json"} | ({"X-Session-Token": token} if token else {})
        return self.asks(
            {
                "httpMethod": "POST",
                "resource": "/chat",
                "headers": headers,
                "requestContext": {"identity": {"sourceIp": address}},
                "body": json.dumps({"message": text, "sessionId": session_id, **fields}),
            }
        )


def inside(stage: Stage, aws: str | None = None, **settings: str) -> Inside:
    """`aws`: the address of a proxy instead of the emulator's; `settings` replace the deployed ones."""
    name = stage_outputs(stage.aws, LOCAL, stage.endpoint)["FunctionName"]
    deployed = stage.client("lambda").get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    environment = {
        **deployed,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": stage.aws.region_name,
        "AWS_ENDPOINT_URL": aws or stage.endpoint or "",
        **settings,
    }
    clients = Clients(handler.deadline)
    with patch.dict(os.environ, environment), patch.object(handler, "clients", clients):
        made = Inside(handler.api.__wrapped__())
        for _ in clients.every():
            """Made while these are the settings."""
        return made
