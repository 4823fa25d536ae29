"""Card number, expiry and security code among the digits of a message."""

import re
from dataclasses import dataclass, field, replace
from datetime import date

from chat.languages.language import DEFAULT, Language, load_language, words
from chat.understanding import expiries
from chat.understanding.card_numbers import Groups, digits_of, find_likely_number, find_valid_number, joined_groups
from chat.understanding.normalize import BLANK, DigitGroup, digit_groups
from chat.values.brands import MAX_CARD_DIGITS, MIN_CARD_DIGITS, Brand
from chat.values.card import CardNumber, Cvv, Expiry, Field, Refusal, check_card, check_cvv

_PRECEDENCE = (Field.CVV, Field.EXPIRY, Field.CARD)  # "The expiry of the card" is an expiry
# A bound on the work: runs of digits tried as a card number, and runs read for the rest.
_MAX_TRIED_RUNS, _MAX_READ_RUNS = 3, 12


@dataclass(frozen=True)
class Context:
    """`asked`: the field that was asked for. `brand`, `expiry`: what is known. `partial_number`: digits sent before."""

    asked: Field | None
    brand: Brand | None
    expiry: Expiry | None
    partial_number: str = field(repr=False)
    brands: frozenset[Brand]
    today: date
    language: Language


@dataclass(frozen=True)
class ExtractedFields:
    """`spans`: where each accepted or refused value stands. `plain`: the message with those blanked out."""

    plain: str = field(repr=False)
    card: CardNumber | Refusal | None = None
    expiry: Expiry | Refusal | None = None
    cvv: Cvv | Refusal | None = None
    early_cvv: bool = False
    partial_number: str = field(default="", repr=False)
    spans: tuple[tuple[int, int, Field], ...] = ()
    labelled: bool = False

    def __bool__(self) -> bool:
        return bool(self.card or self.expiry or self.cvv or self.early_cvv)

    def having(self, what: Field, start: int, end: int, **values: object) -> "ExtractedFields":
        plain = self.plain[:start] + BLANK * (end - start) + self.plain[end:]
        return replace(self, plain=plain, spans=(*self.spans, (start, end, what)), **values)  # type: ignore[arg-type]


def extract_fields(plain: str, context: Context) -> ExtractedFields:
    found = ExtractedFields(plain)
    written = expiries.find_written_expiry(plain, context.today, context.language)
    if written:
        found = found.having(Field.EXPIRY, *written[1], expiry=written[0])
    groups = digit_groups(found.plain)
    if context.expiry and not found.expiry:
        corrected = expiries.find_corrected_expiry(plain, groups, context.expiry, context.today, context.language)
        if corrected:
            return found.having(Field.EXPIRY, groups[0].start, groups[1].end, expiry=corrected)
    if not groups:
        return found
    found, groups = _find_card(found, groups, context)
    return _find_rest(found, groups, context)


def _find_card(
    found: ExtractedFields, groups: list[DigitGroup], context: Context
) -> tuple[ExtractedFields, list[DigitGroup]]:
    """The card number, if there is one or should be one, and the groups that are no part of it."""
    found_runs = joined_groups(groups)
    longest = [run for run in found_runs if len(digits_of(run)) >= MIN_CARD_DIGITS][:_MAX_TRIED_RUNS]
    for run in longest:
        used = find_valid_number(run, context.brands)
        if used:
            return _take_card(found, used, check_card(digits_of(used), context.brands), groups, context)
    if context.asked is Field.CARD:
        begun = next((run for run in found_runs if _label(found.plain, run[0], context) in (None, Field.CARD)), None)
        if begun and (context.partial_number or not longest):
            return _find_begun(found, begun, groups, context)
    if not longest:
        return found, groups
    used = find_likely_number(longest[0])
    return _take_card(found, used, check_card(digits_of(used), context.brands), groups, context)


def _take_card(
    found: ExtractedFields, used: Groups, card: CardNumber | Refusal, groups: list[DigitGroup], context: Context
) -> tuple[ExtractedFields, list[DigitGroup]]:
    labelled = _label(found.plain, used[0], context) is Field.CARD
    incomplete = isinstance(card, Refusal) and card.code == "card_incomplete" and context.asked is Field.CARD
    part = digits_of(used) if incomplete else ""
    start, end = used[0].start, used[-1].end
    rest = [group for group in groups if not start <= group.start < end]
    return found.having(Field.CARD, start, end, card=card, partial_number=part, labelled=labelled), rest


