"""Which of the values that were found count, by the stage and by where the conversation stands."""

import re
from dataclasses import replace

from chat.languages.folding import words
from chat.languages.language import Language
from chat.understanding.clauses import ends_asking
from chat.understanding.extraction import ExtractedFields
from chat.values.card import CardNumber, Expiry, Field, Refusal, is_public_test_number
from chat.values.session import Policy, Session, Step

_MAX_DIGITS = 6  # fewer than the first groups of any card
_MAX_PARTICLES = 4  # in kana, where a particle may be a digit: "に"
_SENTENCE_WORDS, _SENTENCE_LETTERS = 4, 8
_LONE = re.compile(r"\D*\d{1,2}\D*", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)


def apply_stage_rules(found: ExtractedFields, session: Session, policy: Policy) -> ExtractedFields:
    """A stage may take test numbers only; and where a name is asked for, digits replace no card."""
    if not isinstance(found.card, CardNumber):
        return found
    card = refuse_untested(found.card, policy)
    if isinstance(card, Refusal):
        return replace(found, card=card)
    if session.step is Step.NAME and session.card and not found.labelled:
        return replace(found, card=None)
    return found


def refuse_untested(card: CardNumber, policy: Policy) -> CardNumber | Refusal:
    """A stage may take Stripe's public test numbers only."""
    if policy.test_cards_only and not is_public_test_number(card):
        return Refusal("card_test_only", Field.CARD, card.brand)
    return card


def without_asides(found: ExtractedFields, plain: str, session: Session, language: Language) -> ExtractedFields:
    """A few digits in a sentence are no part of a card number: "are the 150 euros gone now?".

    Nor is a lone small number in a question an expiry, unless that is asked for: "is it 15 every month?".
    """
    if (
        session.step is not Step.EXPIRY
        and isinstance(found.expiry, Refusal)
        and _LONE.fullmatch(plain)
        and ends_asking(plain, language)
    ):
        return replace(found, expiry=None)
    if session.step is Step.CVV and isinstance(found.expiry, Expiry) and isinstance(found.cvv, Refusal):
        return replace(found, cvv=None)  # "the date is 12/27, not 11"
    if session.step is not Step.CARD or session.partial_number or not isinstance(found.card, Refusal):
        return found
    most = _MAX_DIGITS if not found.labelled else _MAX_PARTICLES if language.unspaced else 0
    is_few = is_aside(plain, language, most)
    return replace(found, card=None, partial_number="") if is_few else found


def is_aside(plain: str, language: Language, most: int = _MAX_DIGITS) -> bool:
    """Whether digits stand in a sentence, and so few of them that they are an amount, a size or a year."""
    said = words(plain)
    is_sentence = len("".join(said)) >= _SENTENCE_LETTERS if language.unspaced else len(said) >= _SENTENCE_WORDS
    return is_sentence and len(_DIGIT.findall(plain)) <= most
