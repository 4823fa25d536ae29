"""Change the code that decides about cards in a thousand small ways; the tests must notice. `make mutation`.

It takes an hour and more on two cores. The mutation tester expects the modules in a directory called `src`, so it works
in a copy of its own. `python -m tests.evidence.mutation values.card values.brands` measures these modules alone.
"""

import json
import shutil
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime

from local.runner.environment import ROOT

WORK = ROOT / ".cache" / "mutation"
RESULT = ROOT / "docs" / "mutation.json"
# What decides about digits, and about a confirmation; each with the tests that are about it, in `tests/unit`.
MODULES = {
    "values.brands": ("card",),
    "values.card": ("card",),
    "languages.folding": ("folding", "understanding", "words_as_digits"),
    "languages.spellings": ("spellings",),
    "languages.vocabulary": ("vocabulary", "number_words"),
    "understanding.card_field": ("card_and_code", "understanding", "corrections", "conversations"),
    "understanding.card_numbers": ("card_and_code", "understanding", "conversations"),
    "understanding.corrections.dates": ("corrections", "people", "conversations"),
    "understanding.corrections.denial": ("corrections",),
    "understanding.corrections.heard_name": ("beside", "people", "corrections", "conversations"),
    "understanding.corrections.replacing_name": ("replacing_name",),
    "understanding.decisions.admission": ("beside", "asides", "card_and_code", "conversations"),
    "understanding.digits.cardinals": ("number_words",),
    "understanding.digits.ideographs": ("redact", "understanding"),
    "understanding.digits.misspellings": ("misspellings",),
    "understanding.digits.normalize": ("normalize",),
    "understanding.digits.number_words": ("number_words",),
    "understanding.expiries": ("expiries", "understanding", "corrections", "conversations"),
    "understanding.extraction": ("understanding", "conversations"),
    "understanding.fields": ("understanding", "card_and_code", "corrections", "conversations"),
    "understanding.interpret": ("beside", "understanding", "redact", "conversations"),
    "understanding.labels": ("understanding", "redact", "conversations"),
    "understanding.corrections.name_digits": ("masking",),
    "understanding.names": ("beside", "people", "understanding", "conversations"),
    "understanding.pointing.by_model": ("model_points",),
    "understanding.pointing.name_beside": ("beside", "people"),
    "understanding.redact": ("masking", "redact"),
    "understanding.typed_field": ("typed_field",),
    "http.events": ("events",),
    "dialogue.state_machine": ("dialogue", "conversations"),
    "turns.confirm": ("confirm", "turn"),
}
# Left out are the tests of speed, which notice a busy machine and not a change, and those that count over thousands.
LEFT_OUT = "not milliseconds and not ten_seconds and not two_thousand and not ninety_three and not sixty_minutes"
SETTINGS = """
[tool.pytest.ini_options]
addopts = "-q -p no:cacheprovider -p no:xdist"

[tool.mutmut]
source_paths = ["src"]
only_mutate = {modules}
also_copy = ["local", "docs"]
pytest_add_cli_args = ["-x", "--hypothesis-profile=mutation", "-k", "{left_out}"]
pytest_add_cli_args_test_selection = {tests}
"""
# The same examples each time, few of them, the quick tests first, and every twentieth name: a mutant is run hundreds of
# times. The vocabulary is read once and kept, in the process that each mutant starts from: it is read anew, and the
# table of the brands built anew, so that the code that does so is seen to be used.
PROFILE = """
import json
import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

from tests.families.names import NAMES

for each in NAMES.values():
    each.update({kind: names[::20] for kind, names in each.items()})
settings.register_profile("mutation", derandomize=True, database=None, deadline=None, max_examples=25,
                          suppress_health_check=list(HealthCheck))
last = None


def forget():
    brands = sys.modules.get("chat.values.brands")
    if brands:
        brands._CUTS, brands._BRANDS = brands._segments()
    for name, module in list(sys.modules.items()):
        for each in list(vars(module).values()) if name.startswith("chat.") else ():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


def pytest_sessionstart():
    forget()


def pytest_collection_modifyitems(items):
    stats = Path("mutmut-stats.json")
    seconds = json.loads(stats.read_text())["duration_by_test"] if stats.exists() else {}
    items.sort(key=lambda item: seconds.get(item.nodeid, 0))


def pytest_runtest_setup(item):
    global last
    if os.environ.get("MUTANT_UNDER_TEST") == "stats" and item.originalname != last:
        forget()
        last = item.originalname
"""
NOTICED = ("killed", "timeout", "suspicious", "segfault", "caught by type check")


def prepare(module: str) -> None:
    shutil.rmtree(WORK, ignore_errors=True)
    for source, target in (("lambdas", "src"), ("tests", "tests"), ("local", "local"), ("docs", "docs")):
        shutil.copytree(ROOT / source, WORK / target, ignore=shutil.ignore_patterns("__pycache__"))
    (WORK / "pyproject.toml").write_text(
        SETTINGS.format(
            modules=json.dumps([f"src/chat/{module.replace('.', '/')}.py"]),
            left_out=LEFT_OUT,
            tests=json.dumps([f"tests/unit/test_{test}.py" for test in MODULES[module]]),
        )
    )
    (WORK / "tests" / "conftest.py").write_text(PROFILE)


def results() -> Counter[str]:
    listed = subprocess.check_output(["mutmut", "results", "--all", "true"], cwd=WORK, text=True)
    found = (line.strip().rpartition(": ") for line in listed.splitlines())
    return Counter(status for name, _, status in found if name.startswith("chat."))


def measure(module: str) -> dict[str, str | int]:
    """One process, so that it can run beside other work."""
    prepare(module)
    subprocess.run(["mutmut", "run", "--max-children", "1"], cwd=WORK, check=False)
    counts = results()
    killed = sum(counts[status] for status in NOTICED)
    return {**counts, "date": datetime.now(UTC).strftime("%Y-%m-%d"), "killed": killed, "mutants": counts.total()}


def main() -> int:
    wanted = sys.argv[1:] or list(MODULES)
    if unknown := set(wanted) - set(MODULES):
        sys.exit(f"No such module in the list: {', '.join(sorted(unknown))}")
    known = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    for module in wanted:
        known[module] = measure(module)
        known = {each: known[each] for each in MODULES if each in known}
        RESULT.write_text(json.dumps(known, indent=1) + "\n")
    for module, score in known.items():
        print(f"{module:36} {score['killed']} of {score['mutants']} noticed")
    return 0 if all(score["killed"] >= 0.85 * score["mutants"] for score in known.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
