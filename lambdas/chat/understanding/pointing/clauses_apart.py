"""What one clause of a message decides, whatever the others say: a consent at its end, a wish to stop."""

import re
from collections.abc import Callable

from chat.languages.folding import words
from chat.languages.language import Language
from chat.languages.lexicon import load_lexicon
from chat.languages.likeness import MAX_CHARS, liken, load_weights, share_of, talk
from chat.understanding.clauses import Clause, contains_any, named_fields, split_clauses
from chat.understanding.decisions.decide import begins_asking, is_beside
from chat.understanding.intents import ParsedIntent
from chat.understanding.pointing.at_step import meanings_at
from chat.understanding.pointing.meaning import MOSTLY_KNOWN
from chat.understanding.pointing.questions import LEAST_SHARE
from chat.values.session import Intent, Session, Step

_CONSENT = (Intent.YES, Intent.CONFIRM)
_SPACE = re.compile(r"(?<=[^\x00-\x7f])\s|\s(?=[^\x00-\x7f])")
_HOLDING_BACK = frozenset({
    "cancel", "refuse", "no", "later", "moment", "restart", "back", "change", "change_name", "change_card",
    "change_expiry", "change_cvv", "another_card", "wrong_order", "mistake", "trouble", "leave", "name",
})  # fmt: skip
_ASKING = 0.85  # of what a clause may mean are questions, where no word for asking stands at its beginning
_HELD, _HELD_BEFORE_STRIPE = 0.25, 0.5  # of what a clause may mean holds back
_AMOUNT_DIGITS = 5
_LIGHT = frozenset({"smalltalk", "complaint", "thank", "hello", "consent"})  # beside them a yes is a yes


def agree_apart(
    plain: str, asked: ParsedIntent, session: Session, language: Language, parse: Callable[[str], ParsedIntent]
) -> ParsedIntent:
    """A consent among other clauses: "never mind, haha. Yes, let's do it", "confirm. Thanks for explaining".

    Only beside clauses that withhold, ask and weigh nothing: small talk, thanks, annoyance, another consent, a name
    that signs; and beside a plain "confirm", the word that was asked for, anything that is told.
    """
    is_open = asked.is_open and not asked.vague
    if session.step is not Step.CONFIRM or not is_open or len(plain) > MAX_CHARS:
        return asked
    if language.unspaced:
        plain = _SPACE.sub("，", plain)  # a space is a comma there
    found = split_clauses(plain)
    may_be_number = not session.is_hosted and any(each.has_digits for each in found)
    if len(found) < 2 or may_be_number or any(each.is_question for each in found):
        return asked
    lexicon = load_lexicon(language.tag)
    talked = lexicon.chatter if language.unspaced else frozenset[str]()  # "そっか" has the "か" of a question in it
    weighing = language.doubts | lexicon.but
    if any(contains_any(clause, language, weighing) for clause in found if clause.text not in talked):
        return asked
    heard = [parse(plain[clause.start : clause.end]) for clause in found]
    consents = [each for each in heard if each.intent in _CONSENT]
    is_plain = any(not each.is_short for each in consents)
    is_told = _leads_on if session.is_hosted else _tells
    fine = (
        _is_light(*each, language) or _signs(each[0], session) or (is_plain and is_told(*each, language))
        for each in zip(found, heard, strict=True)
    )
    if not consents or not all(fine):
        return asked
    return ParsedIntent(Intent.YES)


def _tells(clause: Clause, said: ParsedIntent, language: Language) -> bool:
    """Whether it tells something that is understood, denies nothing, names no field and wants nothing else."""
    if said.intent in _CONSENT:
        return True
    if said.intent or (said and said.topic not in _LIGHT) or named_fields(clause, language):
        return False
    lexicon = load_lexicon(language.tag)
    denying = language.negations | lexicon.instead
    like = liken(clause.phrase, language.tag, load_weights(language.tag).meanings)
    is_known = like is not None and like.known >= MOSTLY_KNOWN
    is_told = share_of(clause.phrase, language.tag, _HOLDING_BACK) < _HELD
    is_asked = (like and like.asking >= _ASKING) if language.unspaced else begins_asking(clause, lexicon)
    return is_known and is_told and not is_asked and not contains_any(clause, language, denying)


def _leads_on(clause: Clause, said: ParsedIntent, language: Language) -> bool:
    """Whether it holds nothing back: before Stripe's page a consent pays nothing yet, and no field can be meant.

    "I'll take the company card then. Confirm".
    """
    if said.intent in _CONSENT:
        return True
    digits = sum(map(str.isdigit, clause.text))
    if said.intent or said.vague or said.language or said.different_card or said.unsure or digits > _AMOUNT_DIGITS:
        return False
    is_held = share_of(clause.phrase, language.tag, _HOLDING_BACK) >= _HELD_BEFORE_STRIPE
    return not (is_held or begins_asking(clause, load_lexicon(language.tag)))


def _signs(clause: Clause, session: Session) -> bool:
    """Whether it is nothing but the payer's name, as at the end of a letter."""
    known = words(session.name or "")
    return bool(known) and all(word in known or (len(word) == 1 and word.isalpha()) for word in clause.phrase)


def _is_light(clause: Clause, said: ParsedIntent, language: Language) -> bool:
    """Whether it is another consent, or asks for nothing and is small talk."""
    if said.intent in _CONSENT or (not said and is_beside(clause, language)):
        return True
    if said.intent or (said and said.topic not in _LIGHT):
        return False
    like = liken(clause.phrase, language.tag, load_weights(language.tag).meanings)
    is_held = share_of(clause.phrase, language.tag, _HOLDING_BACK) >= _HELD
    if like is None or like.meaning not in _LIGHT or like.share < LEAST_SHARE or is_held:
        return False
    talked = sum(word in talk(language.tag) for word in clause.phrase) / len(clause.phrase)  # a name is no talk
    return (like.known if language.unspaced else talked) >= MOSTLY_KNOWN


def withdraws(plain: str, session: Session, language: Language) -> bool:
    """Whether one clause wants to stop, whatever else is said: "my name is Ada, and I don't want to pay any more"."""
    meanings = meanings_at(session, language)
    likes = (liken(each.phrase, language.tag, meanings) for each in split_clauses(plain))
    return any(each and each.meaning == "cancel" and each.share >= 0.5 and each.known >= MOSTLY_KNOWN for each in likes)
