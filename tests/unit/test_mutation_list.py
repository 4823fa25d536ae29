"""`make mutation` changes every module that decides about digits."""

from pathlib import Path

from tests.evidence.mutation import MODULES

ROOT = Path(__file__).parents[2]
CHAT = ROOT / "lambdas/chat"
# What a message wants, how it is cut, and what a result looks like: no digits are decided there.
OTHERS = {
    "understanding.intents", "understanding.clauses", "understanding.decisions.decide",
    "understanding.decisions.disputes", "understanding.decisions.language_request",
    "understanding.corrections.labelled_name", "understanding.corrections.likely_name",
    "understanding.corrections.stated_name", "understanding.pointing.meaning",
    "understanding.pointing.heard_language", "understanding.pointing.clauses_apart",
    "understanding.pointing.questions", "understanding.pointing.at_step",
}  # fmt: skip


def test_every_module_that_decides_about_digits_is_changed():
    files = [file for file in (CHAT / "understanding").rglob("*.py") if file.name != "__init__.py"]
    modules = {".".join(file.relative_to(CHAT).with_suffix("").parts) for file in files}

    assert modules - OTHERS <= set(MODULES)


def test_every_module_and_test_that_is_named_exists():
    assert [module for module in MODULES if not (CHAT / f"{module.replace('.', '/')}.py").is_file()] == []
    tests = {test for chosen in MODULES.values() for test in chosen}
    assert [test for test in tests if not (ROOT / f"tests/unit/test_{test}.py").is_file()] == []
