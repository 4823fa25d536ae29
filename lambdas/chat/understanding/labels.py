"""Which field the words beside some digits name."""

import re

from chat.languages.folding import words
from chat.languages.language import DEFAULT, Language, load_language
from chat.languages.lexicon import load_lexicon
from chat.understanding.digits.cardinals import Token
from chat.understanding.digits.normalize import BLANK, DigitGroup
from chat.values.card import Field

_PRECEDENCE = (Field.CVV, Field.EXPIRY, Field.CARD)  # "The expiry of the card" is an expiry
_BEFORE = re.compile(rf"[^\d{BLANK},;，、،\n]*[,، ]?\Z", re.ASCII)
_AFTER = re.compile(rf"[^\d{BLANK}]{{0,40}}\Z", re.ASCII)
_SENTENCE_END = re.compile(r"(?<=\w\w\w\w)[.!?]\s")  # "no. 4242" is none
_GOES_ON = re.compile(r"[\s.-]{0,3}\d", re.ASCII)
_CODE_DIGITS = (3, 4)
_MONTH_CHARS = 8  # behind the word
_SENTENCE = re.compile(r"[^.;!?\n。！？；؟…]+")


def label_of(plain: str, group: DigitGroup, language: Language) -> Field | None:
    """The field that the words before the digits name, or those after the last digits of the message."""
    before = _BEFORE.search(plain, max(0, group.start - 40), group.start)
    said = _SENTENCE_END.split(before[0])[-1] if before else ""
    label = _labelled_field(said, language)
    may_be_code = len(group.digits) in _CODE_DIGITS and not _GOES_ON.match(plain, group.end)
    if label in (None, Field.CARD) and may_be_code and _is_on_the_back(said, language):
        return Field.CVV  # "the number on the back is 123"
    after = None if label else _AFTER.match(plain, group.end)
    return label or _labelled_field(after[0] if after else "", language)


def _is_on_the_back(said: str, language: Language) -> bool:
    back = load_lexicon(language.tag).back
    return not back.isdisjoint(words(said)) or (language.unspaced and any(word in said for word in back))


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


def find_secret_sentences(plain: str, language: Language) -> list[tuple[int, int]]:
    """The sentences about a card's number or security code."""
    return [
        found.span()
        for found in _SENTENCE.finditer(plain)
        if not find_labels(found[0], language).isdisjoint((Field.CARD, Field.CVV))
    ]


def find_months(said: list[Token], language: Language) -> list[tuple[int, int]]:
    """Where the number of a month is said behind the word for one: "mwezi wa sita", "month twelve"."""
    months = load_lexicon(language.tag).month_words
    return [(end, end + _MONTH_CHARS) for _, end, word in said if word in months]
