"""Digits said in words, in any script, spelling or slip of the pen: no name, and nothing that is remembered."""

import pytest

from chat.understanding.interpret import interpret
from chat.values.brands import Brand
from chat.values.card import Refusal
from chat.values.session import KeptCard, Sealed, Session, Step
from tests.conversations.offline import POLICY, TODAY
from tests.families import codes_in_words

CARD = KeptCard(Brand.VISA, "4242", Sealed(b""))

SPOKEN = {
    "katakana": ("ja", "ヨンニヨンニヨンニヨンニヨンニヨンニヨンニヨンニ"),
    "half-width katakana": ("ja", "ﾖﾝﾆﾖﾝﾆﾖﾝﾆﾖﾝﾆﾖﾝﾆﾖﾝﾆﾖﾝﾆﾖﾝﾆ"),
    "a code in katakana": ("ja", "ナナハチキュウ"),
    "an Italian elision": ("it", "settecentottantanove"),
    "a short Italian elision": ("it", "centotto"),
    "Arabic with another last letter": ("ar", "سبعه ثمانيه تسعه"),
    "no umlaut": ("de", "fuenfzig acht"),
    "naught": ("en", "naught naught seven"),
    "as pilots say it": ("en", "seven niner eight"),
    "a Swahili spelling": ("sw", "sufuri saba nane"),
    "Chinese on the radio": ("zh", "洞洞拐"),
    "slips of the pen": ("en", "sevn eigth nien"),
    "Portuguese with an and": ("pt", "sete oito e nove"),
    "a slip in katakana beside a digit": ("ja", "ニ ナナジュゴ"),
    "slips in Arabic before an and": ("ar", "أرعبة ثممانية وثلاثون"),
}

SCATTERED = {
    "other words between": ("en", "nine and then two and then two"),
    "other words between, in another language": ("zh", "七 followed by 八 followed by 二"),
    "other words around": ("en", "c'est nine next six next four"),
}


@pytest.mark.parametrize(("tag", "said"), SPOKEN.values(), ids=SPOKEN)
@pytest.mark.parametrize("form", ["{}", "wait, {}", "{}?", "{} please"])
def test_a_code_in_words_is_remembered_nowhere(tag, said, form):
    session = Session("abc", tag, Step.CVV, name="Ada", card=CARD)

    heard = interpret(form.format(said), session, TODAY, POLICY)

    assert not {piece for piece in said.split() if piece in heard.masked and len(piece) > 1}, heard.masked
    assert said not in heard.masked


@pytest.mark.parametrize(("tag", "said"), [*SPOKEN.values(), *SCATTERED.values()], ids=[*SPOKEN, *SCATTERED])
def test_digits_in_words_are_no_name(tag, said):
    heard = interpret(said, Session("abc", tag, Step.NAME), TODAY, POLICY)

    assert heard.name is None or isinstance(heard.name, Refusal), heard.name


@pytest.mark.parametrize("name", ["John John", "one two three four five six seven eight", "A B C D E F G"])
def test_a_name_repeats_no_word_and_has_at_most_six(name):
    assert isinstance(interpret(name, Session("abc", "en", Step.NAME), TODAY, POLICY).name, Refusal)


@pytest.mark.parametrize(
    "name",
    [
        "Juan de la Cruz de Torre",
        "Sven Nilsson",
        "Otto Fischer",
        "Mary Ann Lee",
        "Jose de la Cruz",
        "Dan Owen Tu",
    ],
)
def test_real_names_near_number_words_are_accepted(name):
    assert interpret(name, Session("abc", "en", Step.NAME), TODAY, POLICY).name == name


def test_no_code_in_any_words_at_any_step_comes_to_light():
    leaking = [said for said in codes_in_words.family(25) if said.leaks()]

    assert [(said.language, said.step, said.has_slips) for said in leaking] == []
