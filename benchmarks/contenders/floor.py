"""The floor: plain boto3 clients that make exactly the calls of our handler, with parameters made beforehand.

A conversation is played once and its calls are recorded. From then on the same calls are made with new session ids,
and only they are timed.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3
from botocore import xform_name
from botocore.client import BaseClient

from benchmarks.contenders.ours import Ours

Call = tuple[str, str, dict[str, Any]]  # service, operation, parameters


class Floor:
    def __init__(self) -> None:
        self.ours = Ours()
        self.clients = {service: boto3.client(service) for service in ("dynamodb", "kms")}
        self.record_once = cache(self._record)

    def conversation(self, texts: Sequence[str]) -> Iterator[Callable[[], object]]:
        recorded_id, turns = self.record_once(tuple(texts))
        session_id = str(uuid.uuid4())
        for turn in turns:
            calls = [
                (getattr(self.clients[service], xform_name(operation)), _replace(parameters, recorded_id, session_id))
                for service, operation, parameters in turn
            ]
            yield lambda calls=calls: [method(**parameters) for method, parameters in calls]

    def _record(self, texts: tuple[str, ...]) -> tuple[str, list[list[Call]]]:
        """The session id of the recorded conversation, and the calls of each turn."""
        turns: list[list[Call]] = []
        original = BaseClient._make_api_call

        def make(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
            turns[-1].append((client.meta.service_model.service_name, operation, deepcopy(parameters)))
            return original(client, operation, parameters)

        for act in self.ours.conversation(texts):
            act()  # a process fetches the hour's keys with its first conversation; the floor is what the others call
        with patch.object(BaseClient, "_make_api_call", make):
            for act in self.ours.conversation(texts):
                turns.append([])
                act()
        return turns[0][0][2]["Key"]["sessionId"]["S"], turns


def _replace(value: Any, old: str, new: str) -> Any:
    """The value with every string `old` in it replaced."""
    if isinstance(value, dict):
        return {key: _replace(inner, old, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replace(inner, old, new) for inner in value]
    return new if value == old else value


def contender() -> Floor:
    return Floor()
