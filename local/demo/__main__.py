"""Play against the local stage: a conversation with all that is stored, then two orders from request to event.

`make demo`.
"""

import json
import sys
import time
from contextlib import ExitStack
from typing import Any

from boto3.session import Session

from local.demo import order_ways
from local.demo.conversation import SEED, Api, Conversation, Reply, new_id
from local.demo.order_ways import DemoError
from local.runner.environment import ROOT
from local.runner.launch import LaunchError, find_running_stage, run_stage
from local.runner.outputs import Outputs


def main() -> int:
    started = time.monotonic()
    directory = ROOT / ".stage"
    try:
        with ExitStack() as stack:
            outputs = find_running_stage(directory)
            if outputs is None:
                outputs = stack.enter_context(run_stage(directory, output=sys.stdout))
            play(outputs)
            order_ways.pay_in_chat(outputs)
            order_ways.pay_at_stripe(outputs)
    except (LaunchError, DemoError, OSError) as error:
        print(f"\nThe demo failed. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"\nDone in {time.monotonic() - started:.0f} s.")
    return 0


def play(outputs: Outputs) -> None:
    talk = Conversation(Api(outputs["apiUrl"]), id=new_id("demo"))
    print(f"\nA conversation with {talk.api.url}/chat")
    for message in SEED:
        reply = talk.send(message)
        print(f"\n  you     {message}")
        if reply.status != 200:
            raise DemoError(f"The API answered {reply.status}: {reply.body}")
        print(f"  bot     {reply['response']}")
        item = load_item(outputs, outputs["sessionsTable"], "sessionId", talk.id)
        print_item("stored", item if reply["currentStep"] == "confirm" else summarize(item))
    check_result(outputs, talk, reply)


def summarize(item: dict[str, Any] | None) -> dict[str, Any] | None:
    """The attributes that change in a turn, and the payer's last message as the history keeps it."""
    if item is None:
        return None
    messages = [line["content"] for line in item["conversationHistory"] if line["role"] == "user"]
    return {"currentStep": item["currentStep"], "collectionData": item["collectionData"], "said": messages[-1]}


def check_result(outputs: Outputs, talk: Conversation, reply: Reply) -> None:
    """Raises DemoError unless there is a token, the session is deleted and a receipt is stored."""
    payment = reply["payment"]
    if not payment or not payment["token"].startswith("pm_"):
        raise DemoError("There is no payment token.")
    if load_item(outputs, outputs["sessionsTable"], "sessionId", talk.id) is not None:
        raise DemoError("The session is still stored.")
    receipts = [item for item in scan(outputs, outputs["receiptsTable"]) if item.get("sessionId") == talk.id]
    if len(receipts) != 1:
        raise DemoError("There is no receipt.")
    print_item("receipt", receipts[0])
    print(f"\n  token   {payment['token']}  ({payment['brand']}, {payment['last4']}); the session is deleted")


def load_item(outputs: Outputs, table: str, key: str, value: str) -> dict[str, Any] | None:
    item = dynamodb(outputs).Table(table).get_item(Key={key: value}, ConsistentRead=True).get("Item")
    return dict(item) if item is not None else None


def scan(outputs: Outputs, table: str) -> list[dict[str, Any]]:
    return list(dynamodb(outputs).Table(table).scan()["Items"])


def dynamodb(outputs: Outputs) -> Any:
    """The emulator's DynamoDB, with keys that work nowhere else."""
    session = Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=outputs["region"])
    return session.resource("dynamodb", endpoint_url=outputs["awsEndpoint"])


def print_item(name: str, item: dict[str, Any] | None) -> None:
    if item is None:
        print(f"  {name}  nothing: the session is deleted")
        return
    for number, (attribute, value) in enumerate(item.items()):
        shown = to_json(value)
        lines = shown if isinstance(shown, list) else [shown]
        for line, content in enumerate(lines):
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            print(f"  {name if number == line == 0 else '':<7} {attribute if line == 0 else '':<20} {text}")


def to_json(value: Any) -> Any:
    """The value as JSON has it. A sealed value is replaced by its size."""
    if isinstance(value, dict):
        return {name: to_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [to_json(inner) for inner in value]
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if hasattr(value, "as_tuple"):  # a Decimal
        return int(value) if value == int(value) else float(value)
    return f"<sealed, {len(bytes(value))} bytes>"


if __name__ == "__main__":
    sys.exit(main())
