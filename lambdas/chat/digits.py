"""The digits in a message, whatever script or words they are written in, and where they stand."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import islice

from chat.language import Tongues, fold

_ATOM = re.compile(r"\d+", re.ASCII)
IDEOGRAPHS = "〇零一二三四五六七八九十百千壹贰貳弐叁參参肆伍陆陸柒捌玖拾佰仟壱两両兩幺廿卅"
"""Chinese and Japanese numerals, those of contracts and cheques with them."""
_VALUES = {each: 2 if each in "两両" else int(unicodedata.numeric(each)) for each in IDEOGRAPHS}
_IDEOGRAPH_RUN = re.compile(rf"[{IDEOGRAPHS}](?:[\s.,;:_·•*()/|+、-]{{0,5}}[{IDEOGRAPHS}]){{2,}}")
_MIXED_RUN = re.compile(rf"[{IDEOGRAPHS}\d](?:[\s-]?[{IDEOGRAPHS}\d]){{2,}}", re.ASCII)
_NUMERAL = re.compile(rf"[{IDEOGRAPHS}\d]+", re.ASCII)
_TOKEN = re.compile(r"[^\W_]+")
_NUMERALS = rf"[{IDEOGRAPHS}]{{2,}}+(?!月)"
_UNSPACED_TOKEN = re.compile(rf"{_NUMERALS}|(?:(?!{_NUMERALS})[^\W_])+")
""" "The code is 七百" has no space before the number; a single numeral in a word, or a month, is part of that."""
_LONG_VOWEL = re.compile(r"(?<=[\d ])ー(?=[\d ])", re.ASCII)
"""What a Japanese keyboard gives for a dash."""
JOINS = re.compile(r"[\s.,;:_·•*()/|+-]{0,5}")
"""What may stand between two groups of one number."""
_CODE = (3, 4)
"""The least and the most digits of a security code: fewer in a row are ordinary speech."""
_MOST = 64
Span = tuple[int, int]
BLANK = "\x00"
"""Stands where something has been understood already; joins nothing."""


@dataclass(frozen=True)
class Text:
    """A message with every digit as ASCII, dashes as "-", and invisible characters and accents gone.

    `places[i]` is where character `i` of `plain` stands in `typed`; empty when they are the same text.
    """

    typed: str = field(repr=False)
    plain: str = field(repr=False)
    places: tuple[int, ...] = ()

    def original(self, start: int, end: int) -> str:
        if not self.places:
            return self.typed[start:end]
        if start >= end:
            return ""
        return self.typed[self.places[start] : self.place(end)]

    def index(self, place: int) -> int:
        """Where the character at this place in `typed` stands in `plain`."""
        return bisect_left(self.places, place) if self.places else place

    def place(self, index: int) -> int:
        if not self.places:
            return index
        return self.places[index] if index < len(self.places) else len(self.typed)


@dataclass(frozen=True)
class Atom:
    """A group of digits without a gap, and whether it may go on the number of the group before."""

    digits: str = field(repr=False)
    start: int
    end: int
    joined: bool


def read(message: str) -> Text:
    if message.isascii():
        return Text(message, message.replace(BLANK, " "))
    plain: list[str] = []
    places: list[int] = []
    for place, char in enumerate(message):
        seen = char if char.isascii() and char != BLANK else _seen(char)
        plain.append(seen)
        places += [place] * len(seen)
    text = Text(message, _LONG_VOWEL.sub("-", "".join(plain)), tuple(places))
    for run_of_digits in (_IDEOGRAPH_RUN, _MIXED_RUN):
        runs = [run.span() for run in run_of_digits.finditer(text.plain)]
        found = [each for run in runs for each in _NUMERAL.finditer(text.plain, *run) if not each[0].isdigit()]
        text = _replaced(text, [(*each.span(), _numeral(each[0])) for each in found])
    return text


def _numeral(said: str) -> str:
    """The digits of numerals: "四二" as they stand, "七百二十三" added up, "四十二四十二" as two numbers."""
    digits, total, unit, scale = "", 0, "", 0
    for each in said:
        value = _VALUES[each] if each in _VALUES else int(each)
        if value < 10 and scale and unit == "0":
            unit += str(value)
        elif value < 10:
            if unit:
                digits, total, scale = digits + _added(total, unit, scale), 0, 0
            unit = str(value)
        else:
            if scale and value >= scale:
                digits, total = digits + str(total), 0
            total, unit, scale = total + int(unit or 1) * value, "", max(10, value - value % 100)
    return digits + _added(total, unit, scale)


def _added(total: int, unit: str, scale: int) -> str:
    """ "七百三" is 703 to some and 730 to others, so it is read as neither."""
    if not scale or (scale > 10 and unit and unit[0] != "0"):
        return (str(total) if scale else "") + unit
    return str(total + int(unit or 0))


_ALIKE = {"⁄": "/", "∕": "/", "−": "-", "’": "'", BLANK: " "}


def _seen(char: str) -> str:
    """The character as it is understood: nothing when it is not seen, more than one for "⑩"."""
    category = unicodedata.category(char)
    if category[0] == "N" and char != "〇":
        value = unicodedata.numeric(char)
        return str(int(value)) if value == int(value) else " "
    if category in ("Cf", "Me", "Mn"):  # zero width, direction marks, keycaps, accents on their own
        return ""
    if category in ("Pd", "Zs"):
        return "-" if category == "Pd" else " "
    if "\uff00" < char < "\uff5f":
        return chr(ord(char) - 0xFEE0)  # full width
    return _ALIKE.get(char, char)


_A_WORD_LATER = re.compile(r"\s+[^\W\d_]")
"""What follows an article: "one card", "une carte"."""
Token = tuple[int, int, str]
"""A word or group of digits: where it begins and ends, and its folded text."""


def tokens(text: Text, tongues: Tongues) -> list[Token]:
    """The words of a text; those that number words are written together in, as these."""
    folded = fold(text.plain)
    pattern = _TOKEN if folded.isascii() else _UNSPACED_TOKEN
    places: list[int] = []
    if len(folded) != len(text.plain):  # "ß" and few others grow
        places = [place for place, char in enumerate(text.plain) for _ in fold(char)]
        folded = "".join(map(fold, text.plain))
    found: list[Token] = []
    for match in pattern.finditer(folded):
        start, word = match.start(), match[0]
        parts = _parts(word, tongues)
        found += [(start + one, start + end, word[one:end]) for one, end in parts] or [(*match.span(), word)]
    return [(places[start], places[end - 1] + 1, word) for start, end, word in found] if places else found


_SHORT, _LONG = 6, 200
"""So few Latin letters are one word, as in Sixten; in so many no number is looked for."""
_FLOWING = 3
"""So many number words in a row are a number inside a text without spaces, unless a verb follows."""
_VERB = re.compile(r"て[くみ]|ます|ました|たい|ない")


def _parts(word: str, tongues: Tongues) -> list[Span]:
    """The number words that a word is written together of, or that stand in one of a language without spaces."""
    if word in tongues.longest or len(word) > _LONG:
        return []
    if word.isascii() and (len(word) <= _SHORT or tongues.begins.isdisjoint((word[:2], word[:3]))):
        return []
    for each in tongues.compounds:
        for start in range(len(word) if each.unspaced and not word.isascii() else 1):
            if word[start] not in each.numbers and not each.prefixed:
                continue
            parts = each.parts(word, start)
            end = parts[-1][1] if parts else 0
            inside = each.unspaced and len(parts) >= _FLOWING and not _VERB.match(word, end)
            if inside or (len(parts) > 1 and start == 0 and end == len(word)):
                return parts
    return []


def are_digits(said: list[Token], tongues: Tongues, *, few: int) -> bool:
    """Whether, where digits are asked for, one number word is a digit: in few words, or if there are two."""
    return len(said) <= few or sum(_is_spoken(word, tongues) for _, _, word in said) > 1


def _is_spoken(word: str, tongues: Tongues) -> bool:
    return word in tongues.longest or word[0] in _VALUES


def are_spoken(said: list[Token], tongues: Tongues) -> bool:
    """Whether there is a number word at all, as in most messages there is none."""
    return any(word in tongues.longest or word[0] in _VALUES for _, _, word in said)


@dataclass
class Run:
    """Numbers in a row: where each stands and its digits; those that were not typed as digits.

    `sure`: it is a number wherever it stands, since a month stands before it, or there is little else.
    """

    sure: bool
    parts: list[Token] = field(default_factory=list, repr=False)
    spoken: str = field(default="", repr=False)
    words: int = 0

    def is_number(self, plain: str, eager: Collection[Span]) -> bool:
        start, end, value = self.parts[0]
        alone = len(self.parts) == 1
        if self.sure or not self.spoken:
            return self.sure
        if alone and value == "1" and _A_WORD_LATER.match(plain, end):
            return False
        if any(begin <= start < stop for begin, stop in eager):
            return True
        if alone and plain[end : end + 1].isalpha():
            return False
        total = sum(len(value) for *_, value in self.parts)
        return total >= _CODE[0] and (len(self.spoken) >= _CODE[0] or total <= _CODE[1])


def runs(text: Text, said: list[Token], tongues: Tongues, months: Collection[str]) -> list[Run]:
    """`months`: names that are no number words here, "sept" among them."""
    found: list[Run] = []
    end, index, goes_on = 0, 0, False
    while index < len(said):
        start, _, word = said[index]
        goes_on = goes_on and JOINS.fullmatch(text.plain, end, start) is not None
        value, used = ("", 0) if word in months and not goes_on else _number(said, index, tongues)
        if value:
            end = said[index + used - 1][1]
            if not goes_on:
                found.append(Run(sure=index > 0 and said[index - 1][2] in months))
            found[-1].parts.append((start, end, value))
            found[-1].spoken += "" if word.isdigit() else value
            found[-1].words += used
        else:
            used, end = 1, said[index][1]
        goes_on = bool(value) or (goes_on and word in tongues.ands)
        index += used
    words = sum(run.words for run in found if run.spoken)
    if words * 2 > len(said) and words >= _CODE[0] and sum(len(run.spoken) for run in found) >= _CODE[0]:
        for run in found:
            run.sure = True
    return found


def spelled(text: Text, found: list[Run], eager: Collection[Span]) -> Text:
    """The text with number words as digits, where there are enough for a security code; where it is `eager`, one."""
    return _replaced(text, [part for run in found if run.is_number(text.plain, eager) for part in run.parts])


def _number(said: list[Token], index: int, tongues: Tongues) -> tuple[str, int]:
    """The digits of the number that begins here and how many tokens it takes; ("", 0) for none."""
    word = said[index][2]
    if word.isdigit():
        return word, 1
    if all(each in _VALUES for each in word):
        return _numeral(word), 1
    if word in tongues.times and index + 1 < len(said):
        once, used = _number(said, index + 1, tongues)
        return (once * tongues.times[word], used + 1) if len(once) == 1 else ("", 0)
    value, used = _cardinal(said, index, tongues, 10_000)
    return (str(value), used) if used else ("", 0)


def _cardinal(said: list[Token], index: int, tongues: Tongues, below: int) -> tuple[int, int]:
    """A number, its thousands, hundreds and rest added up, and how many tokens it takes; none for a bare "hundred"."""
    value, used = _phrase(said, index, tongues)
    if not used or value >= below:
        return 0, 0
    if value < 100:
        return value, used
    after = index + used
    after += after < len(said) and said[after][2] in tongues.ands
    rest, more = _cardinal(said, after, tongues, 1000 if value % 1000 == 0 else 100)
    if rest:
        return value + rest, after - index + more
    return (0, 0) if used == 1 and value in (100, 1000) else (value, used)


def _phrase(said: list[Token], index: int, tongues: Tongues) -> tuple[int, int]:
    most = tongues.longest.get(said[index][2], 0) if index < len(said) else 0
    phrase = tuple([word for _, _, word in said[index : index + most]])
    for size in range(len(phrase), 0, -1):
        value = tongues.numbers.get(phrase[:size])
        if value is not None:
            return value, size
    return 0, 0


def _replaced(text: Text, found: list[Token]) -> Text:
    if not found:
        return text
    plain: list[str] = []
    places: list[int] = []
    done = 0
    all_places = text.places or range(len(text.plain))
    for start, end, value in found:
        plain += (text.plain[done:start], value)
        places += [*all_places[done:start], *[all_places[start]] * len(value)]
        done = end
    plain.append(text.plain[done:])
    places += all_places[done:]
    return Text(text.typed, "".join(plain), tuple(places))


def atoms(plain: str) -> list[Atom]:
    """The groups of digits; what so many groups may mean is not looked into any further than `_MOST`."""
    found: list[Atom] = []
    for match in islice(_ATOM.finditer(plain), _MOST):
        joined = bool(found) and JOINS.fullmatch(plain, found[-1].end, match.start()) is not None
        found.append(Atom(match[0], match.start(), match.end(), joined))
    return found
