"""The floor: bare clients that make the very calls our handler makes, with parameters made beforehand.

A conversation is played once and its calls recorded; from then on they are made again under new session ids, and
what is timed is the clients alone.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3
from botocore.client import BaseClient

from benchmarks.contenders.ours import Ours

Call = tuple[str, str, dict[str, Any]]  # service, operation, parameters


class Floor:
    def __init__(self) -> None:
        self.ours = Ours()
        self.clients = {service: boto3.client(service) for service in ("dynamodb", "kms")}
        self.recorded = cache(self._record)

    def conversation(self, texts: Sequence[str]) -> Iterator[Callable[[], object]]:
        recorded_id, turns = self.recorded(tuple(texts))
        session_id = str(uuid.uuid4())
        for turn in turns:
            calls = [
                (self.clients[service]._make_api_call, operation, _renamed(parameters, recorded_id, session_id))
                for service, operation, parameters in turn
            ]
            yield lambda calls=calls: [call(operation, parameters) for call, operation, parameters in calls]

    def _record(self, texts: tuple[str, ...]) -> tuple[str, list[list[Call]]]:
        turns: list[list[Call]] = []
        original = BaseClient._make_api_call

        def make(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
            turns[-1].append((client.meta.service_model.service_name, operation, deepcopy(parameters)))
            return original(client, operation, parameters)

        with patch.object(BaseClient, "_make_api_call", make):
            for act in self.ours.conversation(texts):
                turns.append([])
                act()
        return turns[0][0][2]["Key"]["sessionId"]["S"], turns


def _renamed(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(each, old, new) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, old, new) for each in value]
    return new if value == old else value


def contender() -> Floor:
    return Floor()
