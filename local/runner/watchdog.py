"""End process groups when the process that made them dies, however that happens.

Started by it, with its standard input: lines `+ 123` and `- 123` add and remove a group, the end of the input means
that it is gone. (Linux could signal a child at its parent's death, but not that child's own children.)
"""

import os
import signal
import sys
import time
from contextlib import suppress

GRACE = 4.5  # seconds between asking a group to end and killing it: the emulator stores its state meanwhile


def end(groups: set[int], number: int) -> set[int]:
    """Signal them; those that are still there."""
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
    left = end(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = end(left, 0)
    end(left, signal.SIGKILL)


if __name__ == "__main__":
    main()
