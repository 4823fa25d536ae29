"""Copy the functions' log lines from the emulator's CloudWatch Logs into a file."""

import time
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError


class FunctionLog:
    """Each call of `copy` appends new lines. The emulator makes a stream per invocation; a copied stream is deleted."""

    PAUSE_SECONDS = 0.5

    def __init__(self, logs: Any, group: str, path: Path) -> None:
        self._logs, self._group, self._path = logs, group, path
        self._next = 0.0

    def copy(self, *, now: bool = False) -> None:
        if not now and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self.PAUSE_SECONDS
        try:
            streams = self._logs.describe_log_streams(logGroupName=self._group)["logStreams"]
            for stream in streams:
                self._move(stream["logStreamName"])
        except (ClientError, BotoCoreError):
            return  # the emulator is busy or stopping; the next call finds the streams again

    def _move(self, stream: str) -> None:
        events = self._logs.get_log_events(logGroupName=self._group, logStreamName=stream, startFromHead=True)["events"]
        if not events:  # the stream was just created and gets its events soon
            return
        with self._path.open("a") as file:
            file.writelines(event["message"].rstrip("\n") + "\n" for event in events)
        self._logs.delete_log_stream(logGroupName=self._group, logStreamName=stream)
