"""`make sabotage`: make each break in a copy of the code, run the tests that must notice it, tell which did not.

Ends with 1 when a break was missed. `python -m tests.sabotage PART` makes only the breaks whose name or row holds PART.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

from tests.sabotage.breaks import ROOT, Break, find_test, load_breaks

COPIES = 2  # breaks at a time, each in a copy of its own
MAX_SECONDS = 240  # for the tests of one break
MAX_SECONDS_UNBROKEN = 900  # for all of the tests, once
IMPORTED_FROM = ("", "lambdas", "frontend", "client", "frontend/payment-entry")


def main() -> int:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    breaks = [each for each in load_breaks() if wanted in each.name or wanted in each.row]
    with ExitStack() as stack:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(COPIES):
            copies.put(copy_files(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"sabotage-{number}-")))))
        print(f"{len(breaks)} breaks. First the same tests on the code as it is ...", flush=True)
        if failed := _failing_unbroken(copies, breaks):
            print("These fail on the unbroken code:", *sorted(failed), sep="\n  ")
            return 1
        with ThreadPoolExecutor(COPIES) as pool:
            missed = dict(zip(breaks, pool.map(lambda each: _try_break(each, copies), breaks), strict=True))
    return report(missed)


def copy_files(target: Path) -> Path:
    """Every file that Git knows or would add, as it stands here."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    for name in listed.split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def report(missed: dict[Break, frozenset[str]]) -> int:
    """Prints each row with its breaks, then the totals. `missed`: the tests that did not fail, by break."""
    rows = {each.row: [other for other in missed if other.row == each.row] for each in missed}
    caught = [row for row, breaks in rows.items() if not any(missed[each] for each in breaks)]
    for row, breaks in rows.items():
        print(f"\n{'caught' if row in caught else 'MISSED'}  {row}")
        for each in breaks:
            print(f"    {each.name}", *(f"        not noticed by {test}" for test in sorted(missed[each])), sep="\n")
    print(f"\n{len(missed)} breaks\nrows {len(rows)}, caught {len(caught)}, missed {len(rows) - len(caught)}")
    return 0 if len(caught) == len(rows) else 1


def _try_break(planned: Break, copies: "SimpleQueue[Path]") -> frozenset[str]:
    """The tests that do not notice the break."""
    copy = copies.get()
    file = copy / planned.file
    source = file.read_text()
    try:
        file.write_text(planned.apply(source))
        missed = frozenset(planned.tests) - failing(copy, planned.tests, MAX_SECONDS)
    finally:
        file.write_text(source)
        copies.put(copy)
    print("MISSED" if missed else "caught", planned.name, flush=True)
    return missed


def _failing_unbroken(copies: "SimpleQueue[Path]", breaks: Iterable[Break]) -> set[str]:
    copy = copies.get()
    try:
        tests = {test for each in breaks for test in each.tests}
        return failing(copy, tests, MAX_SECONDS_UNBROKEN, outcomes="FAILED|ERROR")
    finally:
        copies.put(copy)


def failing(copy: Path, tests: Iterable[str], seconds: int, outcomes: str = "FAILED") -> set[str]:
    """Those of `tests` that fail in the copy. One that cannot be run, or not in time, has noticed nothing."""
    for cached in copy.rglob("__pycache__"):
        shutil.rmtree(cached)  # byte code is told apart by whole seconds, and the breaks come faster
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=no", *map(find_test, tests)],
            cwd=copy,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(str(copy / part) for part in IMPORTED_FROM)},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return set()
    return set(re.findall(rf"^(?:{outcomes}) \S+?::(\w+)", done.stdout, re.MULTILINE))


if __name__ == "__main__":
    sys.exit(main())
