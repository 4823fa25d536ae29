from dataclasses import replace

import pytest

from infra.config import LLAMA
from infra.stages import PROD, STAGES, contradictions, stage_named


def test_there_are_four_stages():
    assert list(STAGES) == ["local", "dev", "staging", "prod"]


def test_an_unknown_stage_lists_the_known_ones():
    with pytest.raises(SystemExit, match=r"'test'.*local, dev, staging, prod"):
        stage_named("test")


def test_the_stand_ins_of_the_local_stage_can_be_moved():
    moved = stage_named("local", {"stripeUrl": "http://127.0.0.1:1", "modelUrl": "http://127.0.0.1:2"})

    assert (moved.stripe_url, moved.model_url) == ("http://127.0.0.1:1", "http://127.0.0.1:2")


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_no_other_stage_takes_stand_ins(name: str):
    with pytest.raises(SystemExit, match="local"):
        stage_named(name, {"stripeUrl": "http://127.0.0.1:1"})


def test_the_model_is_a_llama_called_through_a_profile_of_its_own():
    assert LLAMA.foundation_model.startswith("meta.llama")
    assert LLAMA.profile == f"us.{LLAMA.foundation_model}"
    assert len(LLAMA.regions) > 1


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_no_stage_contradicts_itself(stage):
    assert contradictions(stage) == ()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("captures", ()),
        ("captures", ("paper",)),
        ("captures", ("hosted", "chat")),
        ("currencies", ()),
        ("currencies", ("EUR",)),
        ("merchant", " "),
        ("webhook_url", "http://shop.example.org/hooks"),
        ("return_hosts", ("https://shop.example.org",)),
        ("retry_scale", 0.5),
    ],
    ids=str,
)
def test_a_setting_that_cannot_work_is_named(setting: str, value: object):
    (broken,) = contradictions(replace(PROD, **{setting: value}))

    assert broken.startswith(f"{setting}:")


def test_a_live_stage_takes_cards_in_the_chat_once_stripe_has_enabled_it():
    assert contradictions(replace(PROD, captures=("chat",), raw_card_data=True)) == ()
