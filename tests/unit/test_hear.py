"""`make hear` says how well a model points."""

import pytest

from chat.languages.language import language_tags
from infra.stages import stage_named
from tests.conversations import hear
from tests.conversations.hear import Chosen


def test_it_asks_about_every_meaning_in_every_language_and_the_stand_in_knows_most():
    messages = [each for each in hear.sayings() if each.language in ("en", "ja")]
    found = hear.ask_all(hear.model_of(stage_named("local")), messages)
    right = sum(hear.verdict(each) == "right" for each in found)

    assert len({each.meant for each in messages}) == len(messages) / 2 == 69
    assert right >= 0.75 * len(messages)


def test_the_report_tells_right_other_none_and_failed_apart():
    asked = next(each for each in hear.sayings() if each.meant == "safe")
    other = next(each for each in asked.said.phrases.values() if each != "safe")
    found = [Chosen(asked, meaning, 0.5) for meaning in ("safe", other, "none", "failed", "failed")]
    lines = hear.report([*found, Chosen(asked, "safe", 3.0)]).splitlines()

    assert lines[2] == "| all | 6 | 6 | 2 | 1 | 1 | 0 | 2 |"
    assert f"  safe → {other}: 1" in lines
    assert lines[-1].endswith("1 of 6 later than a turn waits (2 s)")


def test_the_rules_are_held_against_long_messages_too():
    messages = [each for each in hear.long_messages() if each.language == "en"]

    assert len(messages) == 56
    assert 0.3 <= sum(each.is_found_by_rules for each in messages) / len(messages) <= 0.95


def test_the_corpus_has_messages_that_are_open():
    assert {each.language for each in hear.corpus()} >= {*language_tags()} - {"ar"}


def test_without_credentials_it_says_so(monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")

    with pytest.raises(SystemExit, match="cannot be asked without AWS credentials"):
        hear.main("dev")
