import re
from pathlib import Path

import pytest

from payments.link import ORDER_ID
from tests.infra.conftest import Template

ROOT = Path(__file__).resolve().parents[2]
DOCS = [
    ROOT / "docs" / name
    for name in ("deploy.md", "go-live.md", "runbook.md", "architecture.md", "merchant-stand-in.md")
]
RUNBOOK = (ROOT / "docs/runbook.md").read_text()
ENTRIES = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##)", RUNBOOK + "\n##", re.DOTALL | re.MULTILINE))


def alarms(templates: dict[str, Template]) -> set[str]:
    found = (a for t in templates.values() for a in t.of_type("AWS::CloudWatch::Alarm").values())
    return {re.findall(r"docs/runbook\.md, (\w+)\.$", alarm["AlarmDescription"])[0] for alarm in found}


def test_every_alarm_has_an_entry_and_every_entry_an_alarm(templates: dict[str, Template]):
    assert set(ENTRIES) == alarms(templates)


@pytest.mark.parametrize("alarm", ENTRIES)
def test_an_entry_says_what_it_means_what_to_look_at_and_what_to_do(alarm: str):
    parts = dict(re.findall(r"\*\*([\w ]+)\*\*: (.+)", ENTRIES[alarm]))

    assert list(parts) == ["Means", "Look at", "Do"]
    assert all(len(part) > 30 for part in parts.values())


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_the_commands_that_are_named_exist(page: Path):
    makefile = (ROOT / "Makefile").read_text()

    for command in set(re.findall(r"(?:`|\$ )make ([a-z-]+)", page.read_text())):
        assert f"\n{command}: $(READY)" in makefile, command


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda page: page.name
)
def test_the_ids_of_orders_are_as_long_as_real_ones(page: Path):
    assert [each for each in re.findall(r"ord_[0-9a-f]+\b", page.read_text()) if not ORDER_ID.fullmatch(each)] == []


def test_the_files_of_the_architecture_exist():
    for name in re.findall(r"^\| `([^|]+)` \|", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE):
        for path in name.replace("`", "").split(", "):
            assert (ROOT / path).exists() or (ROOT / "infra" / path).exists(), path


def test_the_queries_that_are_named_are_saved(templates: dict[str, Template]):
    saved = {q["Name"].split("/")[1] for q in templates["prod-Api"].of_type("AWS::Logs::QueryDefinition").values()}
    named = set(re.findall(r"(?:query|queries|\*\*Look at\*\*:) `([a-z-]+)`", RUNBOOK))

    assert named
    assert named <= saved


def test_the_settings_that_are_named_exist():
    config = (ROOT / "infra/config.py").read_text()

    for setting in (
        "attempts_per_address",
        "attempts_per_card",
        "requests_per_address",
        "reserved_concurrency",
        "memory",
    ):
        assert f"`{setting}`" in RUNBOOK
        assert f"    {setting}: " in config
