"""A name that a sentence states: "the name should be Tom Bakker", "der Name muss Tom Bakker sein"."""

import re

from chat.languages.folding import fold
from chat.languages.language import Language
from chat.languages.lexicon import load_lexicon
from chat.understanding.corrections.likely_name import PARTICLES

_SEGMENT = re.compile(r"[^,;:!?\n،؛]+")
_TOKEN = re.compile(r"[^\s\"“”„«»]+")
_LETTER = re.compile(r"[^\W\d_]")
_MAX_CHARS = 200  # a bound on the work: a longer message states its name in other ways

Span = tuple[int, int]
Token = tuple[str, int, int]


def find_stated_name(plain: str, language: Language, *, alone: bool) -> Span | None:
    """Where the name stands that comes after a word for the name and what joins the two.

    `alone`: also one that is set against another without any word for the name: "it's Tom, not Tim".
    Nothing in a language without spaces, whose lead-ins and tails do the same.
    """
    if language.unspaced or len(plain) > _MAX_CHARS:
        return None
    found = []
    for segment in _SEGMENT.finditer(plain):
        tokens = [(_word(each[0]), each.start(), each.end()) for each in _TOKEN.finditer(plain, *segment.span())]
        at = next((at for at, (word, *_) in enumerate(tokens) if language.fields.get(word) == "name"), None)
        span = (_after_copula(tokens, language) if alone else None) if at is None else _value(tokens, at, language)
        if span and _LETTER.search(plain, *span):
            found.append(span)
    # "It is the name you need changing: the name is Jane Doe": what has capitals goes before what has none.
    return next((span for span in found if not plain[slice(*span)].islower()), found[0] if found else None)


def _word(typed: str) -> str:
    """Folded, without an elided article: "l'anno". An initial is no word of its own: "Rory A Williams"."""
    if len(typed) == 1 and typed.isupper() and typed != "I":
        return typed
    return fold(typed).rpartition("'")[2] if fold(typed)[1:2] == "'" else fold(typed)


def _value(tokens: list[Token], at: int, language: Language) -> Span | None:
    """The words between the word for the name, with what joins it, and a word that belongs to no name."""
    copulas = load_lexicon(language.tag).copulas
    before = {word for word, *_ in tokens[:at]}
    start = _first(tokens, at + 1, copulas | language.fillers, inside=False)
    ends = (copulas | language.not_names | language.negations | language.fields.keys()) - PARTICLES
    end = _first(tokens, start, ends, inside=True)
    later = _first(tokens, end, copulas | language.fillers, inside=False)
    if end < later < len(tokens) and tokens[end][0] in copulas and tokens[later][0] not in ends:
        start, end = later, _first(tokens, later, ends, inside=True)  # "the name on this one is Jane Doe"
    after = {word for word, *_ in tokens[end:]}
    is_joined = not copulas.isdisjoint({word for word, *_ in tokens[at + 1 : start]} | before)
    is_joined |= bool(after) and after <= copulas
    is_denied = not language.negations.isdisjoint(before | {word for word, *_ in tokens[at + 1 : start]})
    closing = copulas | language.negations | load_lexicon(language.tag).instead | language.fillers
    is_closed = end == len(tokens) or tokens[end][0] in closing
    if end > start:
        return (tokens[start][1], tokens[end - 1][2]) if is_joined and is_closed and not is_denied else None
    return _put_first(tokens[:at], language)


def _put_first(before: list[Token], language: Language) -> Span | None:
    """ "put Tom Bakker as the name": the name stands between a verb and a copula."""
    copulas = load_lexicon(language.tag).copulas
    end = len(before)
    while end and (before[end - 1][0] in copulas or before[end - 1][0] in language.fillers):
        end -= 1
    start = end
    while start and before[start - 1][0] not in copulas | language.not_names | language.fillers:
        start -= 1
    has_verb = start > 0 and before[start - 1][0] in copulas
    return (before[start][1], before[end - 1][2]) if has_verb and start < end < len(before) else None


def _after_copula(tokens: list[Token], language: Language) -> Span | None:
    """ "it's Tom Bakker", "it should be T. Baker", "Tom heißt es", with nothing but such words beside the name."""
    beside = load_lexicon(language.tag).copulas | language.fillers | language.lead_words
    start = _first(tokens, 0, beside, inside=False)
    end = _first(tokens, start, (beside | language.not_names | language.negations) - PARTICLES, inside=True)
    if not 0 < end - start < len(tokens):
        return None
    denied = language.negations | load_lexicon(language.tag).instead
    rest = [word for word, *_ in tokens[end:]]
    is_rest_fine = all(word in beside for word in rest) or rest[0] in denied or rest[0] in _WITH
    return (tokens[start][1], tokens[end - 1][2]) if is_rest_fine and tokens[0][0] not in denied else None


_WITH = frozenset({"with", "mit", "con", "avec", "com", "met"})  # "with two k's"


def _first(tokens: list[Token], at: int, wanted: frozenset[str], *, inside: bool) -> int:
    """The first place from `at` on whose word is among those that are wanted, or is not."""
    while at < len(tokens) and (tokens[at][0] in wanted) is not inside:
        at += 1
    return at
