"""Copy the functions' log lines from the emulator's CloudWatch Logs into a file."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError


class FunctionLog:
    """Each call of `copy` appends new lines. The emulator makes a stream per invocation; a copied stream is deleted."""

    PAUSE_SECONDS = 0.5

    def __init__(self, logs: Any, groups: Sequence[str], path: Path) -> None:
        self._logs, self._groups, self._path = logs, groups, path
        self._next = 0.0

    def copy(self, *, now: bool = False) -> None:
        if not now and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self.PAUSE_SECONDS
        try:
            for group in self._groups:
                for stream in self._logs.describe_log_streams(logGroupName=group)["logStreams"]:
                    self._move(group, stream["logStreamName"])
        except (ClientError, BotoCoreError):
            return  # the emulator is busy or stopping; the next call finds the streams again

    def _move(self, group: str, stream: str) -> None:
        events = self._logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
        if not events:  # the stream was just created and gets its events soon
            return
        with self._path.open("a") as file:
            file.writelines(event["message"].rstrip("\n") + "\n" for event in events)
        self._logs.delete_log_stream(logGroupName=group, logStreamName=stream)
