"""Change the code that decides about cards in a thousand small ways; the tests must notice. `make mutation`.

It takes an hour and more on two cores. The mutation tester expects the modules in a directory called `src`, so it works
in a copy of its own.
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
# What decides about digits, and about a confirmation.
MODULES = (
    "understanding.digits.corrections",
    "values.brands",
    "values.card",
    "languages.spellings",
    "understanding.card_field",
    "understanding.card_numbers",
    "understanding.corrections.dates",
    "understanding.corrections.denial",
    "understanding.corrections.heard_name",
    "understanding.digits.ideographs",
    "understanding.digits.misspellings",
    "understanding.digits.normalize",
    "understanding.digits.number_words",
    "understanding.expiries",
    "understanding.fields",
    "understanding.interpret",
    "understanding.labels",
    "understanding.names",
    "understanding.redact",
    "understanding.typed_field",
    "http.events",
    "dialogue.state_machine",
    "turns.confirm",
)
TESTS = (
    "card", "dialogue", "redact", "understanding", "card_and_code", "corrections", "words_as_digits", "typed_field",
    "events", "conversations", "turn", "confirm", "names_of_people", "people",
)  # fmt: skip
# The tests of speed are left out: they notice a busy machine, not a change.
SETTINGS = f"""
[tool.pytest.ini_options]
addopts = "-q -p no:cacheprovider -p no:xdist"

[tool.mutmut]
source_paths = ["src"]
only_mutate = {json.dumps([f"src/chat/{module.replace('.', '/')}.py" for module in MODULES])}
also_copy = ["local", "docs"]
pytest_add_cli_args = ["-x", "--hypothesis-profile=mutation", "-k", "not milliseconds and not ten_seconds"]
pytest_add_cli_args_test_selection = {json.dumps([f"tests/unit/test_{test}.py" for test in TESTS])}
"""
# The same examples each time, few of them: a mutant is run hundreds of times.
PROFILE = """
from hypothesis import HealthCheck, settings
settings.register_profile("mutation", derandomize=True, database=None, deadline=None, max_examples=25,
                          suppress_health_check=list(HealthCheck))
"""
NOTICED = ("killed", "timeout", "suspicious", "segfault", "caught by type check")


def prepare() -> None:
    shutil.rmtree(WORK, ignore_errors=True)
    for source, target in (("lambdas", "src"), ("tests", "tests"), ("local", "local"), ("docs", "docs")):
        shutil.copytree(ROOT / source, WORK / target, ignore=shutil.ignore_patterns("__pycache__"))
    (WORK / "pyproject.toml").write_text(SETTINGS)
    (WORK / "tests" / "conftest.py").write_text(PROFILE)


def results() -> dict[str, Counter[str]]:
    listed = subprocess.check_output(["mutmut", "results", "--all", "true"], cwd=WORK, text=True)
    found: dict[str, Counter[str]] = {module: Counter() for module in MODULES}
    for line in listed.splitlines():
        name, _, status = line.strip().rpartition(": ")
        if name.startswith("chat."):
            found[next(module for module in MODULES if name.startswith(f"chat.{module}."))][status] += 1
    return found


def main() -> int:
    if "--results" not in sys.argv:
        prepare()
        subprocess.run(["mutmut", "run", "--max-children", "2"], cwd=WORK, check=False)
    modules = {
        module: {"killed": sum(counts[status] for status in NOTICED), "mutants": counts.total(), **counts}
        for module, counts in results().items()
    }
    RESULT.write_text(json.dumps({"date": datetime.now(UTC).strftime("%Y-%m-%d"), "modules": modules}, indent=1) + "\n")
    for module, score in modules.items():
        print(f"{module:27} {score['killed']} of {score['mutants']} noticed")
    return 0 if all(score["killed"] >= 0.85 * score["mutants"] for score in modules.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
