"""How fast this machine is just now: bounds on time are those of a machine that does the reference work in `USUAL`."""

import re
import time

USUAL = 0.00055  # seconds of CPU for the reference work: measured on an idle two-core machine with CPython 3.11
_WORD = re.compile(r"\w+")
_TEXT = "one two three four five six seven eight nine ten " * 100


def slowness() -> float:
    """1 on the usual machine or a faster one, 2 on one that takes twice as long for the reference work."""
    return max(1.0, min(_reference() for _ in range(10)) / USUAL)


def _reference() -> float:
    """What reading a message does: match words, fold them, look them up, add up."""
    begun = time.process_time()
    counted: dict[str, float] = {}
    for match in _WORD.finditer(_TEXT):
        for part in (match[0][:4], match[0][1:], match[0].upper().casefold()):
            counted[part] = counted.get(part, 0.0) + 1.0
    sorted(counted.items())
    return time.process_time() - begun
