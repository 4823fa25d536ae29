"""The card number in a message: whole, begun, going on, or asked for again because it may be more than that."""

from dataclasses import replace

from chat.understanding.card_numbers import (
    Groups,
    digits_of,
    find_likely_number,
    find_valid_number,
    has_two_readings,
    joined_groups,
    may_be_number_and_code,
)
from chat.understanding.corrections.denial import Meant, which_is_meant
from chat.understanding.digits.normalize import DigitGroup
from chat.understanding.extraction import Context, ExtractedFields
from chat.understanding.labels import label_of
from chat.values.brands import MAX_CARD_DIGITS, MIN_CARD_DIGITS, Brand, brand_of
from chat.values.card import CardNumber, Field, Refusal, check_card, luhn

# A bound on the work: runs of digits tried as a card number.
_MAX_TRIED_RUNS = 3
_GROUP_DIGITS, _MAX_GROUPS = (4, 5, 6), 5  # as numbers are printed
_MAX_BEGUN_DIGITS = 15  # of a number that may go on in the next message; more are kept to be compared


def find_card(
    found: ExtractedFields, groups: list[DigitGroup], context: Context
) -> tuple[ExtractedFields, list[DigitGroup]]:
    """The card number, if there is one or should be one, and the groups that are no part of it."""
    found_runs = joined_groups(groups)
    longest = [run for run in found_runs if len(digits_of(run)) >= MIN_CARD_DIGITS][:_MAX_TRIED_RUNS]
    valid = [(run, used) for run in longest if (used := find_valid_number(run, context.brands))]
    if valid:
        return _take_meant(found, valid, groups, context)
    if context.asked is Field.CARD and _are_one_number(groups, context):
        return _take_found(found, groups, groups, groups, context)
    if context.asked is Field.CARD:
        begun = next(
            (run for run in found_runs if label_of(found.plain, run[0], context.language) in (None, Field.CARD)), None
        )
        if begun and (context.partial_number or not longest):
            return _find_begun(found, begun, groups, context)
    if not longest:
        return found, groups
    used = find_likely_number(longest[0])
    return _take_card(found, used, check_card(digits_of(used), context.brands), groups, context)


def _are_one_number(groups: list[DigitGroup], context: Context) -> bool:
    """Whether all groups are one number, whatever is said between them: "5555 5555, then 5555 and at last 4444"."""
    number = check_card(digits_of(groups), context.brands)
    is_grouped = all(len(group.digits) in _GROUP_DIGITS for group in groups) and len(groups) <= _MAX_GROUPS
    return is_grouped and isinstance(number, CardNumber) and luhn(digits_of(groups))


def _take_meant(
    found: ExtractedFields, valid: list[tuple[Groups, Groups]], groups: list[DigitGroup], context: Context
) -> tuple[ExtractedFields, list[DigitGroup]]:
    """Of two numbers the one that the words between them mean, else the last; nothing is read in the other."""
    run, used = valid[0]
    for other, number in valid[1:]:
        first, second = (used[0].start, used[-1].end), (number[0].start, number[-1].end)
        meant = which_is_meant(found.plain, first, second, context.language)
        if meant is Meant.UNCLEAR and digits_of(used) != digits_of(number):
            rest = [group for group in groups if all(group not in each for each, _ in valid)]
            return _ask_for_number_alone(found, run, "", rest, context)
        if meant is not Meant.FIRST:
            run, used = other, number
    rest = [group for group in groups if group in run or all(group not in each for each, _ in valid)]
    if _may_go_on(run, context):
        return _ask_for_number_alone(found, run, "", rest, context)
    return _take_found(found, run, used, rest, context)


def _take_found(
    found: ExtractedFields, run: Groups, used: Groups, groups: list[DigitGroup], context: Context
) -> tuple[ExtractedFields, list[DigitGroup]]:
    """Take the number found in a run of digits, or ask for it alone when it may be another one with a security code.

    Only UnionPay's numbers often have more than 16 digits: there the same digits sent again are the answer.
    """
    digits = digits_of(used)
    number = check_card(digits, context.brands)
    if digits == context.partial_number or not has_two_readings(run, used, context.brands):
        return _take_card(found, used, number, groups, context)
    return _ask_for_number_alone(found, run, digits if used == run else "", groups, context)


def _ask_for_number_alone(
    found: ExtractedFields, run: Groups, whole: str, groups: list[DigitGroup], context: Context
) -> tuple[ExtractedFields, list[DigitGroup]]:
    """`whole`: the digits of the run if all of them can be the number."""
    is_kept = context.asked is Field.CARD and brand_of(whole or "0") is Brand.UNIONPAY
    found, rest = _take_card(found, run, Refusal("card_length", Field.CARD), groups, context)
    return replace(found, partial_number=whole if is_kept else ""), rest


def _take_card(
    found: ExtractedFields, used: Groups, card: CardNumber | Refusal, groups: list[DigitGroup], context: Context
) -> tuple[ExtractedFields, list[DigitGroup]]:
    labelled = label_of(found.plain, used[0], context.language) is Field.CARD
    may_go_on = labelled or context.asked is Field.CARD
    incomplete = may_go_on and isinstance(card, Refusal) and card.code == "card_incomplete"
    part = digits_of(used) if incomplete else ""
    start, end = used[0].start, used[-1].end
    rest = [group for group in groups if not start <= group.start < end]
    return found.having(Field.CARD, start, end, card=card, partial_number=part, labelled=labelled), rest


def _find_begun(
    found: ExtractedFields, run: Groups, groups: list[DigitGroup], context: Context
) -> tuple[ExtractedFields, list[DigitGroup]]:
    """A number that begins or goes on in this message."""
    used, joined = _read_with_part(run, context)
    if used and has_two_readings(joined, used, context.brands):
        return _ask_for_number_alone(found, run, digits_of(used) if used == joined else "", groups, context)
    taken = [group for group in used or run if group in run] or run
    digits = digits_of(used or joined)
    if len(digits) > MAX_CARD_DIGITS:
        digits = digits_of(run)  # begun anew
    found, rest = _take_card(found, taken, check_card(digits, context.brands), groups, context)
    return (replace(found, partial_number=digits) if found.partial_number else found), rest


def _may_go_on(run: Groups, context: Context) -> bool:
    """Whether a run that holds a number may as well be the rest of the one begun before."""
    used, joined = _read_with_part(run, context)
    return used is not None or (joined != run and may_be_number_and_code(digits_of(joined), context.brands))


def _read_with_part(run: Groups, context: Context) -> tuple[Groups | None, Groups]:
    """The run with what came before in front of it, and the number in that, if any."""
    part = context.partial_number
    if not part or len(part) > _MAX_BEGUN_DIGITS or context.asked is not Field.CARD:
        return None, run
    joined = [DigitGroup(part, run[0].start, run[0].start, joined=False), *run]
    return find_valid_number(joined, context.brands), joined
