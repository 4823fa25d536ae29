"""Strands with strands-dynamodb-session-manager: creates agent and session manager for each request, as documented."""

import os
from collections.abc import AsyncIterable, Callable, Iterator, Sequence
from itertools import count
from typing import Any

import boto3
from strands import Agent
from strands.models import Model
from strands_agents_session import KeyValueSessionManager
from strands_dynamodb_session_manager import DynamoDBSessionManager
from strands_session_dynamodb import DynamoDBSessionStorage

from benchmarks.contenders import script


class Constant(Model):
    """A model that answers immediately, from the script."""

    def update_config(self, **model_config: Any) -> None: ...

    def get_config(self) -> dict[str, Any]:
        return {}

    def structured_output(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    async def stream(self, messages: list[Any], *_: Any, **__: Any) -> AsyncIterable[Any]:
        texts = [message["content"][0]["text"] for message in messages if message["role"] == "user"]
        at = "none"
        for text in texts:
            at, reply, _collected = script.step(at, text)
        yield {"messageStart": {"role": "assistant"}}
        yield {"contentBlockStart": {"start": {}}}
        yield {"contentBlockDelta": {"delta": {"text": reply}}}
        yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": "end_turn"}}


class Strands:
    def __init__(self, *, kept: bool = False) -> None:
        self.session, self.model, self.numbers = boto3.Session(), Constant(), count()
        table = os.environ["STRANDS_TABLE"]
        self.storage = DynamoDBSessionStorage(table, boto_session=self.session, ttl_seconds=3600) if kept else None

    def conversation(self, texts: Sequence[str]) -> Iterator[Callable[[], object]]:
        session_id = f"bench-{os.getpid()}-{next(self.numbers)}"
        for text in texts:
            yield lambda text=text: self.answer(session_id, text)

    def answer(self, session_id: str, text: str) -> str:
        agent = Agent(model=self.model, session_manager=self._new_manager(session_id), callback_handler=None)
        return str(agent(text))

    def _new_manager(self, session_id: str) -> KeyValueSessionManager:
        if self.storage is not None:
            return KeyValueSessionManager(session_id, self.storage)
        return DynamoDBSessionManager(
            session_id, os.environ["STRANDS_TABLE"], boto_session=self.session, ttl_seconds=3600
        )


def contender() -> Strands:
    return Strands()
