"""A payer who says anything at all: no state that cannot be, no payment without a clear yes, no digit shown."""

import re

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chat.dialogue.state_machine import MAX_DECLINES, MAX_REFUSALS
from chat.languages.language import fold, language_tags
from chat.understanding.normalize import normalize
from chat.values.session import Outcome, Step
from tests.conversations.corpus import load
from tests.conversations.offline import Payer
from tests.unit.test_understanding import WRITINGS, card_number

TALKS, TURNS = 240, 100

SAID = [turn for each in load() for turn in each.turns]
CLEAR_YES = {turn.say for turn in SAID if turn.expected["status"] == "completed" or turn.decline} | {
    "yes",
    "ok",
    "sure",
}
LETTER_OR_SIGN = re.compile(r"[\W_]*[yjso👍👌✅✔☑🆗][\W_]*")
NO_CLEAR_YES = [
    "no", "don't confirm", "yes but the name is wrong", "confirm?", "not yet", "hm", "yes, 12/31", "yes 4242", "",
    "is that all?", "change it", "confirming", "yes if you say so", "confirm confirm not", "never confirm", "no yes",
]  # fmt: skip
VALUES = [
    "Ada", "my name is Grace", "John 3", "12/30", "dec 2031", "0130", "13/30", "12/20", "1 31", "987", "cvv 987",
    "9876", "98", "nine eight seven", "９８７", "change the name", "use a different card", "go back",
    "the expiry is wrong",
]  # fmt: skip
FIXED = sorted({turn.say for turn in SAID} | set(NO_CLEAR_YES) | CLEAR_YES) + VALUES * 20 + sorted(CLEAR_YES) * 3
DECLINES_OF_STRIPE = [None, None, "card_declined", "card_expired", "cvv_incorrect", "processor_busy"]

RENDERED = re.compile(r"•••• \d{4}(?!\d)|(?<!\d)\d\d/\d\d(?!\d)", re.ASCII)
IN_THE_WORDING = re.compile(r"(?<!\d)(?:16|15|100|20|01|12|4|6|5)(?!\d)", re.ASCII)


class Talk(RuleBasedStateMachine):
    turns = 0

    @initialize(language=st.sampled_from(language_tags()))
    def begin(self, language):
        self.payer, self.language = Payer(language), language
        self.body = None

    def say(self, message: str, decline: str | None = None) -> None:
        if self.payer.session.outcome:
            self.payer = Payer(self.language)
        Talk.turns += 1
        before = self.payer.session
        self.body = self.payer.send(message, decline)
        if self.body["payment"] or (self.body["error"] or {}).get("code") in DECLINES_OF_STRIPE[2:]:
            assert before.step is Step.CONFIRM, "confirmed without a review"
            short = LETTER_OR_SIGN.fullmatch(fold(normalize(message).plain))
            assert message in CLEAR_YES or short, "confirmed without a clear yes"

    @rule(message=st.sampled_from(FIXED), decline=st.sampled_from(DECLINES_OF_STRIPE))
    def say_something(self, message, decline):
        self.say(message, decline)

    @rule(seed=st.integers(0, 10**6), writing=st.sampled_from(list(WRITINGS.values())))
    def say_a_card_number(self, seed, writing):
        self.say(writing(card_number(seed)))

    @rule(seed=st.integers(0, 10**6), place=st.integers(0, 11), digit=st.sampled_from("0123456789"))
    def mistype_a_card_number(self, seed, place, digit):
        number = card_number(seed)
        self.say(number[:place] + digit + number[place + 1 :])

    @rule(message=st.text(max_size=30))
    def say_anything(self, message):
        self.say(message)

    @invariant()
    def the_state_is_possible(self):
        session = self.payer.session
        assert (session.step is Step.DONE) == (session.outcome is not None)
        assert session.language in language_tags()
        assert session.refusals < MAX_REFUSALS or session.outcome is Outcome.FAILED
        assert session.declines < MAX_DECLINES or session.outcome is Outcome.FAILED
        if session.outcome:
            assert (session.name, session.card, session.expiry, session.cvv, session.partial_number) == (None,) * 5
        elif session.changing:
            assert session.step.value == session.changing.value
            assert getattr(session, session.changing) is not None
        elif session.step is Step.CONFIRM:
            assert not session.missing
        elif session.step is not Step.NONE:
            assert session.step.value == session.missing[0].value
        assert session.cvv is None or session.card is not None
        assert session.partial_number is None or session.step is not Step.CONFIRM

    @invariant()
    def no_typed_digit_is_shown_or_remembered(self):
        for line in self.payer.session.history[-2:]:
            text = RENDERED.sub("", line.content)
            if line.role == "assistant":
                text = IN_THE_WORDING.sub("", text)
            assert not any(char.isdigit() for char in text), f"a digit in a line of the {line.role}"

    @invariant()
    def the_reply_says_something(self):
        assert self.body is None or self.body["response"].strip(" .")


Talk.TestCase.settings = settings(
    max_examples=TALKS, stateful_step_count=TURNS, deadline=None, suppress_health_check=list(HealthCheck)
)
test_a_long_talk = pytest.mark.timeout(400)(Talk.TestCase)


def test_the_talks_were_twenty_thousand_turns_long():
    """Counted, as Hypothesis ends some talks early; it follows the talks in this file, on the same worker."""
    if not Talk.turns:
        pytest.skip("the talks ran elsewhere")

    assert Talk.turns >= 20_000
