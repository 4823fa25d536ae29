"""A promise, what was measured, and whether it holds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the evidence. `where`: in memory, or on the local stage."""

    promise: str
    measured: str
    target: str
    ok: bool
    where: str = "in memory"
