"""Which fields a clause disputes in answer to the review, and whether it asks for another card."""

from chat.languages.language import Language
from chat.languages.lexicon import load_lexicon
from chat.understanding.clauses import Clause, contains_any, find_matching, named_fields, names_nothing_else
from chat.values.card import Field

_MAX_DISPUTE_CHARS = 50  # a longer clause about a field says more than that it is wrong


def disputed_fields(clause: Clause, language: Language, named: set[Field]) -> set[Field]:
    """What is wrong by an answer to the review: "the date", "all but the name", "that's not my name", "last digit"."""
    lexicon = load_lexicon(language.tag)
    if not named:
        return {Field.CARD} if contains_any(clause, language, lexicon.card_parts) else set()
    if names_nothing_else(clause, language):
        return named
    is_short = len(clause.text) <= _MAX_DISPUTE_CHARS
    negated = contains_any(clause, language, language.negations)
    is_kept = negated and next(find_matching(clause, language, language.changes), None) is not None
    is_else = contains_any(clause, language, lexicon.instead)
    return named if is_short and not is_kept and negated is not is_else else set()


def wants_another_card(clause: Clause, language: Language) -> bool:
    """Whether it asks for another card, in words that stand side by side or nearly: "another credit card"."""
    if not contains_any(clause, language, language.another) or contains_any(clause, language, language.negations):
        return False
    if language.unspaced:
        return Field.CARD in named_fields(clause, language)
    other = [place for place, word in enumerate(clause.phrase) if word in language.another]
    card = [place for place, word in enumerate(clause.phrase) if language.fields.get(word) == Field.CARD]
    # "la tarjeta para otra vez" names no other card: behind its noun the word follows at once.
    return any(0 < two - one <= 2 or one - two == 1 for one in other for two in card)
