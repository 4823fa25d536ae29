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
# Top-level directory → the directory that its modules are imported from.
TOPS = {"lambdas": "lambdas", "frontend": "frontend", "client": "client", "infra": "", "local": "", "benchmarks": ""}


@cache
def rooms() -> dict[str, frozenset[str]]:
    """What each room may import, by folder: a room by its name or by the end of its path, or all rooms of a folder."""
    table = (ROOT / "docs/architecture.md").read_text().partition("## One turn")[0]
    return {
        folder: frozenset(re.findall(r"[\w/]+", allowed))
        for folders, allowed in ROW.findall(table)
        for folder in re.findall(r"`([^`]+)`", folders)
    }


@cache
def modules() -> dict[str, Path]:
    """Every module outside tests, by the name it is imported under."""
    found = {}
    for top, base in TOPS.items():
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


def meant(name: str) -> set[str]:
    """The rooms that a name in the last column means."""
    return {room for room in rooms() if f"/{room}".endswith(f"/{name}") or room.split("/")[0] == name}


def may_import(room: str, other: str) -> bool:
    return room == other or any(other in meant(name) for name in rooms()[room])


@pytest.mark.parametrize("room", rooms())
def test_what_a_room_may_import_is_named_without_doubt(room: str):
    tops = {each.split("/")[0] for each in rooms()}

    assert {name: len(meant(name)) for name in rooms()[room] - tops} == dict.fromkeys(rooms()[room] - tops, 1)


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


SOURCES = [ROOT / "app.py", *(file for top in TOPS for file in (ROOT / top).rglob("*.py"))]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_outside_tests_is_short_enough_to_be_read(file: Path):
    assert len(file.read_text().splitlines()) <= MAX_LINES


# What only a handler may ask: everything else is given the time, its settings and its ids.
ASKED_BY_HANDLERS = re.compile(
    r"\b(time\.(time|time_ns|monotonic)|os\.(environ|getenv)|(datetime\.(now|utcnow)|date\.today)|uuid\.\w+|secrets\.\w+)\b"
)


@pytest.mark.parametrize(
    "file",
    [
        file
        for file in SOURCES
        if "chat" in file.relative_to(ROOT).parts and file.name not in ("handler.py", "wiring.py")
    ],
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_only_handler_and_wiring_read_clock_and_environment_and_make_ids_and_keys(file: Path):
    assert ASKED_BY_HANDLERS.findall(ast.unparse(ast.parse(file.read_text()))) == []
