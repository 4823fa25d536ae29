"""Strands with one storage object for the whole process, which its interface allows."""

from benchmarks.contenders.strands_manager import Strands


def contender() -> Strands:
    return Strands(kept=True)
