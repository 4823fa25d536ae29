"""Whatever a model points at: what follows is as without it, but for the words and what is asked back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chat.dialogue.state_machine import advance
from chat.dialogue.transition import say_instead
from chat.languages.language import language_tags
from chat.understanding.interpret import interpret
from chat.understanding.pointing.by_model import NOTHING, Pointed, as_pointed, open_message
from chat.values.session import Session
from local.hearing.sayings import read_sayings
from tests.conversations.hear import sessions
from tests.conversations.offline import POLICY, TODAY

ASKED_BACK = {"ending": False, "unsure_name": None, "choosing": False, "error": None, "refused": None, "refusals": 0}


@dataclass
class Found:
    """`messages` that were open; `choices` that were tried on them; `wrong`: those that changed more."""

    messages: int = 0
    choices: int = 0
    wrong: int = 0


def every_choice(every: int = 40) -> Found:
    """Of each language every so many sayings, at each step, with all that is offered, and with what is not."""
    found = Found()
    for tag in language_tags():
        said = [text for texts in read_sayings(tag).values() for text in texts][::every]
        for session in sessions(tag):
            for text in said:
                tried = list(_choices(text, session))
                found.messages += bool(tried)
                found.choices += len(tried)
                found.wrong += tried.count(False)
    return found


def _choices(text: str, session: Session) -> Iterator[bool]:
    """For each choice whether what follows is the same."""
    heard = interpret(text, session, TODAY, POLICY)
    decided = advance(session, heard, POLICY)
    offered = open_message(heard, session)
    if offered is None or decided.confirmed or decided.session.outcome:
        return
    for phrase in (*offered.phrases, NOTHING, "pay now"):
        for name in ("", text, "4242 4242 4242 4242"):
            other = as_pointed(heard, offered, Pointed(phrase, name, phrase), session)
            after = say_instead(decided, advance(session, other, POLICY)) if other else decided
            is_same = replace(after.session, **ASKED_BACK) == replace(decided.session, **ASKED_BACK)
            yield is_same and not after.confirmed and after.session.choosing >= decided.session.choosing
