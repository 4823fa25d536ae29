"""The rooms of docs/architecture.md: which module is in which, and what each may import."""

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (`[^|]+`) \| [^|]+ \| ([^|]*)\|$", re.MULTILINE)
MAX_MODULES, MAX_LINES = 12, 200


@cache
def rooms() -> dict[str, frozenset[str]]:
    """What each room may import, by folder: names of rooms (some with their parent's), or of all rooms in a folder."""
    table = (ROOT / "docs/architecture.md").read_text().partition("## One turn")[0]
    return {
        folder: frozenset(re.findall(r"[\w/]+", allowed))
        for folders, allowed in ROW.findall(table)
        for folder in re.findall(r"`([^`]+)`", folders)
    }


@cache
def modules() -> dict[str, Path]:
    """Every module outside tests and benchmarks, by the name it is imported under."""
    found = {}
    for top, base in (
        ("lambdas", "lambdas"),
        ("frontend", "frontend"),
        ("client", "client"),
        ("infra", ""),
        ("local", ""),
    ):
        for file in (ROOT / top).rglob("*.py"):
            if "payment-entry" not in file.parts:
                name = ".".join(file.relative_to(ROOT / base).with_suffix("").parts).removesuffix(".__init__")
                found[name] = file
    return found


def room_of(file: Path) -> str:
    return str(file.parent.relative_to(ROOT))


def imports(file: Path) -> set[str]:
    """The modules of ours that it imports, also those for type checking only."""
    named = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
    return {name for name in named & modules().keys() if modules()[name].name != "__init__.py" or name.count(".") == 0}


def may_import(room: str, other: str) -> bool:
    return room == other or not rooms()[room].isdisjoint(
        {Path(other).name, other.partition("/")[2], *other.split("/")[:1]}
    )


def test_every_module_is_in_a_room():
    assert {room_of(file) for file in modules().values()} - rooms().keys() == set()


def test_every_room_exists():
    assert [room for room in rooms() if not (ROOT / room).is_dir()] == []


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_module_imports_what_its_room_may(name: str):
    file = modules()[name]
    forbidden = {other for other in imports(file) if not may_import(room_of(file), room_of(modules()[other]))}

    assert forbidden == set()


def test_no_imports_run_in_a_circle():
    graph = {name: imports(file) - {name} for name, file in modules().items()}

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" → ".join(circle.args[1]))


@pytest.mark.parametrize("room", rooms())
def test_a_room_is_small_enough_to_be_known(room: str):
    assert len([file for file in (ROOT / room).glob("*.py") if file.name != "__init__.py"]) <= MAX_MODULES


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_module_is_short_enough_to_be_read(name: str):
    assert len(modules()[name].read_text().splitlines()) <= MAX_LINES
