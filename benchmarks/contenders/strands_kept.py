"""Strands again, with the storage kept for the life of the process, which its interface allows."""

from benchmarks.contenders.strands_manager import Strands


def contender() -> Strands:
    return Strands(kept=True)
