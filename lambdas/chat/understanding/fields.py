"""Card number, expiry and security code among the digits of a message."""

import re
from dataclasses import replace
from typing import Any

from chat.languages.folding import words
from chat.understanding import expiries
from chat.understanding.card_field import find_card
from chat.understanding.card_numbers import Groups, digits_of, joined_groups
from chat.understanding.corrections.dates import find_corrected_part
from chat.understanding.corrections.denial import Meant, which_is_meant
from chat.understanding.digits.normalize import BLANK, DigitGroup, digit_groups
from chat.understanding.extraction import Context, ExtractedFields
from chat.understanding.labels import label_of
from chat.values.brands import Brand
from chat.values.card import CardNumber, Cvv, Expiry, Field, Refusal, check_cvv, check_expiry

_ENDS = ".,;!?\n、。，！？؛،؟"  # of a sentence or a part of one
_QUESTION = re.compile(
    r"(?:(?<=[.!?…。！？؟\n])|^)[^\d.!?…。！？؟\n]*(?:\d{1,4}(?!\d)[^\d.!?…。！？؟\n/]*)?[?？؟]", re.ASCII
)
_QUESTION_WORDS = 4
_DIGIT = re.compile(r"\d", re.ASCII)
_FEW_WORDS = 2  # beside a number that stands for itself
_MAX_READ_RUNS = 12  # a bound on the work: runs of digits read for expiry and security code


def extract_fields(plain: str, context: Context) -> ExtractedFields:
    """A question beside digits names no field of them, and a number in it is an amount.

    "It says 902. Did you get the date?", "852. Is the 129 for one month only?"
    """
    asking = [each.span() for each in _QUESTION.finditer(plain) if len(words(each[0])) >= _QUESTION_WORDS]
    rest = ExtractedFields(plain).without(asking).plain
    if not asking or not _DIGIT.search(rest):
        return _extract(plain, context)
    found = _extract(rest, context)
    for start, end in asking:
        found = replace(found, plain=found.plain[:start] + plain[start:end] + found.plain[end:])
    return found


def _extract(plain: str, context: Context) -> ExtractedFields:
    found = ExtractedFields(plain)
    written = expiries.find_written_expiry(plain, context.today, context.language)
    if written:
        found = found.having(Field.EXPIRY, *written[1], expiry=written[0]).without(written[2])
    groups = digit_groups(found.plain)
    if context.expiry and not found.expiry:
        corrected = expiries.find_corrected_expiry(plain, groups, context.expiry, context.today, context.language)
        if corrected:
            return found.having(Field.EXPIRY, groups[0].start, groups[1].end, expiry=corrected)
        parted = _corrected_part(found, groups, context)
        if parted:
            return parted
    if not groups:
        return found
    found, groups = find_card(found, groups, context)
    return _find_rest(found, groups, context)


def _corrected_part(found: ExtractedFields, groups: list[DigitGroup], context: Context) -> ExtractedFields | None:
    """A month or a year that is to be another in the known date."""
    if context.expiry is None or any(len(group.digits) > 4 for group in groups):
        return None
    part = find_corrected_part(found.plain, context.expiry, context.language, alone=context.asked is None)
    if part is None:
        return None
    (month, year), span = part
    return found.having(Field.EXPIRY, *span, expiry=check_expiry(month, year, context.today))


def _find_rest(found: ExtractedFields, groups: list[DigitGroup], context: Context) -> ExtractedFields:
    """Expiry and security code among what is not the card number."""
    brand = found.card.brand if isinstance(found.card, CardNumber) else None if found.card else context.brand
    for run in joined_groups(_without_count(groups, brand, context))[:_MAX_READ_RUNS]:
        left: Groups = [group for group in run if found.plain[group.start] != BLANK]
        label = label_of(found.plain, left[0], context.language) if left else None
        while left:
            if _is_expiry(found, left, label, context):
                found = _take_expiry(found, left, label, groups, context)
            elif _is_cvv(found, left, label, brand, context):
                used = left[:1] if len(left[0].digits) in (3, 4) else left
                cvv = check_cvv(digits_of(used), brand) if brand else None
                found = found.having(Field.CVV, used[0].start, used[-1].end, cvv=cvv, early_cvv=not brand)
            else:
                found = _correct(found, left, label, brand, context)
                break
            left, label = [group for group in left if found.plain[group.start] != BLANK], None
    return found


def _without_count(groups: list[DigitGroup], brand: Brand | None, context: Context) -> list[DigitGroup]:
    """ "three digits, 066": the first number says how many digits the code has. "275, two seven five" says it twice."""
    if context.asked is not Field.CVV or brand is None or len(groups) != 2:
        return groups
    count, code = groups
    is_count = count.digits == str(brand.cvv_length) and len(code.digits) == brand.cvv_length
    return [code] if is_count or (count.digits == code.digits and len(code.digits) == brand.cvv_length) else groups


