"""A name and what is asked beside it, in one message."""

from chat.languages.language import Language
from chat.understanding.corrections.heard_name import HeardName, beside_question, find_name, states_name
from chat.understanding.digits.normalize import Text
from chat.understanding.extraction import ExtractedFields
from chat.understanding.intents import COURTESIES, ParsedIntent
from chat.understanding.pointing.meaning import ask_beside
from chat.values.session import Intent, Session


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
    if may_ask:
        asked = ask_beside(text.plain, asked, session, language, name if isinstance(name, str) else "")
    if asked.unsure is Intent.CANCEL:
        return HeardName(None, None, asked)
    is_asking = asked.questions and asked.topic not in COURTESIES
    if is_asking and not states_name(text.without(asked.questions), session, language):
        name = beside_question(name, text.plain, language)
        unsure_name = unsure_name if beside_question(unsure_name, text.plain, language) else None
    return HeardName(name, unsure_name, asked)
