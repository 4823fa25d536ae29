"""A sample of the conversation corpus over HTTP: states and codes are the same as without HTTP."""

import pytest

from tests.conversations.corpus import Conversation, load, play

DATED = "Expiry dates"  # their dates are relative to the fixed day of the unit tests
SAMPLE_STEP = 9

PLAYABLE = [each for each in load() if not (each.needs_declines or each.order or each.behaviour == DATED)]
SAMPLE = PLAYABLE[::SAMPLE_STEP]


@pytest.mark.parametrize("conversation", SAMPLE, ids=lambda each: f"{each.behaviour}: {each.about} [{each.language}]")
def test_every_turn_is_as_expected_over_http(stage, conversation: Conversation):
    if any(turn.expected["status"] == "completed" for turn in conversation.turns):
        stage.needs_a_test_key()
    talk = stage.conversation("corpus")

    def send(message: str, _decline: str | None) -> dict:
        reply = talk.send(message, headers={"Accept-Language": conversation.language})
        assert reply.status == 200
        return reply.body

    play(conversation, send, word_for_word=False)
