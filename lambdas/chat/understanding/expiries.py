"""An expiry date as people write it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from chat.languages.folding import fold
from chat.languages.language import Language
from chat.languages.vocabulary import vocabulary
from chat.understanding.corrections.denial import Meant, which_is_meant
from chat.understanding.digits.normalize import DigitGroup
from chat.values.card import Expiry, Field, Refusal, check_expiry

Span = tuple[int, int]

_FULL = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)", re.ASCII)
_SLASH = re.compile(r"(?<![\d/])(\d{1,2})\s{0,3}[/\\]\s{0,3}(\d{4}|\d{2})(?![\d/])", re.ASCII)
_YEAR_FIRST = re.compile(r"(?<![\d/.-])(20\d{2})\s{0,3}[-/.]\s{0,3}(\d{1,2})(?![\d/.-])", re.ASCII)
_REIWA = re.compile(r"令和\s{0,3}(\d{1,2})\s{0,3}年\s{0,3}(\d{1,2})\s{0,3}月", re.ASCII)  # year 1 is 2019
_IDEOGRAPHS = re.compile(
    r"(?<!\d)(?<!和)(?<!和\s)(20\d{2}|\d{2})\s{0,3}年\s{0,3}の?\s{0,3}(\d{1,2})\s{0,3}月", re.ASCII
)
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?[\s.,]{1,3})"
_YEAR = r"20\d{2}|20 \d{2}"
_AFTER_MONTH = re.compile(
    rf"[\s.,'/-]{{0,3}}(?:{_DAY}?({_YEAR})|([^\W\d]{{2,6}}\s{{1,3}})?'?({_YEAR}|\d{{2}}))(?!\d)", re.ASCII
)
_BEFORE_MONTH = re.compile(r"(20\d{2})[\s.,-]{0,3}\Z", re.ASCII)
_LETTERS = re.compile(r"[^\W\d_]+")
_PAIR = re.compile(r"[^\W\d_]+ [^\W\d_]+")


def find_written_expiry(
    plain: str, today: date, language: Language
) -> tuple[Expiry | Refusal, Span, list[Span]] | None:
    """An expiry that can be nothing else, where it stands, and where dates do that are not meant.

    Of two dates the one that the words between them mean, else the only possible one, else the last. A date that may be
    meant or not is refused.
    """
    found = sorted(_candidates(plain, today, language), key=lambda each: each[2])
    if not found:
        return None
    taken: Expiry | Refusal | None = None
    span = found[0][2]
    for month, year, place in found:
        read = check_expiry(month, year, today)
        meant = Meant.SECOND if taken is None or taken == read else which_is_meant(plain, span, place, language)
        is_worse = isinstance(read, Refusal) and isinstance(taken, Expiry)
        if meant is Meant.UNCLEAR:
            return Refusal("expiry_invalid", Field.EXPIRY), place, [each for *_, each in found if each != place]
        if meant is Meant.SECOND or (meant is Meant.EITHER and not is_worse):
            taken, span = read, place
    others = [each for *_, each in found if each != span]
    return (taken, span, others) if taken else None


def _candidates(plain: str, today: date, language: Language) -> Iterator[tuple[int, int, Span]]:
    for match in _FULL.finditer(plain):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        months = {second} if match[2] == "." and second <= 12 else {each for each in (first, second) if each <= 12}
        yield _only_possible_month(months, year, today), year, match.span()
    for match in _SLASH.finditer(plain):
        yield int(match[1]), int(match[2]), match.span()
    for pattern in (_YEAR_FIRST, _IDEOGRAPHS):
        for match in pattern.finditer(plain):
            yield int(match[2]), int(match[1]), match.span()
    for match in _REIWA.finditer(plain):
        yield int(match[2]), 2018 + int(match[1]), match.span()
    yield from _with_month_name(plain, language)


def _only_possible_month(months: set[int], year: int, today: date) -> int:
    """The month of a date with a day, which comes first before dots: the one that can be meant, or 0."""
    valid = {month for month in months if isinstance(check_expiry(month, year, today), Expiry)} or months
    return valid.pop() if len(valid) == 1 else 0


def _with_month_name(plain: str, language: Language) -> Iterator[tuple[int, int, Span]]:
    """ "December 2030", "dec '30", "2030 December"."""
    for match in _LETTERS.finditer(plain):
        found = _month_at(plain, match, language)
        if not found:
            continue
        month, end = found
        after = _AFTER_MONTH.match(plain, end)
        if after and after[2] and not _may_join(fold(after[2].strip()), language):
            after = None
        before = _BEFORE_MONTH.search(plain, max(0, match.start() - 8), match.start())
        if after:
            yield month, int((after[1] or after[3]).replace(" ", "")), (match.start(), after.end())
        elif before:
            yield month, int(before[1]), (before.start(), end)


def _month_at(plain: str, word: re.Match[str], language: Language) -> tuple[int, int] | None:
    """The month that this word names, or it and the next one, as "تشرين الثاني"; and where the name ends."""
    for name in (word, _PAIR.match(plain, word.start())):
        folded = fold(name[0]) if name else ""
        month = language.months.get(folded) or vocabulary().months.get(folded)
        if name and month:
            return month, name.end()
    return None


def _may_join(word: str, language: Language) -> bool:
    """ "December of 2030", "diciembre del año 2030"; not the words before a security code."""
    return word in language.fillers or language.fields.get(word) == Field.EXPIRY


def parse_expiry_groups(atoms: list[DigitGroup], today: date) -> tuple[Expiry | Refusal, int]:
    """An expiry in the first of these groups, and how many of them it takes. At least one group."""
    first = atoms[0].digits
    second = atoms[1].digits if len(atoms) > 1 else ""
    third = atoms[2].digits if len(atoms) > 2 else ""
    if first == "0" and len(second) == 1 and len(third) in (2, 4):  # "oh five thirty"
        expiry, used = parse_expiry_groups([replace(atoms[1], digits=first + second), *atoms[2:]], today)
        return expiry, used + 1
    if len(first) <= 2 and second == "20" and len(third) == 2:  # "twelve twenty thirty"
        return check_expiry(int(first), int(second + third), today), 3
    if len(first) <= 2 and len(second) in (2, 4):
        return check_expiry(int(first), int(second), today), 2
    if len(first) == 4 and first.startswith("20") and 0 < len(second) <= 2 and int(first[2:]) > 12:
        return check_expiry(int(second), int(first), today), 2
    used = 1
    if all(len(atom.digits) == 1 for atom in atoms[:4]) and len(atoms) > 3:
        first, used = "".join(atom.digits for atom in atoms[:4]), 4
    if len(first) == 6 and first.startswith("20"):
        return check_expiry(int(first[4:]), int(first[:4]), today), used
    if len(first) in (4, 6):
        return check_expiry(int(first[:2]), int(first[2:]), today), used
    return Refusal("expiry_invalid", Field.EXPIRY), used


def find_corrected_expiry(plain: str, atoms: list[DigitGroup], known: Expiry, today: date, language: Language,
              ) -> Expiry | Refusal | None:  # fmt: skip
    """ "06 not 05": the one part of the known date that is to be another."""
    if len(atoms) != 2 or any(len(atom.digits) not in (1, 2, 4) for atom in atoms):
        return None
    first, second = atoms
    meant = which_is_meant(plain, (first.start, first.end), (second.start, second.end), language)
    if meant is Meant.EITHER:
        return None
    new, old = (int(atom.digits) for atom in (atoms[::-1] if meant is Meant.SECOND else atoms))
    if old == known.month:
        return check_expiry(new, known.year, today)
    if old in (known.year, known.year % 100):
        return check_expiry(known.month, new, today)
    return None
