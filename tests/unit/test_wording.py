"""What the model is told has no digit, and what it answers may stand only when it is harmless."""

import pytest

from chat.adapters.bedrock import BedrockWording, prompt
from chat.languages.language import language_tags, load_language
from chat.turns.composing import Unanswered, WordingRequest
from chat.values.session import Line, Session, Step
from tests.fakes import FakeTelemetry
from wording.checks import fits

FIXED = "Thanks, John. What is the card number?"


def brief(fixed: str = FIXED, step: Step = Step.CARD, language: str = "en", said: str = "hello") -> WordingRequest:
    return WordingRequest(Session("s-1", language=language, step=step, history=(Line("user", said),)), fixed)


class Model:
    def __init__(self, text: str) -> None:
        self.text, self.asked = text, []

    def converse(self, **request):
        self.asked.append(request)
        return {"output": {"message": {"content": [{"text": self.text}]}}}


def worded(text: str, about: WordingRequest | None = None, model_id: str = "a-model") -> str:
    return BedrockWording(Model(text), model_id, FakeTelemetry()).word(about or brief()).text


def test_a_harmless_answer_is_used_without_its_quotes():
    assert worded('"Lovely, John. Which card number shall I take?"') == "Lovely, John. Which card number shall I take?"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("What is the card number? " * 20, id="too long"),
        pytest.param("Is 4242 the card number?", id="a digit"),
        pytest.param("Is ٤٢ the card number?", id="an Arabic digit"),
        pytest.param("Is it card number ½?", id="a fraction"),
        pytest.param("Enter the card number at https://pay.example", id="a link"),
        pytest.param("Enter the card number at pay.example.com", id="a host"),
        pytest.param("**Card number**, please", id="markup"),
        pytest.param("The card number\nplease", id="two lines"),
        pytest.param("The card number, for example ••••?", id="bullets of the prompt"),
        pytest.param("Your payment was successful! Card number?", id="a claim of payment"),
        pytest.param("Shall I tell you a joke?", id="off the script"),
        pytest.param("The card number and the security code, please", id="asks for more"),
    ],
)
def test_an_answer_that_is_not_harmless_is_dropped(text):
    with pytest.raises(Unanswered, match="unfit"):
        worded(text)


def test_the_model_may_repeat_what_the_fixed_reply_says_of_other_fields():
    fixed = "The security code comes later. What is the card number?"

    assert worded("The security code comes later; the card number first, please.", brief(fixed))


@pytest.mark.parametrize("model_id", [""])
def test_a_stage_without_a_model_asks_none(model_id):
    with pytest.raises(Unanswered, match="off"):
        worded("x", model_id=model_id)


def test_a_reply_that_needs_its_digits_is_not_sent_to_the_model():
    with pytest.raises(Unanswered, match="off"):
        worded("x", brief("When does it expire? For example 12/30.", Step.EXPIRY))


@pytest.mark.parametrize("said", ["4242 4242", "٤٢٤٢", "４２４２", "Visa •••• 4242", "½ of ⁴²"])
def test_no_digit_of_any_script_is_in_the_prompt(said):
    assert not any(char.isnumeric() for char in prompt(brief(said=said)))


def test_the_prompt_stays_small_whatever_was_said():
    long = WordingRequest(
        Session("s", step=Step.CARD, history=tuple(Line("user", "word " * 200) for _ in range(9))), FIXED
    )

    assert len(prompt(long)) <= 4 * 125 + len(FIXED) + 150


@pytest.mark.parametrize("tag", language_tags())
def test_our_own_wording_would_pass_its_own_check(tag):
    language = load_language(tag)
    for step, key in (("name", "ask_name"), ("card", "ask_card")):
        if step in language.asks_for:
            text = language.says[key]
            assert fits(text, text, step, language)
