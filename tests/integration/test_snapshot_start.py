"""The chat function as it starts from a snapshot: its first confirmation, over real connections, loads nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.order_on_stage import place

LAMBDAS = Path(__file__).resolve().parents[2] / "lambdas"
CONFIRM = """
import json, sys
import botocore.client
from chat import handler
from tests.fakes import LAMBDA_CONTEXT
loaded, made = None, []
create = botocore.client.ClientCreator.create_client
botocore.client.ClientCreator.create_client = lambda *args, **more: made.append(args[1]) or create(*args, **more)
headers, said = {"Content-Type": "application/json"}, {}
for number, text in enumerate(("payment", "John", "4242 4242 4242 4242", "12/30", "123", "confirm")):
    body = {"sessionId": sys.argv[1], "messageId": f"m{number}", "message": text}
    if len(sys.argv) > 2 and number == 0:
        body["orderToken"] = sys.argv[2]
    event = {"httpMethod": "POST", "resource": "/chat", "headers": headers, "body": json.dumps(body)}
    event["requestContext"] = {"identity": {"sourceIp": "192.0.2.1"}, "apiId": "x", "domainName": "x", "stage": "x"}
    loaded = loaded or set(sys.modules)
    said = json.loads(handler.handle(event, LAMBDA_CONTEXT)["body"])
    headers = {"X-Session-Token": said["sessionToken"], **headers} if "sessionToken" in said else headers
print(json.dumps([said["status"], sorted(set(sys.modules) - loaded), made]))
"""


@pytest.fixture(scope="module")
def settings(stage):
    """The environment of the deployed function, and the emulator's address."""
    if stage.endpoint is None:
        pytest.skip("runs the function here, against the emulator")
    functions = stage.client("lambda").list_functions()["Functions"]
    told = next(each["Environment"]["Variables"] for each in functions if each["Handler"] == "chat.handler.handle")
    return told | {
        "AWS_ENDPOINT_URL": stage.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "chat",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
        "PYTHONPATH": f"{LAMBDAS}:{LAMBDAS.parent}",
    }


@pytest.mark.parametrize("path", ["chat", "order"])
def test_the_first_conversation_up_to_its_confirmation_imports_nothing_and_makes_no_client(stage, settings, path):
    arguments = [stage.conversation("snapshot").id]
    if path == "order":
        arguments.append(place(stage).body["orderToken"])
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}

    done = subprocess.run(
        [sys.executable, "-c", CONFIRM, *arguments], env=clean | settings, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == ["completed", [], []]
