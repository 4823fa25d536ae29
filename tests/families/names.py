"""Common given and family names of the eleven languages' countries, alone and together: names.toml says from where."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

NAMES = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
UNSPACED = {"ja", "zh"}
# Said alone where a name is asked for, these answer something else: "perfect" in Arabic, "name" in Swahili.
ALSO_COMMANDS = {"ar": {"تمّام", "تمام"}, "sw": {"Jina"}}


def alone(tag: str) -> list[str]:
    return [name for name in (*NAMES[tag]["given"], *NAMES[tag]["family"]) if name not in ALSO_COMMANDS.get(tag, ())]


def together(tag: str) -> Iterator[str]:
    given, family = NAMES[tag]["given"], NAMES[tag]["family"]
    for turn in (0, 7, 40):
        for at, name in enumerate(given):
            other = family[(at + turn) % len(family)]
            if name != other and name not in ALSO_COMMANDS.get(tag, ()):
                yield f"{other}{name}" if tag in UNSPACED else f"{name} {other}"
