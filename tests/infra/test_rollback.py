"""What the operator of a rollback is told before anything is asked of AWS."""

import re

import pytest

from infra.operations.rollback import parse_version


@pytest.mark.parametrize(("text", "version"), [("", None), ("12", 12)])
def test_a_version_is_a_number_and_may_be_left_out(text: str, version: int | None):
    assert parse_version(text) == version


@pytest.mark.parametrize("text", ["abc", "-1", "0", "1.5", "١٢", "$LATEST"])
def test_what_is_no_version_is_named(text: str):
    with pytest.raises(SystemExit, match=re.escape(f"VERSION={text} ")):
        parse_version(text)
