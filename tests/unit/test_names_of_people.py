"""Common names of the countries where the eleven languages are spoken are names, alone and together."""

import tomllib
from pathlib import Path

import pytest

from chat.understanding.interpret import interpret
from chat.values.session import Session, Step
from tests.conversations.offline import POLICY, TODAY

NAMES = tomllib.loads((Path(__file__).parents[1] / "families/names.toml").read_text(encoding="utf-8"))
UNSPACED = {"ja", "zh"}
# Said alone where a name is asked for, these answer something else: "perfect" in Arabic, "name" in Swahili.
ALSO_COMMANDS = {"ar": {"تمّام", "تمام"}, "sw": {"Jina"}}


def together(tag: str) -> list[str]:
    given, family = NAMES[tag]["given"], NAMES[tag]["family"]
    pairs = [(given[at], family[(at + turn) % len(family)]) for turn in (0, 7, 40) for at in range(len(given))]
    pairs = [pair for pair in pairs if pair[0] != pair[1] and pair[0] not in ALSO_COMMANDS.get(tag, ())]
    return ["".join(reversed(pair)) if tag in UNSPACED else " ".join(pair) for pair in pairs]


def test_two_thousand_names_are_tried():
    assert sum(len(names["given"]) + len(names["family"]) for names in NAMES.values()) >= 2000


@pytest.mark.parametrize("language", ["en", "own"])
@pytest.mark.parametrize("tag", NAMES)
def test_common_names_are_names(tag, language):
    session = Session("abc", tag if language == "own" else "en", Step.NAME)
    names = [*NAMES[tag]["given"], *NAMES[tag]["family"], *together(tag)]

    refused = [name for name in names if interpret(name, session, TODAY, POLICY).name != name]

    assert set(refused) <= ALSO_COMMANDS.get(tag, set())


@pytest.mark.parametrize("tag", NAMES)
def test_common_names_are_remembered_as_they_are(tag):
    session = Session("abc", tag, Step.NAME)

    hidden = [name for name in together(tag) if interpret(name, session, TODAY, POLICY).masked != name]

    assert hidden == []
