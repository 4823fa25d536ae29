"""Card number, expiry and security code among the digits of a message."""

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from chat.card import (
    LONGEST,
    SHORTEST,
    Brand,
    CardNumber,
    Cvv,
    Expiry,
    Field,
    Refusal,
    check_card,
    check_cvv,
    check_expiry,
)
from chat.digits import Atom, atoms
from chat.language import Language, words

_SLASH = re.compile(r"(?<![\d/])(\d{1,2})\s*/\s*(\d{4}|\d{2})(?![\d/])", re.ASCII)
_ISO = re.compile(r"(?<![\d-])(20\d{2})-(\d{1,2})(?![\d-])", re.ASCII)


@dataclass(frozen=True)
class Found:
    card: CardNumber | Refusal | None = None
    expiry: Expiry | Refusal | None = None
    cvv: Cvv | Refusal | None = None
    early_cvv: bool = False
    part: str | None = field(default=None, repr=False)


def find(plain: str, *, step: str, brand: Brand | None, part: str, brands: frozenset[Brand], today: date,
         language: Language) -> Found:  # fmt: skip
    """`brand`: of the card known already; `part`: the digits of a number begun in the message before."""
    expiry, plain = _written_expiry(plain, today, language)
    groups = atoms(plain)
    card, rest, kept = _card(groups, step, part, brands)
    if isinstance(card, CardNumber):
        brand = card.brand
    elif card:
        brand = None
    cvv: Cvv | Refusal | None = None
    early = False
    for index, group in enumerate(rest):
        label = _label(plain, group, language)
        if label == Field.CVV or (not label and step == Field.CVV and not cvv):
            early = brand is None
            cvv = check_cvv(group.digits, brand) if brand else None
        elif expiry is None and Field.EXPIRY in (label, step):
            following = rest[index + 1] if index + 1 < len(rest) and rest[index + 1].joined else None
            expiry = _expiry(group.digits, following.digits if following else "", today)
        elif not label and card and len(group.digits) in (3, 4) and brand and not cvv:
            cvv = check_cvv(group.digits, brand)
    return Found(card, expiry, cvv, early, kept)


def _written_expiry(plain: str, today: date, language: Language) -> tuple[Expiry | Refusal | None, str]:
    """An expiry that cannot be anything else, and the text with it blanked out."""
    for pattern, month, year in ((_SLASH, 1, 2), (_ISO, 2, 1)):
        match = pattern.search(plain)
        if match:
            blank = plain[: match.start()] + ";" * (match.end() - match.start()) + plain[match.end() :]
            return check_expiry(int(match[month]), int(match[year]), today), blank
    for match in re.finditer(r"([^\W\d_]+)\W{0,3}(\d{4}|\d{2})\b", plain):
        month_number = language.months.get("".join(words(match[1])))
        if month_number:
            blank = plain[: match.start()] + ";" * (match.end() - match.start()) + plain[match.end() :]
            return check_expiry(month_number, int(match[2]), today), blank
    return None, plain


def _expiry(digits: str, following: str, today: date) -> Expiry | Refusal:
    if following and len(digits) <= 2:
        return check_expiry(int(digits), int(following), today)
    if len(digits) in (4, 6):
        return check_expiry(int(digits[:2]), int(digits[2:]), today)
    return Refusal("expiry_invalid", Field.EXPIRY)


def _label(plain: str, group: Atom, language: Language) -> str | None:
    before = words(plain[max(0, group.start - 40) : group.start].rpartition(";")[2])[-3:]
    return next((language.field_words[word] for word in reversed(before) if word in language.field_words), None)


def _card(groups: list[Atom], step: str, part: str, brands: frozenset[Brand],
          ) -> tuple[CardNumber | Refusal | None, list[Atom], str | None]:  # fmt: skip
    """The card number, what is left of the groups, and the digits to keep until the rest of the number comes."""
    starts = [index for index, group in enumerate(groups) if not group.joined]
    for start, end in pairwise([*starts, len(groups)]):
        run = groups[start:end]
        for stop in range(len(run), 0, -1):
            digits = "".join(group.digits for group in run[:stop])
            if SHORTEST <= len(digits) <= LONGEST and isinstance(number := check_card(digits, brands), CardNumber):
                return number, groups[:start] + run[stop:] + groups[end:], None
        digits = "".join(group.digits for group in run)
        if len(digits) >= SHORTEST:
            return check_card(digits, brands), groups[:start] + groups[end:], None
    if step != Field.CARD or not groups:
        return None, groups, None
    digits = part + "".join(group.digits for group in groups)
    result = check_card(digits[: LONGEST + 1], brands)
    incomplete = isinstance(result, Refusal) and result.code == "card_incomplete"
    return result, [], digits if incomplete else None
