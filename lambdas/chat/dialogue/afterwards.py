"""What is said once a payment is complete: answers about it, and that nothing can be changed here any more. Pure."""

from typing import TYPE_CHECKING

from chat.dialogue.answers import answer
from chat.languages.language import load_language
from chat.languages.placeholders import fill
from chat.values.session import Intent

if TYPE_CHECKING:
    from chat.understanding.interpret import Interpretation
    from chat.values.session import Policy, Session

# What these ask is said by the sentence that the payment ended with.
_SAID_AT_THE_END = (
    "charged_yet", "when_charged", "how_much", "after_confirm", "repeat", "hello", "moment", "what", "later",
    "untold", "known", "how_confirm", "how_long",
)  # fmt: skip
_CHANGING = ("leave", "wrong_order", "mistake")
_UNDOING = (Intent.RESTART, Intent.CANCEL, Intent.BACK, Intent.NO)


def reply_afterwards(session: "Session", heard: "Interpretation", policy: "Policy") -> str | None:
    """`session`: of the receipt. None where the sentence that the payment ended with is the answer."""
    wants_change = heard.changes or heard.different_card or heard.vague or heard.unsure
    if heard.intent in _UNDOING or heard.topic in _CHANGING or wants_change:
        return fill(load_language(session.language).says["finished"], {"contact": policy.contact})
    if heard.topic in _SAID_AT_THE_END or (heard.topic is None and heard.intent):
        return None
    if heard.topic is None or heard.topic == "unclear":
        return None if heard.is_short else answer("unclear", session, policy)
    return answer("thank" if heard.topic == "smalltalk" else heard.topic, session, policy)  # "sweet, have a good one"
