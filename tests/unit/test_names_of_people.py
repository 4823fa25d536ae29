"""Common names of the countries where the eleven languages are spoken are names, alone and together."""

from itertools import islice

import pytest

from chat.understanding.interpret import interpret
from chat.values.session import Session, Step
from tests.conversations.offline import POLICY, TODAY
from tests.families.names import NAMES, alone, together


def test_two_thousand_names_are_tried():
    assert sum(len(alone(tag)) for tag in NAMES) >= 2000


@pytest.mark.parametrize("language", ["en", "own"])
@pytest.mark.parametrize("tag", NAMES)
def test_common_names_are_names(tag, language):
    session = Session("abc", tag if language == "own" else "en", Step.NAME)

    refused = [name for name in (*alone(tag), *together(tag)) if interpret(name, session, TODAY, POLICY).name != name]

    assert refused == []


@pytest.mark.parametrize("tag", NAMES)
def test_common_names_are_remembered_as_they_are(tag):
    session = Session("abc", tag, Step.NAME)

    hidden = [name for name in islice(together(tag), 150) if interpret(name, session, TODAY, POLICY).masked != name]

    assert hidden == []
