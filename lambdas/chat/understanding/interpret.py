"""A person's message, interpreted: the values it gives, what it asks for, and the form of it that may be stored."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import NamedTuple

from chat.languages.folding import words
from chat.languages.language import Language, load_language
from chat.languages.lexicon import load_lexicon
from chat.languages.likeness import MAX_CHARS
from chat.languages.vocabulary import vocabulary
from chat.understanding import extraction, fields, intents, labels, redact
from chat.understanding.clauses import asks
from chat.understanding.corrections.heard_name import states_name
from chat.understanding.corrections.name_digits import is_among
from chat.understanding.decisions.admission import apply_stage_rules, is_aside, without_asides
from chat.understanding.digits import misspellings, normalize, number_words
from chat.understanding.digits.cardinals import Token
from chat.understanding.pointing.at_step import meanings_at
from chat.understanding.pointing.clauses_apart import agree_apart, withdraws
from chat.understanding.pointing.heard_language import heard_language
from chat.understanding.pointing.meaning import point, point_beside_values
from chat.understanding.pointing.name_beside import hear_name
from chat.understanding.pointing.questions import UNCLEAR, Topics, hear_topics
from chat.values.card import CardNumber, Cvv, Expiry, Field, Refusal
from chat.values.session import Intent, PartialNumber, Policy, Session, Step

_DIGIT = re.compile(r"\d", re.ASCII)
_IN_DIGITS = (Step.CARD, Step.EXPIRY, Step.CVV)
_CONSENT = (Intent.YES, Intent.CONFIRM)  # no message with digits gives it, but for an amount before Stripe's page
_MISSPELLED = "0"  # what a misspelled number is masked like: a digit
_MAX_SHORT_ANSWER_WORDS = 3  # in so few words a lone number word is an answer in digits
_MAX_DATE_WORDS = 5  # "mwezi wa tano mwaka 2029"


@dataclass(frozen=True)
class Interpretation:
    """What one message says. A field holds the accepted value, the reason why it was refused, or None.

    `masked`: the form of the message that may be stored. `private`: it contained digits, so the model must not see this
    turn; `is_amount`: they are a few beside words, and masked. `partial_number`: the digits to keep when `card` is
    refused as incomplete. `topic`: an off-topic question, by the key of its answer; `also`: another one. `unsure`: what
    it seems to decide; it is asked back. `vague`: the payer wants a change without saying which. `early_cvv`: the
    security code came before the card.
    """

    masked: str
    private: bool = False
    is_amount: bool = False
    intent: Intent | None = None
    topic: str | None = None
    also: str | None = None
    language: str | None = None
    changes: tuple[Field, ...] = ()
    different_card: bool = False
    vague: bool = False
    is_doubtful: bool = False
    is_short: bool = False
    unsure: Intent | None = None
    name: str | Refusal | None = None
    unsure_name: str | None = None
    card: CardNumber | Refusal | None = None
    expiry: Expiry | Refusal | None = None
    cvv: Cvv | Refusal | None = None
    partial_number: PartialNumber | None = field(default=None, repr=False)
    early_cvv: bool = False

    @property
    def is_off_script(self) -> bool:
        """Whether it says anything other than a value."""
        return bool(
            self.intent or self.topic or self.language or self.changes or self.different_card or self.vague
            or self.early_cvv or self.unsure_name or self.unsure
        )  # fmt: skip


def interpret(message: str, session: Session, today: date, policy: Policy) -> Interpretation:
    """`session.partial_number`, if any, has been opened to a PartialNumber. `today`: the date by which cards expire."""
    text = normalize.normalize(message)
    other = heard_language(text.plain, session)
    if other:
        inner = interpret(message, replace(session, language=other), today, policy)
        return replace(inner, language=inner.language or other)
    language = load_language(session.language)
    naming = session.choosing or session.step is Step.CONFIRM
    deciding = session.step in (Step.CONFIRM, Step.ACTION) or session.unsure_name is not None
    parse = partial(intents.parse_intent, language=language, vocabulary=vocabulary(), naming=naming, deciding=deciding)
    asked = parse(text.plain)
    in_digits = session.step in _IN_DIGITS and asked.topic != "moment"
    said = number_words.tokenize(text, vocabulary())
    strict, spoken = text, frozenset[str]()
    if number_words.has_number_word(said, vocabulary()):
        months = _month_names(text.plain, said, session, language)
        short = _MAX_DATE_WORDS if session.step is Step.EXPIRY else _MAX_SHORT_ANSWER_WORDS
        few = 0 if asked else short
        alone = in_digits and number_words.are_clearly_digits(said, vocabulary(), few=few)
        eager = [(0, len(text.plain))] if alone else labels.find_secret_sentences(text.plain, language)
        named = labels.find_months(said, language)
        runs = number_words.find_runs(text, said, vocabulary(), {*months, *load_lexicon(language.tag).back})
        spoken = number_words.words_among_scattered(text, runs)
        strict = number_words.replace_secret_words(text, runs, [*eager, *named])
        text = number_words.replace_number_words(text, runs, eager if alone and not asked else named)
    has_digits = _DIGIT.search(strict.plain) is not None
    slips = misspellings.find_misspelled(
        strict, vocabulary(), language.known_words, in_digits=session.step in _IN_DIGITS
    )
    misspelled = {word for start, end in slips for word in words(strict.plain[start:end])}
    strict = strict.with_digits([(start, end, _MISSPELLED) for start, end in slips])
    found = fields.extract_fields(text.plain, extraction.context_at(session, today, policy, language))
    found = without_asides(apply_stage_rules(found, session, policy), text.plain, session, language)
    is_amount = False
    if found:
        asked = asked if slips else point_beside_values(found.beside(), asked, session, language)
    else:
        is_amount = has_digits and not slips and is_aside(strict.plain, language)
        is_number = bool(slips) or (has_digits and not is_amount)
        asked = _point(text, asked, session, language, parse, is_number=is_number)
    name, unsure_name, asked = hear_name(text, session, found, asked, language, may_ask=not slips)
    given = name if isinstance(name, str) else unsure_name
    if given is not None and is_among(given, misspelled | spoken):
        name, unsure_name = Refusal("name_invalid", Field.NAME), None
    if isinstance(name, Refusal) and not isinstance(found.card, CardNumber):
        found = replace(found, card=None)
    unheard = session.step in _IN_DIGITS and not (asked or asks(text.plain) or _has_value(found, name))
    topics = _hear_topics(text.plain, asked, session, language, _Given(found, name, unsure_name))
    name = None if topics.is_guess and isinstance(name, Refusal) else name
    private, may_agree = unheard or has_digits or bool(slips), is_amount and session.is_hosted
    shown = redact.only_known_words(name or session.name, language) if session.step in _IN_DIGITS else str
    return Interpretation(
        masked=redact.BULLETS if unheard else redact.mask_message(text, strict, found, shown),
        private=private, is_amount=is_amount,
        intent=None if private and not may_agree and asked.intent in _CONSENT else asked.intent,
        topic=None if unheard else topics.topic, also=topics.also,
        language=asked.language, changes=asked.changes, different_card=asked.different_card, vague=asked.vague,
        is_doubtful=asked.is_doubtful or topics.is_guess, is_short=asked.is_short, unsure=asked.unsure,
        name=name, unsure_name=unsure_name, card=found.card, expiry=found.expiry, cvv=found.cvv,
        partial_number=PartialNumber(found.partial_number) if found.partial_number else None, early_cvv=found.early_cvv,
    )  # fmt: skip


class _Given(NamedTuple):
    """The values that a message gives, or seems to."""

    found: extraction.ExtractedFields
    name: str | Refusal | None
    unsure_name: str | None


def _hear_topics(
    plain: str, asked: intents.ParsedIntent, session: Session, language: Language, given: _Given
) -> Topics:
    """What is asked; where nothing else was heard, also what a long message as a whole asks."""
    found, name, unsure_name = given
    has_digits = _DIGIT.search(plain) is not None
    is_nothing = not (asked or found or name or unsure_name or has_digits)
    topic = UNCLEAR if asks(plain) and is_nothing else asked.topic
    is_open = asked.is_open and not (asked.vague or found or isinstance(name, str) or unsure_name or has_digits)
    return hear_topics(plain, topic, language, meanings_at(session, language), is_open=is_open)


def _point(
    text: normalize.Text,
    asked: intents.ParsedIntent,
    session: Session,
    language: Language,
    parse: Callable[[str], intents.ParsedIntent],
    *,
    is_number: bool,
) -> intents.ParsedIntent:
    """What a message without values seems to mean, where the rules heard nothing certain.

    `is_number`: it has a number in it, also in words, well written or not, which is more than an amount.
    """
    if len(text.plain) <= MAX_CHARS and states_name(text, session, language):
        is_open = asked.topic in (None, "leave")
        seems_to_stop = is_open and withdraws(text.plain, session, language)
        return intents.ParsedIntent(unsure=Intent.CANCEL) if seems_to_stop else asked
    if is_number:
        return asked
    return point(text.plain, agree_apart(text.plain, asked, session, language, parse), session, language)


def _month_names(plain: str, said: list[Token], session: Session, language: Language) -> Mapping[str, int]:
    """One that is a number word too, as "sept" is, is a month where an expiry is asked for or named, or in digits."""
    is_number = {word for *_, word in said if word in language.months and word in vocabulary().max_words}
    named = labels.find_labels(plain, language) if is_number else ()
    asked = session.step is Step.EXPIRY and Field.CVV not in named
    if not is_number or asked or Field.EXPIRY in named or _DIGIT.search(plain):
        return language.months
    return {word: month for word, month in language.months.items() if word not in is_number}


def _has_value(found: extraction.ExtractedFields, name: str | Refusal | None) -> bool:
    return found.early_cvv or any(
        isinstance(each, (str, CardNumber, Expiry, Cvv)) for each in (name, found.card, found.expiry, found.cvv)
    )
