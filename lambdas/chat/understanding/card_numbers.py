"""Which of the digits of a message are one card number: groups that stand together, tried as people write them."""

from collections.abc import Iterator
from itertools import accumulate

from chat.understanding.normalize import DigitGroup
from chat.values.brands import LENGTHS, MAX_CARD_DIGITS, MIN_CARD_DIGITS, Brand, brand_of
from chat.values.card import CardNumber, check_card, luhn

Groups = list[DigitGroup]


def joined_groups(groups: list[DigitGroup]) -> list[Groups]:
    """The groups that may be one number, together."""
    found: list[Groups] = []
    for group in groups:
        if group.joined and found:
            found[-1].append(group)
        else:
            found.append([group])
    return found


def digits_of(run: Groups) -> str:
    return "".join(group.digits for group in run)


def find_valid_number(run: Groups, brands: frozenset[Brand]) -> Groups | None:
    """The groups of the run that are an accepted number; one without a check digit only if nothing else is."""
    unchecked = None
    for tried in _candidates(run):
        digits = digits_of(tried)
        if isinstance(check_card(digits, brands), CardNumber):
            if luhn(digits):
                return tried
            unchecked = unchecked or tried
    return unchecked


def _candidates(run: Groups) -> Iterator[Groups]:
    """All groups; the first few, when the rest can be an expiry and a security code. A whole group comes first."""
    totals = list(accumulate(len(group.digits) for group in run[: MAX_CARD_DIGITS + 4]))
    ends = [count for count, total in enumerate(totals, 1) if MIN_CARD_DIGITS <= total <= MAX_CARD_DIGITS]
    brand = brand_of(digits_of(run[:MAX_CARD_DIGITS]))
    for count in sorted(ends, key=lambda count: (count > 1, count < len(run), count)):
        if _may_follow(run[count:], brand):
            yield run[:count]


def _may_follow(rest: Groups, brand: Brand | None) -> bool:
    """These groups can be an expiry, a security code, or both."""
    groups = [group.digits for group in rest[:4]]
    if len(groups) > 1 and len(groups[0]) <= 2 and len(groups[1]) in (2, 4) and 1 <= int(groups[0]) <= 12:
        groups = groups[2:]
    elif groups and len(groups[0]) == 4 and 1 <= int(groups[0][:2]) <= 12:
        groups = groups[1:]
    return not groups or (len(groups) == 1 and len(groups[0]) == (brand.cvv_length if brand else 3))


def find_likely_number(run: Groups) -> Groups:
    """The groups of a refused run that were meant as the number: as many as its brand has digits."""
    brand = brand_of(digits_of(run[:MAX_CARD_DIGITS]))
    lengths = LENGTHS.get(brand, (16,)) if brand else (16,)
    meant = [tried for tried in _candidates(run) if len(digits_of(tried)) in lengths]
    return meant[0] if meant else run
