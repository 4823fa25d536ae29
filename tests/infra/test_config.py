import pytest

from infra.config import LLAMA
from infra.stages import STAGES, stage_named


def test_there_are_four_stages():
    assert list(STAGES) == ["local", "dev", "staging", "prod"]


def test_an_unknown_stage_lists_the_known_ones():
    with pytest.raises(SystemExit, match=r"'test'.*local, dev, staging, prod"):
        stage_named("test")


def test_the_stand_ins_of_the_local_stage_can_be_moved():
    moved = stage_named("local", stripe_url="http://127.0.0.1:1", model_url="http://127.0.0.1:2")

    assert (moved.stripe_url, moved.model_url) == ("http://127.0.0.1:1", "http://127.0.0.1:2")


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_no_other_stage_takes_stand_ins(name: str):
    with pytest.raises(SystemExit, match="local"):
        stage_named(name, stripe_url="http://127.0.0.1:1")


def test_the_model_is_a_llama_called_through_a_profile_of_its_own():
    assert LLAMA.foundation_model.startswith("meta.llama")
    assert LLAMA.profile == f"us.{LLAMA.foundation_model}"
    assert len(LLAMA.regions) > 1