def _find_begun(
    found: ExtractedFields, run: Groups, groups: list[DigitGroup], context: Context
) -> tuple[ExtractedFields, list[DigitGroup]]:
    """A number that begins or goes on in this message: what came before is put in front of it."""
    before = DigitGroup(context.partial_number, run[0].start, run[0].start, joined=False)
    used = find_valid_number([before, *run], context.brands) if context.partial_number else None
    taken = [group for group in used or run if group is not before] or run
    digits = digits_of(used) if used else context.partial_number + digits_of(run)
    if len(digits) > MAX_CARD_DIGITS:
        digits = digits_of(run)  # begun anew
    found, rest = _take_card(found, taken, check_card(digits, context.brands), groups, context)
    return (replace(found, partial_number=digits) if found.partial_number else found), rest


def _find_rest(found: ExtractedFields, groups: list[DigitGroup], context: Context) -> ExtractedFields:
    """Expiry and security code among what is not the card number."""
    brand = found.card.brand if isinstance(found.card, CardNumber) else None if found.card else context.brand
    for run in joined_groups(groups)[:_MAX_READ_RUNS]:
        left: Groups = [group for group in run if found.plain[group.start] != BLANK]
        label = _label(found.plain, left[0], context) if left else None
        while left:
            if _is_expiry(found, left, label, context):
                found = _take_expiry(found, left, groups, context)
            elif _is_cvv(found, left, label, brand, context):
                used = left[:1] if len(left[0].digits) in (3, 4) else left
                cvv = check_cvv(digits_of(used), brand) if brand else None
                found = found.having(Field.CVV, used[0].start, used[-1].end, cvv=cvv, early_cvv=not brand)
            else:
                break
            left, label = [group for group in left if found.plain[group.start] != BLANK], None
    return found


def _is_expiry(found: ExtractedFields, left: Groups, label: Field | None, context: Context) -> bool:
    if found.expiry or label not in (None, Field.EXPIRY):
        return False
    if label or context.asked is Field.EXPIRY:
        return True
    likely, _ = expiries.parse_expiry_groups(left, context.today)
    return bool(found.card) and not (isinstance(likely, Refusal) and likely.code == "expiry_invalid")


def _take_expiry(found: ExtractedFields, left: Groups, groups: list[DigitGroup], context: Context) -> ExtractedFields:
    """Month and year may have a word between them: "12 of 2030"."""
    follows = left
    if len(left) == 1 and len(left[0].digits) <= 2:
        after = groups[groups.index(left[0]) + 1 :][:1]
        follows = left + [group for group in after if _label(found.plain, group, context) in (None, Field.EXPIRY)]
    expiry, count = expiries.parse_expiry_groups(follows, context.today)
    return found.having(Field.EXPIRY, follows[0].start, follows[count - 1].end, expiry=expiry)


def _is_cvv(found: ExtractedFields, left: Groups, label: Field | None, brand: Brand | None, context: Context) -> bool:
    if found.cvv or found.early_cvv or label not in (None, Field.CVV):
        return False
    if label or (context.asked is Field.CVV and not found.card):
        return True
    fits = len(left[0].digits) == brand.cvv_length if brand else len(left[0].digits) in (3, 4)
    return fits and bool(found.card or found.expiry)


_BEFORE = re.compile(rf"[^\d{BLANK},;，、،\n]*[,، ]?\Z", re.ASCII)
_AFTER = re.compile(rf"[^\d{BLANK}]{{0,40}}\Z", re.ASCII)


def _label(plain: str, group: DigitGroup, context: Context) -> Field | None:
    """The field that the words before the digits name, or those after the last digits of the message."""
    before = _BEFORE.search(plain, max(0, group.start - 40), group.start)
    label = _labelled_field(before[0] if before else "", context.language)
    after = None if label else _AFTER.match(plain, group.end)
    return label or _labelled_field(after[0] if after else "", context.language)


def _labelled_field(said: str, language: Language) -> Field | None:
    names = find_labels(said, language)
    return next((each for each in _PRECEDENCE if each in names), None)


def find_labels(said: str, language: Language) -> set[str]:
    """The fields that a text names, in this language or else in English."""
    spoken = words(said)
    names = {
        language.fields[name]
        for name in (language.fields if language.unspaced else spoken)
        if name in language.fields and (not language.unspaced or name in "".join(spoken))
    }
    return find_labels(said, load_language(DEFAULT)) if not names and language.tag != DEFAULT else names


_SENTENCE = re.compile(r"[^.;!?\n。！？；؟…]+")


def find_secret_sentences(plain: str, language: Language) -> list[tuple[int, int]]:
    """The sentences about a card's number or security code."""
    return [
        found.span()
        for found in _SENTENCE.finditer(plain)
        if not find_labels(found[0], language).isdisjoint((Field.CARD, Field.CVV))
    ]
