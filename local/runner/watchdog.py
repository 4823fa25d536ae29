"""End process groups when the process that created them dies, even by SIGKILL.

The parent writes to the watchdog's standard input: `+ 123` adds a group and `- 123` removes one. The end of the input
means that the parent is dead. (Linux can signal a child when its parent dies, but not the child's own children.)
"""

import os
import signal
import sys
import time
from contextlib import suppress

GRACE_SECONDS = 4.5  # between SIGTERM and SIGKILL; the emulator needs them to store its state


def signal_groups(groups: set[int], number: int) -> set[int]:
    """Send the signal to the groups. Returns those that still exist."""
    left = set()
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
            left.add(group)
    return left


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        sign, group = line.split()
        (groups.add if sign == "+" else groups.discard)(int(group))
    left = signal_groups(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = signal_groups(left, 0)
    signal_groups(left, signal.SIGKILL)


if __name__ == "__main__":
    main()
