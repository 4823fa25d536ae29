"""The usual hand-written bot: read the item, append to its history, write the whole item, with boto3's resource."""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count

import boto3

from benchmarks.contenders import script


class WholeItem:
    def __init__(self) -> None:
        self.table = boto3.resource("dynamodb").Table(os.environ["WHOLE_ITEM_TABLE"])
        self.numbers = count()

    def conversation(self, texts: Sequence[str]) -> Iterator[Callable[[], object]]:
        session_id = f"bench-{os.getpid()}-{next(self.numbers)}"
        for text in texts:
            event = {"body": json.dumps({"sessionId": session_id, "message": text})}
            yield lambda event=event: self.handle(event)

    def handle(self, event: dict[str, str]) -> dict[str, object]:
        asked = json.loads(event["body"])
        session = self.table.get_item(Key={"sessionId": asked["sessionId"]}).get("Item") or {
            "sessionId": asked["sessionId"],
            "conversationHistory": [],
            "collectionData": {},
            "currentStep": "none",
        }
        after, reply, collected = script.step(session["currentStep"], asked["message"])
        session["conversationHistory"] += [
            {"role": "user", "content": asked["message"]},
            {"role": "assistant", "content": reply},
        ]
        session["collectionData"] |= collected
        session |= {"currentStep": after, "ttl": int(time.time()) + 3600}
        self.table.put_item(Item=session)
        return {"statusCode": 200, "body": json.dumps({"response": reply, "currentStep": after})}


def contender() -> WholeItem:
    return WholeItem()
