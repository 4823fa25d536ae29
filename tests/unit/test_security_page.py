"""docs/security.md names tests; they are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = sorted(set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text())))


def test_many_are_named():
    assert len(NAMED) > 30


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_exists(name):
    assert any(
        re.search(rf"^def {name}\(", file.read_text(), re.MULTILINE) for file in (ROOT / "tests").rglob("test_*.py")
    )
