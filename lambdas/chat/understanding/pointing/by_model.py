"""What a language model may point at, in a message of which the rules heard nothing certain.

It sees the masked message, without a digit, and chooses from a short list. Nothing it chooses is a value, a consent, an
end or a change: it leads to the answer to a question, or to a question that is asked back.
"""

import tomllib
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from chat.languages.folding import words
from chat.languages.language import load_language
from chat.languages.likeness import FOLDER, TELLING, likeliest, liken
from chat.understanding.intents import ParsedIntent
from chat.understanding.names import check_name_in_chat
from chat.understanding.pointing.at_step import meanings_at
from chat.understanding.pointing.meaning import TALK_TOPICS, as_intent
from chat.understanding.pointing.questions import is_long
from chat.values.card import FIELDS, Refusal
from chat.values.session import Session, Step

if TYPE_CHECKING:
    from chat.languages.language import Language
    from chat.understanding.interpret import Interpretation

NOTHING = "none of these"
MAX_OFFERED_CHARS = 400  # of the message
_LIKELIEST = 14  # meanings that are offered besides those that are always
_CERTAIN_SHARE = 0.5  # of one meaning
_ALWAYS = ("consent", "cancel", "no", "change", "name", "person", "smalltalk", "complaint", "offtopic")


@dataclass(frozen=True)
class OpenMessage:
    """A message as a model may see it. `phrases`: what it may mean, in English, each by its meaning."""

    said: str
    phrases: dict[str, str]

    @property
    def may_be_name(self) -> bool:
        return "name" in self.phrases.values()


@dataclass(frozen=True)
class Pointed:
    """A model's choice. `phrase`: one of those that were offered, or anything else; `also`: a second question likewise.

    `name`: a part of the message.
    """

    phrase: str
    name: str = ""
    also: str = ""


@cache
def phrases() -> dict[str, str]:
    """Each meaning in a few words of English."""
    return tomllib.loads((FOLDER / "meanings.toml").read_text(encoding="utf-8"))


def open_message(heard: "Interpretation", session: Session) -> OpenMessage | None:
    """None where the rules heard something certain, or where a digit was or is in the message."""
    language = load_language(heard.language or session.language)
    return offer(heard.masked, session, language) if _is_open(heard, session, language) else None


def offer(masked: str, session: Session, language: "Language") -> OpenMessage | None:
    """The message with what it may mean where the conversation stands. None with a digit in it."""
    if any(unicodedata.category(each).startswith("N") for each in masked):
        return None
    possible = meanings_at(session, language)
    if not any(getattr(session, each) for each in FIELDS):
        possible -= {"change", "no"}
    if session.step is not Step.NAME:
        possible -= {"name"}
    likely = likeliest(words(masked), language.tag, possible.difference(_ALWAYS), _LIKELIEST)
    offered = (*(likely or sorted(possible.difference(_ALWAYS))), *(each for each in _ALWAYS if each in possible))
    return OpenMessage(masked[:MAX_OFFERED_CHARS], {phrases()[each]: each for each in offered})


def _is_open(heard: "Interpretation", session: Session, language: "Language") -> bool:
    is_certain = heard.intent or heard.changes or heard.different_card or heard.vague
    is_private = heard.private and not (heard.is_amount and heard.topic)
    if is_certain or is_private or heard.unsure_name or any(getattr(heard, each) for each in FIELDS[1:]):
        return False
    if session.step is Step.NONE and heard.topic in (None, *TALK_TOPICS):
        return False  # what asks nothing is answered by the opening itself
    is_named = isinstance(heard.name, str) or heard.language is not None
    if heard.unsure or (heard.topic and not (is_named and heard.topic in TALK_TOPICS)):
        return not (heard.unsure and heard.is_doubtful) and _is_guess(heard, session, language)
    return not is_named


def _is_guess(heard: "Interpretation", session: Session, language: "Language") -> bool:
    """Whether something else may be meant: in a long message, or where the likeliest meaning is another or not sure."""
    said = words(heard.masked)
    found = liken(said, language.tag, meanings_at(session, language))
    if found is None or is_long(heard.masked, language):
        return True
    likely = as_intent(found.meaning, session)
    is_same = likely is not None and (likely.topic, likely.unsure) == (heard.topic, heard.unsure)
    return not is_same or found.share < _CERTAIN_SHARE


def as_pointed(
    heard: "Interpretation", said: OpenMessage, pointed: Pointed, session: Session
) -> "Interpretation | None":
    """What was heard, with what the model chose in place of the guess. None where it chose nothing of use."""
    meaning = said.phrases.get(pointed.phrase)
    if meaning == "name":
        name = _name(pointed.name, said, load_language(heard.language or session.language))
        return replace(heard, topic=None, also=None, unsure=None, name=None, unsure_name=name) if name else None
    chosen = as_intent(meaning, session) if meaning else None
    if chosen is None:
        return None
    if chosen.intent or chosen.changes or chosen.different_card:
        chosen = ParsedIntent(vague=True)
    other = said.phrases.get(pointed.also)
    second = as_intent(other, session) if other and other not in TELLING and chosen.topic else None
    return replace(
        heard,
        topic=chosen.topic,
        also=second.topic if second else None,
        unsure=chosen.unsure,
        vague=chosen.vague,
        name=heard.name if isinstance(heard.name, str) else None,
    )


def _name(given: str, said: OpenMessage, language: "Language") -> str | None:
    """The model's span, if it stands in the message as it is, and can be a name."""
    if not given.strip() or given not in said.said:
        return None
    name = check_name_in_chat(given, language)
    return None if isinstance(name, Refusal) else name
