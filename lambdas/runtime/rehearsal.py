"""AWS for a rehearsal: requests before Lambda takes a function's snapshot, so that the first real one loads nothing.

The calls go through the function's own clients and are answered here: no connection is opened, and nothing is stored.
"""

from __future__ import annotations

import io
import json
from base64 import b64encode
from collections import defaultdict
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aws_lambda_powertools import Logger

    from runtime.clients import Clients

Item = dict[str, Any]


class NotAsExpected(Exception):
    """A rehearsed request did not end as it should. The message holds statuses and steps only."""


class RehearsedAws:
    """Tables in memory without conditions, keys that hide nothing, and these secrets, by their ids."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = secrets
        self._tables: dict[str, list[Item]] = defaultdict(list)

    @contextmanager
    def answering(self, clients: Clients) -> Iterator[None]:
        """In place of AWS, for every client of the process."""
        made = list(clients.every())
        for client in made:
            client.meta.events.register("before-send", self._respond)
        try:
            "host".encode("idna")  # what a first connection loads: addresses and names in it
            yield
        finally:
            for client in made:
                client.meta.events.unregister("before-send", self._respond)

    def _respond(self, request: Any, **_: object) -> AWSResponse:
        asked = json.loads(request.body or b"{}")
        operation = request.headers.get("X-Amz-Target", b"")
        operation = operation.decode() if isinstance(operation, bytes) else operation
        answer = self._answer(operation.rpartition(".")[2], asked)
        return AWSResponse(request.url, 200, HTTPHeaders(), _Body(answer))

    def _answer(self, operation: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        match operation:
            case "GetItem":
                found = self._find(asked["TableName"], asked["Key"])
                return {"Item": found[-1]} if found else {}
            case "Query":
                return {"Items": self._with(asked["TableName"], asked["ExpressionAttributeValues"][":key"])}
            case "PutItem" | "DeleteItem":
                self._change(operation.removesuffix("Item"), asked)
            case "TransactWriteItems":
                for action in asked["TransactItems"]:
                    self._change(*next(iter(action.items())))
            case "Encrypt" | "Decrypt":
                value = asked.get("Plaintext") or asked["CiphertextBlob"]
                return {"CiphertextBlob": value, "Plaintext": value, "KeyId": asked["KeyId"]}
            case "GenerateMac":
                return {"Mac": b64encode(bytes(32)).decode(), "KeyId": asked["KeyId"]}
            case "GetSecretValue":
                return {"SecretString": self._secrets[asked["SecretId"]]}
            case "":  # Converse: the one call whose operation stands in its path
                return {"output": {"message": {"role": "assistant", "content": [{"text": "?"}]}}}
        return {}

    def _change(self, action: str, change: Mapping[str, Any]) -> None:
        """An update changes nothing here: what a claim writes is read by nobody else."""
        if action == "Put":
            self._tables[change["TableName"]].append(change["Item"])
        elif action == "Delete":
            gone = self._find(change["TableName"], change["Key"])
            self._tables[change["TableName"]] = [each for each in self._tables[change["TableName"]] if each not in gone]

    def _find(self, table: str, key: Item) -> list[Item]:
        return [item for item in self._tables[table] if all(item.get(name) == value for name, value in key.items())]

    def _with(self, table: str, value: Any) -> list[Item]:
        return [item for item in self._tables[table] if value in item.values()]


class _Body(io.BytesIO):
    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__(json.dumps(answer).encode())

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


@contextmanager
def muted(logger: Logger) -> Iterator[None]:
    """No line and no metric of what happens inside reaches the log: nobody has paid anything."""
    handler: Any = logger.registered_handler
    stream = handler.setStream(io.StringIO())
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        handler.setStream(stream)
        logger.clear_state()
