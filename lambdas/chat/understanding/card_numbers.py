"""Which of the digits of a message are one card number: groups that stand together, tried as people write them."""

from collections.abc import Iterator
from itertools import accumulate

from chat.understanding.digits.normalize import DigitGroup
from chat.values.brands import COMMON, LENGTHS, MAX_CARD_DIGITS, MIN_CARD_DIGITS, Brand, brand_of
from chat.values.card import PUBLIC_TEST_NUMBERS, CardNumber, check_card, luhn

Groups = list[DigitGroup]

_DATE_DIGITS = 4
_ONE_MORE_DIGIT = (Brand.VISA, 18)  # one digit after so many makes the longest number, not a code's beginning
_MAX_REST_GROUPS = 9  # more than the single digits of a date and a code


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


def has_two_readings(run: Groups, number: Groups, brands: frozenset[Brand]) -> bool:
    """Whether what was found in the run may as well be a shorter number and a security code, or a longer one.

    Nobody can tell 19 digits from 16 and a code where both are numbers, however they are grouped; a part of a code is
    enough. A longer number counts only where a group ends with it, and not without a check digit if the shorter one has
    it. Stripe's test numbers are what they are.
    """
    digits, taken = digits_of(run), digits_of(number)
    brand = brand_of(digits)
    if digits in PUBLIC_TEST_NUMBERS or not brand:
        return False
    ends = {len(digits_of(tried)) for tried in _candidates(run)}
    others = [
        length
        for length in LENGTHS.get(brand, COMMON)
        if length != len(taken) and length <= len(digits) and _is_number(digits[:length], brands)
    ]
    return (
        any(length < len(taken) and _may_be_rest(len(taken) - length, length, brand) for length in others)
        or any(
            length > len(taken) and length in ends and (luhn(digits[:length]) or not luhn(taken)) for length in others
        )
        or _may_begin_with_code(number, taken, brands)
    )


def _may_be_rest(more: int, length: int, brand: Brand) -> bool:
    """Whether so many more digits than a number of this length has can be a code, a part of one, or a date."""
    return more >= brand.cvv_length or (length >= COMMON[0] and (brand, length) != _ONE_MORE_DIGIT)


def may_be_number_and_code(digits: str, brands: frozenset[Brand]) -> bool:
    """Whether digits without any gap are a number, or one and a security code."""
    brand = brand_of(digits)
    rests = (0, brand.cvv_length if brand else 0)
    return any(_is_number(digits[: len(digits) - rest], brands) for rest in rests if len(digits) > rest)


def _is_number(digits: str, brands: frozenset[Brand]) -> bool:
    return isinstance(check_card(digits, brands), CardNumber)


def _may_begin_with_code(number: Groups, digits: str, brands: frozenset[Brand]) -> bool:
    """Whether the first group may be a security code, and the others a number."""
    code, rest = number[0].digits, digits[len(number[0].digits) :]
    read = check_card(rest, brands) if rest else None
    return isinstance(read, CardNumber) and luhn(rest) and len(code) == read.brand.cvv_length


def _candidates(run: Groups) -> Iterator[Groups]:
    """All groups; the first few, when the rest can be an expiry and a security code. A whole group comes first."""
    totals = list(accumulate(len(group.digits) for group in run[: MAX_CARD_DIGITS + 4]))
    ends = [count for count, total in enumerate(totals, 1) if MIN_CARD_DIGITS <= total <= MAX_CARD_DIGITS]
    brand = brand_of(digits_of(run[:MAX_CARD_DIGITS]))
    code_length = brand.cvv_length if brand else 3
    for count in sorted(ends, key=lambda count: (count > 1, count < len(run), count)):
        if _may_follow([group.digits for group in run[count : count + _MAX_REST_GROUPS]], code_length):
            yield run[:count]


def _may_follow(groups: list[str], code_length: int) -> bool:
    """These groups can be an expiry, a security code, or both in either order."""
    if len(groups) > 1 and all(len(group) == 1 for group in groups):
        groups = _regrouped("".join(groups), code_length)
    after = _without_date(groups)
    is_code = [len(group) == code_length for group in groups]
    return not after or (len(after) == 1 and is_code[-1]) or (is_code[0] and not _without_date(groups[1:]))


def _regrouped(digits: str, code_length: int) -> list[str]:
    """Single digits as a date of four and a code, in the order that fits."""
    if len(digits) <= _DATE_DIGITS:
        return [digits]
    whole = [digits[:_DATE_DIGITS], digits[_DATE_DIGITS:]]
    return whole if len(_without_date(whole)) == 1 else [digits[:code_length], digits[code_length:]]


def _without_date(groups: list[str]) -> list[str]:
    """What follows a month and a year, if they come first."""
    if len(groups) > 1 and len(groups[0]) <= 2 and len(groups[1]) in (2, 4) and 1 <= int(groups[0]) <= 12:
        return groups[2:]
    return groups[1:] if groups and len(groups[0]) == 4 and 1 <= int(groups[0][:2]) <= 12 else groups


def find_likely_number(run: Groups) -> Groups:
    """The groups of a refused run that were meant as the number: as many as its brand has digits."""
    lengths = _lengths(digits_of(run[:MAX_CARD_DIGITS]))
    meant = [tried for tried in _candidates(run) if len(digits_of(tried)) in lengths]
    return meant[0] if meant else run


def _lengths(digits: str) -> tuple[int, ...]:
    """How many digits the numbers of its brand have."""
    brand = brand_of(digits)
    return LENGTHS.get(brand, COMMON) if brand else COMMON
