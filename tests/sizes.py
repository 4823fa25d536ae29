"""How often a property is tried: a part in `make test`, all of it in `make evidence`.

A test whose size depends on this has the marker `sized`: tests/evidence/full_size.py runs those at full size.
"""

import os

VARIABLE = "FULL_SIZE"


def size(full: int, part: int) -> int:
    return full if os.environ.get(VARIABLE) == "yes" else part
