"""Copy the function's log lines out of the emulator, where CloudWatch Logs would keep them, into a file."""

import time
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError


class FunctionLog:
    """Each call of `copy` appends what is new. The emulator makes a stream per invocation, so copied ones go."""

    PAUSE = 0.5  # seconds

    def __init__(self, logs: Any, group: str, path: Path) -> None:
        self._logs, self._group, self._path = logs, group, path
        self._next = 0.0

    def copy(self, *, now: bool = False) -> None:
        if not now and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self.PAUSE
        try:
            streams = self._logs.describe_log_streams(logGroupName=self._group)["logStreams"]
            for stream in streams:
                self._move(stream["logStreamName"])
        except (ClientError, BotoCoreError):
            return  # the emulator is busy or on its way out; the streams are still there next time

    def _move(self, stream: str) -> None:
        events = self._logs.get_log_events(logGroupName=self._group, logStreamName=stream, startFromHead=True)["events"]
        if not events:  # made a moment ago, about to be filled
            return
        with self._path.open("a") as file:
            file.writelines(event["message"].rstrip("\n") + "\n" for event in events)
        self._logs.delete_log_stream(logGroupName=self._group, logStreamName=stream)
