"""DynamoDB: the wordings that were prepared, one item for each language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.aws import Unavailable, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    Wordings = Mapping[str, Sequence[str]]  # by the name of their kind

KEPT_SECONDS = 30 * 24 * 3600  # in the table: without a refresh the fixed wording is back after a month
READ_AGAIN_SECONDS = 3600
RETRY_SECONDS = 60  # after a read that failed or found nothing


class WordingBank:
    """`now`: seconds since the epoch."""

    def __init__(self, dynamodb: DynamoDBClient, table: str, now: Callable[[], int]) -> None:
        self._dynamodb, self._table, self._now = dynamodb, table, now
        self._read: dict[str, tuple[int, Wordings]] = {}  # when to read again, and what was read

    def wordings(self, language: str) -> Wordings:
        """Read once and kept for an hour. Empty when there are none or they cannot be read now."""
        until, found = self._read.get(language, (0, {}))
        if self._now() >= until:
            try:
                found = self._stored(language)[1]
            except (Unavailable, LookupError, TypeError):
                found = {}
            self._read[language] = (self._now() + (READ_AGAIN_SECONDS if found else RETRY_SECONDS), found)
        return found

    def prepared_at(self, language: str) -> int:
        """Seconds since the epoch; 0 when there are none. Raises Unavailable."""
        return self._stored(language)[0]

    def store(self, language: str, wordings: Wordings) -> None:
        """Raises Unavailable."""
        with translated("dynamodb"):
            self._dynamodb.put_item(
                TableName=self._table,
                Item={
                    "language": {"S": language},
                    "preparedAt": {"N": str(self._now())},
                    "ttl": {"N": str(self._now() + KEPT_SECONDS)},
                    "wordings": {
                        "M": {kind: {"L": [{"S": text} for text in texts]} for kind, texts in wordings.items()}
                    },
                },
            )

    def _stored(self, language: str) -> tuple[int, Wordings]:
        with translated("dynamodb"):
            reply = self._dynamodb.get_item(TableName=self._table, Key={"language": {"S": language}})
        item: Any = reply.get("Item")
        if not item:
            return 0, {}
        wordings = {kind: tuple(each["S"] for each in texts["L"]) for kind, texts in item["wordings"]["M"].items()}
        return int(item["preparedAt"]["N"]), wordings
