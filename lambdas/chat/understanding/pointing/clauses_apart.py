"""What one clause of a message decides, whatever the others say: a consent at its end, a wish to stop."""

from collections.abc import Callable
from dataclasses import replace

from chat.languages.language import Language
from chat.languages.likeness import MAX_CHARS, liken, load_weights
from chat.understanding.clauses import contains_any, split_clauses
from chat.understanding.intents import ParsedIntent
from chat.understanding.pointing.meaning import LEAST_SHARE, MOSTLY_KNOWN, meanings_at
from chat.values.session import Intent, Session, Step

_CONSENT = (Intent.YES, Intent.CONFIRM)
_LIGHT = frozenset({"smalltalk", "complaint", "thank", "hello", "consent"})  # beside them a yes is a yes


def agree_at_last(
    plain: str, asked: ParsedIntent, session: Session, language: Language, parse: Callable[[str], ParsedIntent]
) -> ParsedIntent:
    """A consent that closes a message: "never mind, haha. Yes, let's do it".

    Only behind clauses that withhold, ask and weigh nothing: small talk, thanks, annoyance, another consent.
    """
    if session.step is not Step.CONFIRM or asked or len(plain) > MAX_CHARS:
        return asked
    found = split_clauses(plain)
    if len(found) < 2 or any(each.is_question or each.has_digits for each in found):
        return asked
    *before, closing = found
    last = parse(plain[closing.start : closing.end])
    if last.intent not in _CONSENT:
        return asked
    for clause in before:
        said = parse(plain[clause.start : clause.end])
        like = liken(clause.phrase, language.tag, load_weights(language.tag).meanings)
        is_light = (
            like is not None and like.meaning in _LIGHT and like.share >= LEAST_SHARE and like.known >= MOSTLY_KNOWN
        )
        is_understood = said.intent in _CONSENT or (not said and is_light)
        if not is_understood or contains_any(clause, language, language.doubts):
            return asked
    return replace(last, intent=Intent.YES, is_short=False)


def withdraws(plain: str, session: Session, language: Language) -> bool:
    """Whether one clause wants to stop, whatever else is said: "my name is Ada, and I don't want to pay any more"."""
    meanings = meanings_at(session, language)
    likes = (liken(each.phrase, language.tag, meanings) for each in split_clauses(plain))
    return any(each and each.meaning == "cancel" and each.share >= 0.5 and each.known >= MOSTLY_KNOWN for each in likes)
