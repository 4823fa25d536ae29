"""The repair corpus, played on the pure turn."""

import time
from pathlib import Path

import pytest

from tests.conversations import judged
from tests.conversations.corpus import load, play, table
from tests.conversations.offline import Payer
from tests.machine import slowness

CORPUS = load()
DOCUMENT = Path(__file__).parents[2] / "docs" / "conversation.md"


@pytest.mark.parametrize("conversation", CORPUS, ids=lambda each: f"{each.behaviour}: {each.about} [{each.language}]")
def test_every_turn_is_as_expected(conversation):
    play(conversation, Payer(conversation.language, order=conversation.order).send)


def test_the_corpus_is_as_large_as_it_says():
    english = [each for each in CORPUS if each.language == "en"]

    assert len(CORPUS) >= 200
    assert len(english) >= 120
    assert all(turn.expected for each in CORPUS for turn in each.turns)


def test_the_corpus_plays_in_ten_seconds():
    begun = time.process_time()
    for conversation in CORPUS:
        play(conversation, Payer(conversation.language, order=conversation.order).send)

    assert time.process_time() - begun < 10 * slowness()


def test_the_document_shows_the_table_of_this_corpus():
    assert table(CORPUS) in DOCUMENT.read_text(encoding="utf-8")


def test_the_document_shows_the_verdicts_of_the_rounds():
    assert judged.table() in DOCUMENT.read_text(encoding="utf-8")
