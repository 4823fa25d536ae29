"""Play an ordinary conversation against the local stage and show each reply and what is stored: `make demo`."""

import json
import sys
import time
from contextlib import ExitStack
from typing import Any

from boto3.session import Session

from local.demo.conversation import SEED, Api, Conversation, Reply, new_id
from local.runner.environment import ROOT
from local.runner.launch import LaunchError, Outputs, launched, running


class DemoError(Exception):
    """The conversation took another course than it should."""


def main() -> int:
    started = time.monotonic()
    directory = ROOT / ".stage"
    try:
        with ExitStack() as stack:
            outputs = running(directory)
            if outputs is None:
                outputs = stack.enter_context(launched(directory, output=sys.stdout))
            play(outputs)
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
        item = stored(outputs, outputs["sessionsTable"], "sessionId", talk.id)
        show("stored", item if reply["currentStep"] == "confirm" else gist(item))
    check(outputs, talk, reply)


def gist(item: dict[str, Any] | None) -> dict[str, Any] | None:
    """The few attributes that change from turn to turn, and what the history keeps of the payer's message."""
    if item is None:
        return None
    spoken = [line["content"] for line in item["conversationHistory"] if line["role"] == "user"]
    return {"currentStep": item["currentStep"], "collectionData": item["collectionData"], "said": spoken[-1]}


def check(outputs: Outputs, talk: Conversation, reply: Reply) -> None:
    """DemoError unless there is a token, the session is gone and the receipt is there."""
    payment = reply["payment"]
    if not payment or not payment["token"].startswith("pm_"):
        raise DemoError("There is no payment token.")
    if stored(outputs, outputs["sessionsTable"], "sessionId", talk.id) is not None:
        raise DemoError("The session is still stored.")
    receipts = [item for item in scan(outputs, outputs["receiptsTable"]) if item.get("sessionId") == talk.id]
    if len(receipts) != 1:
        raise DemoError("There is no receipt.")
    show("receipt", receipts[0])
    print(f"\n  token   {payment['token']}  ({payment['brand']}, {payment['last4']}); the session is deleted")


def stored(outputs: Outputs, table: str, key: str, value: str) -> dict[str, Any] | None:
    item = dynamodb(outputs).Table(table).get_item(Key={key: value}, ConsistentRead=True).get("Item")
    return dict(item) if item is not None else None


def scan(outputs: Outputs, table: str) -> list[dict[str, Any]]:
    return list(dynamodb(outputs).Table(table).scan()["Items"])


def dynamodb(outputs: Outputs) -> Any:
    """The emulator's, with keys that mean nothing anywhere else."""
    session = Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=outputs["region"])
    return session.resource("dynamodb", endpoint_url=outputs["awsEndpoint"])


def show(name: str, item: dict[str, Any] | None) -> None:
    if item is None:
        print(f"  {name}  nothing: the session is deleted")
        return
    for number, (attribute, value) in enumerate(item.items()):
        shown = plain(value)
        several = shown if isinstance(shown, list) else [shown]
        for line, part in enumerate(several):
            text = part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)
            print(f"  {name if number == line == 0 else '':<7} {attribute if line == 0 else '':<20} {text}")


def plain(value: Any) -> Any:
    """As JSON, with sealed values as their size and numbers as such."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if hasattr(value, "as_tuple"):  # a Decimal
        return int(value) if value == int(value) else float(value)
    return f"<sealed, {len(bytes(value))} bytes>"


if __name__ == "__main__":
    sys.exit(main())
