"""The rows of docs/security.md, and the breaks of breaks.toml: the changes of the code that the tests must notice."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE_ROW = re.compile(r"^\| (?P<threat>[^|]+) \| [^|]+ \| (?P<tests>[^|]*`test_\w+`[^|]*) \|$", re.MULTILINE)
# Where a cited test is looked for, in this order: a test of the same name may exist for a stage, too.
SUITES = ("unit", "infra", "integration", "browser", "properties", "lifecycle")


@dataclass(frozen=True)
class Break:
    """Replaces `old`, which stands in `file` exactly once, by `new`. Each of `tests` must fail then."""

    name: str
    row: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def apply(self, source: str) -> str:
        """Raises ValueError when `old` does not stand in `source` exactly once."""
        if source.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.file} holds the text to replace {source.count(self.old)} times")
        return source.replace(self.old, self.new)


def load_breaks() -> tuple[Break, ...]:
    listed = tomllib.loads((ROOT / "tests/sabotage/breaks.toml").read_text())["break"]
    return tuple(Break(**{**each, "tests": tuple(each["tests"])}) for each in listed)


def cited_tests() -> dict[str, frozenset[str]]:
    """The tests that each row of docs/security.md cites, by its threat."""
    page = (ROOT / "docs/security.md").read_text()
    return {row["threat"]: frozenset(re.findall(r"`(test_\w+)`", row["tests"])) for row in TABLE_ROW.finditer(page)}


def find_test(name: str) -> str:
    """The test as pytest is told it, `tests/unit/test_x.py::test_name`. Raises LookupError."""
    for suite in SUITES:
        for file in sorted((ROOT / "tests" / suite).glob("test_*.py")):
            if re.search(rf"^def {name}\(", file.read_text(), re.MULTILINE):
                return f"{file.relative_to(ROOT)}::{name}"
    raise LookupError(f"there is no test {name}")
