"""What may be stored of a message: no digit that was typed, whatever it was meant to be."""

import re
from collections.abc import Callable, Iterator

from chat.languages.folding import fold, words
from chat.languages.language import DEFAULT, Language, load_language
from chat.understanding.digits.ideographs import IDEOGRAPHS
from chat.understanding.digits.normalize import Text
from chat.understanding.extraction import ExtractedFields
from chat.values.card import CardNumber, Cvv, Expiry, Field, Refusal, masked_card

BULLETS = "••••"
_RUN = re.compile(r"\d(?:[\s.,_·•*()/|+-]{0,5}\d)*", re.ASCII)
_PART = rf"(?:[{IDEOGRAPHS}]|{BULLETS})"
# Ideographs beside digits are part of the same number.
_BESIDE = re.compile(rf"(?:{_PART}[\s._/-]{{0,5}})*{BULLETS}(?:[\s._/-]{{0,5}}{_PART})*")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_HIDDEN = re.compile(rf"{BULLETS}(?:[\s,.;:·-]{{0,3}}{BULLETS})+")

Span = tuple[int, int, Field]


def mask(text: Text, rendered: list[tuple[Span, str]], shown: Callable[[str], str] = str) -> str:
    """The message with every accepted value as the code renders it and every other run of digits as bullets.

    It goes by where digits stand, not by what they are: a mistyped number is as secret as a right one. `shown` decides
    what is kept of the rest.
    """
    pieces: list[str] = []
    done = 0
    for (start, end, _), form in sorted(rendered):
        pieces += (shown(_without_digits(text, done, start)), form)
        done = end
    pieces.append(shown(_without_digits(text, done, len(text.plain))))
    return "".join(pieces).strip()


def keep_known_words(said: str, languages: list[Language], also: frozenset[str]) -> str:
    """The words that one of the languages understands, or that stand in `also`; bullets for all others.

    Where digits are asked for, an unknown word may be a digit: "sevn", or a number word of another language.
    """

    def keep(match: re.Match[str]) -> str:
        word = fold(match[0])
        if word in also or any(word in each.known_words for each in languages):
            return match[0]
        if languages[0].unspaced:
            return "".join(_known_parts(match[0], languages[0].known_words))
        return BULLETS

    return _HIDDEN.sub(BULLETS, _LETTERS.sub(keep, said))


def only_known_words(name: str | Refusal | None, language: Language) -> Callable[[str], str]:
    """What is kept of a message where digits are asked for: known words, and the words of an accepted name."""
    languages = [language] if language.tag == DEFAULT else [language, load_language(DEFAULT)]
    also = frozenset(words(name)) if isinstance(name, str) else frozenset()
    return lambda said: keep_known_words(said, languages, also)


def mask_message(text: Text, strict: Text, found: ExtractedFields, shown: Callable[[str], str]) -> str:
    """`strict`: the same message, with all of the number words that may be secret as digits."""
    forms = {}
    if isinstance(found.card, CardNumber):
        forms[Field.CARD] = masked_card(found.card.brand, found.card.last4)
    if isinstance(found.expiry, Expiry):
        forms[Field.EXPIRY] = str(found.expiry)
    if isinstance(found.cvv, Cvv):
        forms[Field.CVV] = "•••"
    rendered = [
        ((strict.index(text.place(start)), strict.index(text.place(end)), what), forms[what])
        for start, end, what in found.spans
        if what in forms
    ]
    return mask(strict, rendered, shown)


def _known_parts(run: str, known: frozenset[str]) -> Iterator[str]:
    """A run of letters without spaces: the longest known phrases from the left, bullets between them."""
    folded, start = fold(run), 0
    if len(folded) != len(run):
        yield BULLETS
        return
    while start < len(run):
        end = next((end for end in range(len(run), start, -1) if folded[start:end] in known), 0)
        yield run[start:end] if end else BULLETS
        start = end or start + 1


def _without_digits(text: Text, start: int, end: int) -> str:
    pieces: list[str] = []
    for run in _RUN.finditer(text.plain, start, end):
        pieces += (text.original(start, run.start()), BULLETS)
        start = run.end()
    pieces.append(text.original(start, end))
    return _BESIDE.sub(BULLETS, "".join(pieces))
