"""At the review only a clear yes pays, and only a clear stop deletes, in every language."""

from functools import cache

import pytest

from chat.understanding.interpret import interpret
from chat.values.session import Intent, Session
from local.hearing.sayings import read_sayings
from tests.conversations.offline import POLICY, TODAY
from tests.families.consent import BARE_YES, DATA, at_the_review, deciding, followed_by_consent, hesitations, utterances
from tests.sizes import size

# Wanting to pay is consent at the review, and so is "ok, thanks", "cool" or "that's me".
MAY_AGREE = ("consent", "start", "thank", "smalltalk", "hello", "complaint")


@cache
def review(tag: str) -> Session:
    return at_the_review(tag).session


def hears_consent(said: str, tag: str) -> bool:
    return interpret(said, review(tag), TODAY, POLICY).intent in (Intent.YES, Intent.CONFIRM)


@pytest.mark.parametrize("tag", DATA)
def test_a_hundred_ways_to_doubt_ask_or_refuse_confirm_and_delete_nothing(tag):
    assert len(utterances(tag)) >= 100
    assert list(deciding(tag)) == []


@pytest.mark.parametrize("tag", DATA)
def test_after_words_that_were_not_understood_a_bare_yes_is_asked_back(tag):
    assert list(followed_by_consent(tag)) == []


@pytest.mark.parametrize("tag", DATA)
def test_after_a_hesitation_was_answered_a_bare_yes_may_mean_the_answer_and_does_not_pay(tag):
    asked = list(hesitations(tag))

    assert len(asked) >= 20
    for text in asked:
        payer = at_the_review(tag)
        payer.send(text)
        assert payer.send(BARE_YES[tag])["status"] in ("awaiting_confirmation", "collecting"), text


@pytest.mark.parametrize("tag", DATA)
def test_a_bare_yes_to_the_review_itself_is_consent(tag):
    assert at_the_review(tag).send(BARE_YES[tag])["status"] == "completed"


@pytest.mark.sized
@pytest.mark.parametrize("tag", DATA)
def test_nothing_that_people_say_to_ask_or_tell_something_else_is_consent(tag):
    every = size(1, 6)
    agreeing = [said for meaning, texts in read_sayings(tag).items() if meaning not in MAY_AGREE
                for said in texts[::every] if hears_consent(said, tag)]  # fmt: skip

    assert agreeing == []


@pytest.mark.parametrize("tag", DATA)
def test_of_the_ways_in_which_people_agree_most_are_heard(tag):
    said = read_sayings(tag)["consent"]
    heard = [text for text in said if hears_consent(text, tag)]

    assert len(said) >= 100
    assert len(heard) >= 0.78 * len(said)
