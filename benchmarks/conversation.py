"""What every contender plays: the six steps of a payment, and a chat of any length."""

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from typing import Protocol

SIX = ("payment", "John", "4242 4242 4242 4242", "12/30", "123", "confirm")
# An order: its capture, then what happens. The steps between OPEN and PAID are what the payer writes.
CREATE, OPEN, PAID, RETURN = "create", "open", "paid", "return"
CHAT_ORDER = ("chat", CREATE, OPEN, *SIX[1:], PAID)
HOSTED_ORDER = ("hosted", CREATE, OPEN, "yes", PAID, RETURN)
SIGNING = "whsec_benchmark"  # what Stripe's events are signed with
QUESTIONS = (
    "why do you need it?",
    "is it safe?",
    "who are you?",
    "what happens to my data afterwards, and who can see it?",
    "one moment please",
    "can I talk to a person?",
)
# The reply of the language model, for every contender.
WORDED = "Happy to help with that. May I have the name as it is printed on the card, please?"


class Contender(Protocol):
    def conversation(self, texts: Sequence[str]) -> Iterator[Callable[[], object]]:
        """A new conversation. Yields, for each message, the function to time: from the event to the reply.

        Conversations share what a warm process shares. Work between the turns is not timed.
        """


def long_chat(turns: int) -> tuple[str, ...]:
    """An opening, and then questions that do not advance the conversation."""
    return tuple(islice(_endless(), turns))


def _endless() -> Iterator[str]:
    yield "payment"
    yield from cycle(QUESTIONS)
