"""What the history keeps of a number in ideographs: nothing, however it is grouped or mixed."""

from datetime import date

import pytest

from chat.brands import ACCEPTED
from chat.session import Policy, Session, Step
from chat.understand import understand

POLICY = Policy(ACCEPTED, "help@example.com")


@pytest.mark.parametrize(
    "typed",
    [
        "四二四二四二四二四二四二四二四二",
        "四二四二 四二四二 四二四二 四二四一",
        "四二 - 四二 - 四二 - 四二 - 四二 - 四二 - 四二 - 四一",
        "四、二、四、二、四、二、四、二、四、二、四、二、四、二、四、一",
        "四.二.四.二.四.二.四.二",
        "四二4242四二4242",
        "4二4二 4二4二 4二4二",
    ],
)
@pytest.mark.parametrize("step", [Step.NAME, Step.CARD, Step.CVV])
def test_a_number_in_ideographs_leaves_none_of_them(typed, step):
    heard = understand(typed, Session("abc", step=step), date(2026, 11, 23), POLICY)

    assert not set(heard.masked) & set("〇零一二三四五六七八九")


@pytest.mark.parametrize(
    "typed",
    [
        "nine seven nine two zero two three",
        "my name is four two four two",
        "Four Two Four Two Smith",
        "四二九一九·二八八",
        "九七九二零二三",
    ],
)
@pytest.mark.parametrize("step", [Step.NONE, Step.NAME, Step.CONFIRM])
def test_digits_in_words_are_no_name(typed, step):
    heard = understand(typed, Session("abc", step=step), date(2026, 11, 23), POLICY)

    assert not isinstance(heard.name, str)
    assert not {"seven", "four", "四", "九"} & set(heard.masked.lower().replace("四", " 四 ").split())


def test_an_ideograph_in_a_name_stays():
    assert understand("张三", Session("abc", step=Step.NAME), date(2026, 11, 23), POLICY).masked == "张三"
