"""A message typed into a form's field: taken or refused as that value alone; nothing else is looked for in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat.languages.language import load_language
from chat.languages.vocabulary import vocabulary
from chat.understanding import expiries, names, redact
from chat.understanding.corrections.name_digits import refuse_digits
from chat.understanding.decisions.admission import refuse_untested
from chat.understanding.digits import normalize, number_words
from chat.understanding.interpret import Interpretation
from chat.values.card import CardNumber, Cvv, Expiry, Field, Refusal, check_card, check_cvv, masked_card

if TYPE_CHECKING:
    from datetime import date

    from chat.values.session import Policy, Session


def interpret_field(message: str, field: Field, session: Session, today: date, policy: Policy) -> Interpretation:
    """`today`: the date by which cards expire. What is refused is masked whole."""
    if field is Field.NAME:
        name = _name(message)
        return Interpretation(name if isinstance(name, str) else redact.BULLETS, name=name)
    text = _in_digits(message)
    if field is Field.EXPIRY:
        expiry = _expiry(text, session, today)
        return Interpretation(_masked(expiry), private=True, expiry=expiry)
    digits = "".join(group.digits for group in normalize.digit_groups(text))
    if field is Field.CARD:
        card = _card(digits, policy)
        return Interpretation(_masked(card), private=True, card=card)
    if session.card is None:
        return Interpretation(redact.BULLETS, private=True, early_cvv=True)
    cvv = check_cvv(digits, session.card.brand) if digits else Refusal("cvv_not_found", Field.CVV)
    return Interpretation(_masked(cvv), private=True, cvv=cvv)


def _name(message: str) -> str | Refusal:
    name = names.check_typed_name(message)
    in_digits = refuse_digits(message)
    return in_digits if isinstance(in_digits, Refusal) else name


def _card(digits: str, policy: Policy) -> CardNumber | Refusal:
    if not digits:
        return Refusal("card_not_found", Field.CARD)
    card = check_card(digits, policy.brands)
    return refuse_untested(card, policy) if isinstance(card, CardNumber) else card


def _expiry(plain: str, session: Session, today: date) -> Expiry | Refusal:
    written = expiries.find_written_expiry(plain, today, load_language(session.language))
    if written:
        expiry, (start, end), others = written
        beside = others or normalize.digit_groups(plain[:start] + plain[end:])
        return Refusal("expiry_invalid", Field.EXPIRY) if beside else expiry
    groups = normalize.digit_groups(plain)
    if not groups:
        return Refusal("expiry_not_found", Field.EXPIRY)
    expiry, used = expiries.parse_expiry_groups(groups, today)
    return expiry if used == len(groups) else Refusal("expiry_invalid", Field.EXPIRY)


def _in_digits(message: str) -> str:
    """The message as it is understood, every number word as digits."""
    text = normalize.normalize(message)
    runs = number_words.find_runs(text, number_words.tokenize(text, vocabulary()), vocabulary(), months=())
    return number_words.replace_number_words(text, runs, [(0, len(text.plain))]).plain


def _masked(value: CardNumber | Expiry | Cvv | Refusal) -> str:
    match value:
        case CardNumber():
            return masked_card(value.brand, value.last4)
        case Expiry():
            return str(value)
        case Cvv():
            return "•••"
    return redact.BULLETS
