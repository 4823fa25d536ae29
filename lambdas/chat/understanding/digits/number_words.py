"""Number words in a message, in every language at once, and which of them are digits."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from chat.languages.folding import fold, words
from chat.languages.vocabulary import Vocabulary
from chat.understanding.digits.cardinals import Token, parse_number
from chat.understanding.digits.ideographs import IDEOGRAPHS, VALUES
from chat.understanding.digits.normalize import JOINS, Text

_TOKEN = re.compile(r"[^\W_]+")
_NUMERALS = rf"[{IDEOGRAPHS}]{{2,}}+(?!月)"
# "The code is 七百" has no space before the number; a single numeral in a word, or a month, is part of that.
# So is a word of letters that one without spaces is written to: "quattroですか".
_EAST_ASIAN = r"\u3040-\u30ff\u3400-\u9fff"
_UNSPACED_TOKEN = re.compile(rf"{_NUMERALS}|[^\W\d_{_EAST_ASIAN}]+(?=[{_EAST_ASIAN}])|(?:(?!{_NUMERALS})[^\W_])+")
_NUMERAL = re.compile(rf"[{IDEOGRAPHS}](?!月)")
_CODE_DIGITS = (3, 4)  # the least and the most digits of a security code: fewer in a row are ordinary speech
_LONG_DIGITS = 4
Span = tuple[int, int]
_A_WORD_LATER = re.compile(r"\s+[^\W\d_]")  # what follows an article: "one card", "une carte"


def tokenize(text: Text, vocabulary: Vocabulary) -> list[Token]:
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
        parts = _parts(word, vocabulary)
        found += [(start + one, start + end, word[one:end]) for one, end in parts] or [(*match.span(), word)]
    return [(places[start], places[end - 1] + 1, word) for start, end, word in found] if places else found


# So few Latin letters are one word, as in Sixten; in so many no number is looked for.
_MAX_SINGLE_WORD_CHARS, _MAX_WORD_CHARS = 6, 200
# So many number words in a row are a number inside a text without spaces, unless a verb follows.
_MIN_UNSPACED_NUMBERS = 3
_VERB = re.compile(r"て[くみ]|ます|ました|たい|ない")


def _parts(word: str, vocabulary: Vocabulary) -> list[Span]:
    """The number words that a word is written together of, or that stand in one of a language without spaces."""
    if word in vocabulary.max_words or len(word) > _MAX_WORD_CHARS:
        return []
    if word.isascii() and (len(word) <= _MAX_SINGLE_WORD_CHARS or vocabulary.prefixes.isdisjoint((word[:2], word[:3]))):
        return []
    for each in vocabulary.compounds:
        for start in range(len(word) if each.unspaced and not word.isascii() else 1):
            if word[start] not in each.numbers and not each.link_may_come_first:
                continue
            parts = each.parts(word, start)
            end = parts[-1][1] if parts else 0
            inside = each.unspaced and len(parts) >= _MIN_UNSPACED_NUMBERS and not _VERB.match(word, end)
            if inside or (len(parts) > 1 and start == 0 and end == len(word)):
                return parts
    return []


def are_clearly_digits(said: list[Token], vocabulary: Vocabulary, *, few: int) -> bool:
    """Whether, where digits are asked for, one number word is a digit: in few words, or if there are two."""
    return len(said) <= few or sum(_is_number_word(word, vocabulary) for _, _, word in said) > 1


def _is_number_word(word: str, vocabulary: Vocabulary) -> bool:
    return word in vocabulary.max_words or word[0] in VALUES


def has_number_word(said: list[Token], vocabulary: Vocabulary) -> bool:
    """Whether there is a number word at all, as in most messages there is none."""
    return any(word in vocabulary.max_words or not VALUES.keys().isdisjoint(word) for _, _, word in said)


@dataclass
class SpokenRun:
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
        return total >= _CODE_DIGITS[0] and (len(self.spoken) >= _CODE_DIGITS[0] or total <= _CODE_DIGITS[1])


def find_runs(text: Text, said: list[Token], vocabulary: Vocabulary, months: Collection[str]) -> list[SpokenRun]:
    """`months`: names that are no number words here, "sept" among them, and "dos" of the back of a card."""
    found: list[SpokenRun] = []
    end, index, goes_on = 0, 0, False
    while index < len(said):
        start, _, word = said[index]
        goes_on = goes_on and JOINS.fullmatch(text.plain, end, start) is not None
        is_word = word in months or _is_article(said, index)
        value, used = ("", 0) if is_word and not goes_on else parse_number(said, index, vocabulary)
        if value:
            end = said[index + used - 1][1]
            if not goes_on:
                found.append(SpokenRun(sure=index > 0 and said[index - 1][2] in months))
            elif said[index - 1][2] in vocabulary.links:  # "sete oito e nove"
                start = said[index - 1][0]
            found[-1].parts.append((start, end, value))
            found[-1].spoken += "" if word.isdigit() else value
            found[-1].words += used
        else:
            used, end = 1, said[index][1]
        goes_on = bool(value) or (goes_on and word in vocabulary.links)
        index += used
    counted = sum(run.words for run in found if run.spoken)
    if (
        counted * 2 > len(said)
        and counted >= _CODE_DIGITS[0]
        and sum(len(run.spoken) for run in found) >= _CODE_DIGITS[0]
    ):
        for run in found:
            run.sure = True
    return found


def _is_article(said: list[Token], index: int) -> bool:
    """ "O 4242 …" is "the" in Portuguese and "or" in Italian: a zero begins neither card number nor year."""
    after = said[index + 1][2] if index + 1 < len(said) else ""
    return said[index][2] == "o" and len(after) >= _LONG_DIGITS and after.isdigit()


def replace_number_words(text: Text, found: list[SpokenRun], eager: Collection[Span]) -> Text:
    """The text with number words as digits, where there are enough for a security code; where it is `eager`, one."""
    return text.with_digits([part for run in found if run.is_number(text.plain, eager) for part in run.parts])


def replace_secret_words(text: Text, found: list[SpokenRun], eager: Collection[Span]) -> Text:
    """The same, for what may be stored: number words with other words between them may be a code as well."""
    scattered = _scattered(text, found)
    return text.with_digits(scattered) if scattered else replace_number_words(text, found, eager)


def words_among_scattered(text: Text, found: list[SpokenRun]) -> frozenset[str]:
    """Number words with other words between them, and these: none is a name."""
    scattered = _scattered(text, found)
    return frozenset(words(text.plain[scattered[0][0] : scattered[-1][1]]) if scattered else ())


def _scattered(text: Text, found: list[SpokenRun]) -> list[Token]:
    """Three of them, of which one at most is "one", an article in many languages, or "一", part of many words."""
    spoken = [part for run in found if run.spoken for part in run.parts]
    numerals = [
        (each.start(), each.end(), str(VALUES[each[0]]))
        for each in _NUMERAL.finditer(text.plain)
        if not any(start <= each.start() < end for start, end, _ in spoken)
    ]
    every = sorted([*spoken, *numerals])
    others = sum(value != "1" for *_, value in every)
    return every if len(every) >= _CODE_DIGITS[0] and others >= _CODE_DIGITS[0] - bool(spoken) else []