def _correct(
    found: ExtractedFields, left: Groups, label: Field | None, brand: Brand | None, context: Context
) -> ExtractedFields:
    """Another value for what was found before in the same message: the one that is meant, or neither."""
    places = {what: (start, end) for start, end, what in found.spans}
    field, old = (Field.CVV, found.cvv) if found.cvv and label is not Field.EXPIRY else (Field.EXPIRY, found.expiry)
    if not old or field not in places or (label or context.asked) is not field:
        return found
    new, refusal = _read_again(left, field, brand, context)
    if new is None or new == old:
        return found
    span = (left[0].start, left[-1].end)
    meant = which_is_meant(found.plain, places[field], span, context.language)
    if meant is Meant.FIRST:
        return found
    found = replace(found, spans=tuple(each for each in found.spans if each[2] is not field))
    is_new = meant is Meant.SECOND or (meant is Meant.EITHER and field is Field.EXPIRY)
    values: dict[str, Any] = {field.value: new if is_new else refusal}
    return replace(found.having(field, *span), **values)


def _read_again(
    left: Groups, field: Field, brand: Brand | None, context: Context
) -> tuple[Expiry | Cvv | None, Refusal]:
    """A value of the field in these groups, and what is said when it is unclear whether it is meant."""
    read: Expiry | Cvv | Refusal
    if field is Field.EXPIRY:
        read, refusal = expiries.parse_expiry_groups(left, context.today)[0], Refusal("expiry_invalid", field)
    else:
        refusal = Refusal("cvv_length", field, brand)
        read = check_cvv(digits_of(left), brand) if brand else refusal
    return (None if isinstance(read, Refusal) else read), refusal


def _is_expiry(found: ExtractedFields, left: Groups, label: Field | None, context: Context) -> bool:
    if found.expiry or label not in (None, Field.EXPIRY):
        return False
    if label or context.asked is Field.EXPIRY:
        return True
    return bool(found.card) and not _is_no_date(left, context)


def _take_expiry(
    found: ExtractedFields, left: Groups, label: Field | None, groups: list[DigitGroup], context: Context
) -> ExtractedFields:
    """Month and year may have a word between them: "12 of 2030"."""
    follows = left
    if len(left) == 1 and len(left[0].digits) <= 2:
        after = groups[groups.index(left[0]) + 1 :][:1]
        language = context.language
        follows = left + [group for group in after if label_of(found.plain, group, language) in (None, Field.EXPIRY)]
    expiry, count = expiries.parse_expiry_groups(follows, context.today)
    used = follows[:count]
    if not label and _may_be_code(found, used, groups, context):
        return found.having(Field.CVV, used[0].start, used[-1].end)
    return found.having(Field.EXPIRY, used[0].start, used[-1].end, expiry=expiry)


def _may_be_code(found: ExtractedFields, used: Groups, groups: list[DigitGroup], context: Context) -> bool:
    """Whether a date beside a card may as well be its security code, as 0134 may after an Amex: no other is given."""
    brand = found.card.brand if found.card else None
    lengths = (brand.cvv_length,) if brand else (3, 4)
    if not found.card or found.cvv or len(digits_of(used)) not in lengths:
        return False
    return not any(
        len(group.digits) in lengths and (_is_no_date([group], context) or _is_code_by_name(found, group, context))
        for group in groups
        if group not in used and found.plain[group.start] != BLANK
    )


def _is_no_date(groups: Groups, context: Context) -> bool:
    read, _ = expiries.parse_expiry_groups(groups, context.today)
    return isinstance(read, Refusal) and read.code == "expiry_invalid"


def _is_code_by_name(found: ExtractedFields, group: DigitGroup, context: Context) -> bool:
    return label_of(found.plain, group, context.language) is Field.CVV


def _is_cvv(found: ExtractedFields, left: Groups, label: Field | None, brand: Brand | None, context: Context) -> bool:
    if found.cvv or found.early_cvv or label not in (None, Field.CVV):
        return False
    if label or (context.asked is Field.CVV and not found.card):
        return True
    size = len(left) if all(len(group.digits) == 1 for group in left) else len(left[0].digits)  # "7 4 1"
    fits = size == brand.cvv_length if brand else size in (3, 4)
    return fits and bool(found.card or found.expiry) and not _is_in_a_sentence(found.plain, left[0])


def _is_in_a_sentence(plain: str, group: DigitGroup) -> bool:
    """Whether a number that nothing names stands among words: "and when do I get the 500 back"."""
    start = max(plain.rfind(sign, 0, group.start) for sign in _ENDS) + 1
    ends = [at for sign in _ENDS if (at := plain.find(sign, group.end)) >= 0]
    return len(words(plain[start : min(ends, default=len(plain))])) > _FEW_WORDS
