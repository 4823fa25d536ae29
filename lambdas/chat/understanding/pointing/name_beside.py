"""A name and what is asked beside it, in one message."""

from dataclasses import replace

from chat.languages.folding import words
from chat.languages.language import Language
from chat.languages.likeness import MAX_CHARS, share_of
from chat.understanding.clauses import asks, ends_asking
from chat.understanding.corrections.heard_name import HeardName, beside_question, find_name, states_name
from chat.understanding.digits.normalize import Text
from chat.understanding.extraction import ExtractedFields
from chat.understanding.intents import COURTESIES, ParsedIntent
from chat.understanding.pointing.meaning import ask_beside
from chat.values.session import Intent, Session

_ASKING_NOTHING = ("hello", "thank", "moment")
_LEAST_CHANCE = 0.2  # that a topic is meant


def hear_name(
    text: Text,
    session: Session,
    found: ExtractedFields,
    asked: ParsedIntent,
    language: Language,
    *,
    may_ask: bool,
) -> HeardName:
    """The name, and what is asked beside it: beside a question fewer words are a name, beside a wish to stop none."""
    heard = find_name(Text(text.typed, found.plain, text.places), session, found, asked, language)
    name, unsure_name, asked = heard
    if found or isinstance(name, str):
        asked = _without_chance_topic(text.plain, asked, language)
    if may_ask:
        asked = ask_beside(text.plain, asked, session, language, name if isinstance(name, str) else "")
    if asked.unsure is Intent.CANCEL:
        return HeardName(None, None, asked)
    is_asking = asked.questions and asked.topic not in _ASKING_NOTHING
    if is_asking and not states_name(text.without(asked.questions), session, language):
        return HeardName(beside_question(name, text.plain, language), None, asked)
    return HeardName(name, unsure_name, asked)


def _without_chance_topic(plain: str, asked: ParsedIntent, language: Language) -> ParsedIntent:
    """Without a topic that one word spoke of, beside a value or a name, where nobody would ask for it in such words.

    "Poca ayuda, venga" asks for no help.
    """
    if asked.topic in (None, *COURTESIES) or asks(plain) or ends_asking(plain, language) or len(plain) > MAX_CHARS:
        return asked
    said = (words(plain[start:end]) for start, end in asked.digressions)
    likely = max((share_of(each, language.tag, {asked.topic}) for each in said), default=1.0)
    return asked if likely >= _LEAST_CHANCE else replace(asked, topic=None, questions=())
