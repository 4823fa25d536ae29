import re

import pytest

from infra.operations.stripe_key import check_key
from infra.stages import STAGES

TEST_KEY = "sk_test_" + "a1B2" * 6
LIVE_KEY = "rk_live_" + "a1B2" * 6


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_a_test_key_is_taken_anywhere(stage: str):
    assert check_key(f"  {TEST_KEY}\n", STAGES[stage]) == TEST_KEY


def test_prod_takes_a_live_key():
    assert check_key(LIVE_KEY, STAGES["prod"]) == LIVE_KEY


@pytest.mark.parametrize("stage", ["local", "dev", "staging"])
def test_no_other_stage_takes_a_live_key(stage: str):
    with pytest.raises(SystemExit, match="test keys only"):
        check_key(LIVE_KEY, STAGES[stage])


WRONG = {
    "nothing": "",
    "a publishable key": "pk_test_" + "a1B2" * 6,
    "half a key": "sk_test_",
    "two keys": f"{TEST_KEY} {TEST_KEY}",
    "a sentence": "my key is secret",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_is_no_secret_key_is_refused_and_not_quoted(text: str):
    with pytest.raises(SystemExit) as refused:
        check_key(text, STAGES["dev"])

    words = re.findall(r"\w{12,}", text)
    assert not [word for word in words if word in str(refused.value)]
