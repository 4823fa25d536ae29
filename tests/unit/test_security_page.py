"""docs/security.md names tests: they exist, and for each row a break of the code shows that they notice it."""

import re

import pytest

from tests.sabotage.breaks import ROOT, Break, cited_tests, find_test, load_breaks

PAGE = (ROOT / "docs/security.md").read_text()
NAMED = sorted(set(re.findall(r"`(test_\w+)`", PAGE)))
BREAKS = load_breaks()


def test_every_threat_cites_a_test():
    threats = re.findall(r"^\| (?!threat|---)([^|]+) \|", PAGE.partition("## Threats")[2], re.MULTILINE)

    assert len(threats) > 30
    assert threats == list(cited_tests())


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_exists(name: str):
    find_test(name)


def test_every_row_has_a_break():
    assert set(cited_tests()) == {each.row for each in BREAKS}


def test_every_break_has_a_name_of_its_own():
    assert len({each.name for each in BREAKS}) == len(BREAKS)


@pytest.mark.parametrize("planned", BREAKS, ids=lambda planned: planned.name)
def test_a_break_fits_the_code_and_is_noticed_by_tests_that_its_row_cites(planned: Break):
    source = (ROOT / planned.file).read_text()

    assert planned.apply(source) != source
    assert planned.tests
    assert set(planned.tests) <= cited_tests()[planned.row]


@pytest.mark.parametrize("source", ["", "twice twice"])
def test_a_break_that_does_not_fit_the_code_is_an_error(source: str):
    planned = Break("a break", "a row", "a file", old="twice", new="once", tests=())

    with pytest.raises(ValueError, match="a break: a file holds the text to replace"):
        planned.apply(source)
