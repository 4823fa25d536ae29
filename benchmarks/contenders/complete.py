"""The shipped handler with nothing replaced: Stripe's SDK and Bedrock's client call the stand-ins.

The words of the scripted replies are prepared before the first conversation, as they are by a deploy.
"""

from itertools import count

from benchmarks.contenders.ours import CONTEXT, Ours
from chat import handler
from prepare_words import handler as prepare_words


class Complete(Ours):
    def __init__(self) -> None:
        prepare_words.handle({}, CONTEXT)
        handler.api()
        self.numbers = count()


def contender() -> Complete:
    return Complete()
