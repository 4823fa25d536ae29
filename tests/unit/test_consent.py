"""At the review only a clear yes pays, and only a clear stop deletes, in every language."""

import pytest

from tests.families.consent import BARE_YES, DATA, at_the_review, deciding, followed_by_consent, hesitations, utterances


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
