"""Somebody says anything at all: no impossible state, no payment without a clear yes, no typed digit shown."""

from dataclasses import replace

import pytest

from chat.languages.language import language_tags
from chat.understanding.interpret import interpret
from chat.values.brands import Brand
from chat.values.card import Expiry, Field
from chat.values.session import Intent, KeptCard, Line, Outcome, PartialNumber, Sealed, Session, Step
from tests.conversations.offline import POLICY, TODAY, Payer
from tests.properties.random_talk import ANYTHING, impossible, is_clear_yes, shown, talks
from tests.sizes import size

MESSAGES = size(4_000, 2_000)  # in each language
SEALED = Sealed(b"sealed")
REVIEW = Session(
    "abc", "en", Step.CONFIRM, name="Ada", card=KeptCard(Brand.VISA, "4242", SEALED), expiry=Expiry(12, 2030),
    cvv=SEALED,
)  # fmt: skip


@pytest.mark.sized
@pytest.mark.parametrize("language", language_tags())
def test_no_talk_goes_wrong(language):
    met, wrong = talks(language, MESSAGES, seed=f"talks in {language}")

    assert wrong == []
    assert met["messages"] == MESSAGES
    assert min(met[each] for each in (*Step, *Outcome) if each not in (Step.NONE, Step.ACTION, Step.DONE)) > 0, met


@pytest.mark.parametrize("language", language_tags())
def test_of_all_that_is_said_in_the_corpus_only_a_clear_yes_pays(language):
    review = replace(REVIEW, language=language)
    agreeing = [said for said in ANYTHING
                if interpret(said, review, TODAY, POLICY).intent in (Intent.YES, Intent.CONFIRM)]  # fmt: skip

    assert [said for said in agreeing if not is_clear_yes(said)] == []


def test_at_least_twenty_thousand_messages_are_sent():
    assert MESSAGES * len(language_tags()) >= 20_000


@pytest.mark.parametrize(
    ("session", "what"),
    [
        pytest.param(replace(REVIEW, outcome=Outcome.FAILED), "outcome", id="an outcome before the end"),
        pytest.param(replace(REVIEW, step=Step.DONE), "outcome", id="an end without an outcome"),
        pytest.param(replace(REVIEW, language="xx"), "language", id="an unknown language"),
        pytest.param(replace(REVIEW, refusals=5), "allowed", id="a fifth refused value"),
        pytest.param(replace(REVIEW, declines=3), "allowed", id="a third decline"),
        pytest.param(Session("abc", "en", Step.DONE, Outcome.CANCELLED, cvv=SEALED), "outlives", id="a kept code"),
        pytest.param(Session("abc", "en", Step.DONE, Outcome.COMPLETED, name="Ada"), "outlives", id="a kept name"),
        pytest.param(replace(REVIEW, card=None, step=Step.CARD), "without its card", id="a code without its card"),
        pytest.param(replace(REVIEW, partial_number=PartialNumber("42")), "begun", id="a begun number at the review"),
        pytest.param(replace(REVIEW, changing=Field.NAME), "change", id="a change that is not asked about"),
        pytest.param(
            replace(REVIEW, step=Step.NAME, name=None, changing=Field.NAME), "change", id="a change of nothing"
        ),
        pytest.param(replace(REVIEW, expiry=None), "missing", id="a review without the expiry"),
        pytest.param(replace(REVIEW, step=Step.CVV, expiry=None), "first missing", id="a question out of turn"),
    ],
)
def test_an_impossible_state_would_be_found(session, what):
    assert [each for each in impossible(session) if what in each]


@pytest.mark.parametrize(
    "line",
    [
        Line("user", "my code is 123"),
        Line("user", "•••• 42424"),
        Line("user", "4"),
        Line("assistant", "Visa •••• 42425"),
        Line("assistant", "Is it 917?"),
    ],
    ids=lambda line: f"{line.role} {line.content}",
)
def test_a_digit_would_be_found(line):
    assert list(shown(replace(REVIEW, history=(line,))))


@pytest.mark.parametrize(
    "line",
    [Line("user", "Visa •••• 4242, 12/30"), Line("assistant", "Visa •••• 4242, expires 12/30. It has 16 digits.")],
    ids=lambda line: line.role,
)
def test_what_the_code_renders_is_no_typed_digit(line):
    assert not list(shown(replace(REVIEW, history=(line,))))


class Hasty(Payer):
    """Takes any message at the review for a yes."""

    def send(self, message, decline=None):
        return super().send("confirm" if self.session.step is Step.CONFIRM else message, decline)


class Forgetful(Payer):
    """Remembers what was typed as it was typed."""

    def send(self, message, decline=None):
        body = super().send(message, decline)
        self.session = replace(self.session, history=(*self.session.history[:-2], Line("user", message)))
        return body


@pytest.mark.parametrize(
    ("make", "what"), [(Hasty, "confirmed without a clear yes"), (Forgetful, "a digit in a line of the user")]
)
def test_a_broken_conversation_would_be_found(make, what):
    _, wrong = talks("en", MESSAGES, seed="a broken conversation", make=make)

    assert len(wrong) == 1
    assert wrong[0].startswith(what)
