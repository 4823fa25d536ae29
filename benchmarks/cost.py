"""Dollars, from measured units."""

from benchmarks.figures import Result


def write(result: Result) -> None: ...
