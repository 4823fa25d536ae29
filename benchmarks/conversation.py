"""What everybody plays: the six steps, and a chat that goes on for as long as one likes."""

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from typing import Protocol

SIX = ("payment", "John", "4242 4242 4242 4242", "12/30", "123", "confirm")
QUESTIONS = (
    "why do you need it?",
    "is it safe?",
    "who are you?",
    "what happens to my data afterwards, and who can see it?",
    "one moment please",
    "can I talk to a person?",
)
# What the language model says, whoever asks it.
WORDED = "Happy to help with that. May I have the name as it is printed on the card, please?"


class Contender(Protocol):
    def conversation(self, texts: Sequence[str]) -> Iterator[Callable[[], object]]:
        """A new conversation: for each message what is to be timed, from the event at hand to the reply at hand.

        Conversations share what a warm process would share; what is done between the turns is not timed.
        """


def chat(turns: int) -> tuple[str, ...]:
    """An opening and then questions beside the way, which end nothing."""
    return tuple(islice(_endless(), turns))


def _endless() -> Iterator[str]:
    yield "payment"
    yield from cycle(QUESTIONS)
