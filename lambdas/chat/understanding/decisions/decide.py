"""Whether a message agrees, ends or withholds: only if every word of it belongs to saying so."""

from enum import Enum, auto
from typing import NamedTuple

from chat.languages.language import DEFAULT, Language
from chat.languages.lexicon import Lexicon, Part, Said, load_lexicon
from chat.understanding.clauses import Clause

_MAX_CLAUSE = 60  # a bound on the work, in characters of an unspaced language or in words: longer ones decide nothing
_MAX_CLAUSES = 6
_STRONG_AFTER_NO = 2  # "no, it's all correct, go ahead": so many phrases outweigh the no

_AGREEING = Part.AGREE | Part.ACT | Part.OBJECT | Part.BESIDE
_ENDING = Part.END | Part.END_BESIDE
_WITHHOLDING = Part.WITHHOLD | Part.WITHHELD | Part.ACT | Part.OBJECT | Part.BESIDE | Part.END_BESIDE


class Decision(Enum):
    """`AGREE_SHORTLY`: a bare yes, which does not outweigh words that were not understood. `WITHHOLD`: asked back."""

    AGREE = auto()
    AGREE_SHORTLY = auto()
    END = auto()
    WITHHOLD = auto()


class _Reading(NamedTuple):
    """`strong`: how many phrases decide; the more, the better the reading."""

    strong: int
    parts: Part


def decide(found: list[Clause], language: Language, *, is_question: bool, may_agree: bool) -> Decision | None:
    """`may_agree`: something was reviewed that a yes agrees to. English counts in every language."""
    if is_question or not found or len(found) > _MAX_CLAUSES or any(clause.has_digits for clause in found):
        return None
    lexicons = [load_lexicon(tag) for tag in dict.fromkeys((language.tag, DEFAULT))]
    for lexicon in lexicons:
        if _all(found, lexicon, _ENDING, Part.END):
            return Decision.END
    if may_agree and (agreed := _agreement(found, lexicons, language)):
        return agreed
    for lexicon in lexicons:
        readings = _all(found, lexicon, _WITHHOLDING, Part.WITHHOLD | Part.ACT | Part.WITHHELD)
        said = readings and _union(readings)
        if said and Part.WITHHOLD in said and said & (Part.ACT | Part.WITHHELD):
            return Decision.WITHHOLD
    return None


def ends_apart(found: list[Clause], language: Language) -> bool:
    """Whether one clause of several ends the conversation: "I have told you so. Please cancel it"."""
    return len(found) > 1 and any(
        decide([clause], language, is_question=False, may_agree=False) is Decision.END for clause in found
    )


def is_beside(clause: Clause, language: Language) -> bool:
    """Whether every word of it may stand beside a decision: "kind regards", but not "and now" or "but"."""
    lexicon = load_lexicon(language.tag)
    said = clause.text.replace(" ", "") if lexicon.unspaced else clause.phrase
    may_ask = any((word,) == each and Part.ASK in parts for word in clause.phrase
                  for each, parts in lexicon.phrases.get(word, ()))  # fmt: skip
    is_open = may_ask or clause.phrase in lexicon.tags or _withdraws(clause, lexicon)
    return not is_open and _read(said, lexicon, Part.BESIDE, Part.BESIDE) is not None


def says_confirm(clause: Clause, language: Language) -> bool:
    """Whether the word that is asked for is among its own: "bevestigen dus", "確定で"."""
    joint = "" if language.unspaced else " "
    confirming = (joint.join(phrase) for phrase, intent in language.intents.items() if intent == "confirm")
    return any(f"{joint}{phrase}{joint}" in f"{joint}{clause.text}{joint}" for phrase in confirming)


def _agreement(found: list[Clause], lexicons: list[Lexicon], language: Language) -> Decision | None:
    refused, rest = 0, found
    while rest and language.intents.get(rest[0].phrase) == "no":
        refused, rest = 1, rest[1:]
    if any(len(clause.phrase) > 1 and not clause.typed.isdisjoint(language.doubts_as_typed) for clause in rest):
        return None
    for lexicon in lexicons:
        readings = _all(rest, lexicon, _AGREEING, Part.AGREE | Part.ACT)
        if not readings or any(_withdraws(clause, lexicon) for clause in rest):
            continue
        if any(Part.OBJECT in each.parts and Part.ACT not in each.parts for each in readings):
            continue
        strong = sum(each.strong for each in readings)
        if refused and strong < _STRONG_AFTER_NO:
            return None
        is_short = strong < _STRONG_AFTER_NO and Part.ACT not in _union(readings)
        return Decision.AGREE_SHORTLY if is_short else Decision.AGREE
    return None


def _union(readings: list[_Reading]) -> Part:
    said = Part(0)
    for each in readings:
        said |= each.parts
    return said


def _all(found: list[Clause], lexicon: Lexicon, allowed: Part, strong: Part) -> list[_Reading]:
    """How each clause is made of allowed phrases; empty unless all are, and a strong one is among them."""
    readings = []
    for clause in found:
        reading = _read(clause.text.replace(" ", "") if lexicon.unspaced else clause.phrase, lexicon, allowed, strong)
        if reading is None:
            return []
        readings.append(reading)
    return readings if any(each.strong for each in readings) else []


def _read(said: Said, lexicon: Lexicon, allowed: Part, strong: Part) -> _Reading | None:
    size = len(said)
    if size > _MAX_CLAUSE:
        return None
    reached: list[_Reading | None] = [_Reading(0, Part(0)), *[None] * size]
    for at in range(size):
        before = reached[at]
        if before is None:
            continue
        for phrase, parts in lexicon.phrases.get(said[at], ()):
            end = at + len(phrase)
            if parts & allowed and said[at:end] == phrase:
                counted = 1 if parts & strong else 0
                # A phrase that may stand beside anything is an object of nothing.
                kept = parts & allowed & ~(Part.OBJECT if Part.BESIDE in parts else Part(0))
                reading = _Reading(before.strong + counted, before.parts | kept)
                known = reached[end]
                if known is None or reading.strong > known.strong:
                    reached[end] = reading
    return reached[size]


def _withdraws(clause: Clause, lexicon: Lexicon) -> bool:
    return begins_asking(clause, lexicon) or _breaks_off(clause, lexicon) or _is_tagged(clause, lexicon)


def begins_asking(clause: Clause, lexicon: Lexicon) -> bool:
    """Whether it begins as questions do: "is it right". "Is goed" is a longer phrase that begins so, and asks not."""
    if lexicon.unspaced:
        return False
    begun = [(len(said), parts) for said, parts in lexicon.phrases.get(clause.phrase[0], ())
             if clause.phrase[: len(said)] == said]  # fmt: skip
    asked = max((size for size, parts in begun if Part.ASK in parts), default=0)
    answered = max((size for size, parts in begun if parts & (Part.AGREE | Part.ACT)), default=0)
    return asked > answered


def _breaks_off(clause: Clause, lexicon: Lexicon) -> bool:
    """Whether it ends in a "but": "yes but", "はい、でも". "Doe maar" is a longer phrase, which does not."""
    if lexicon.unspaced:
        return clause.text.endswith(tuple(lexicon.but))
    return clause.phrase[-1] in lexicon.but and not _ends_with_more(clause, lexicon)


def _is_tagged(clause: Clause, lexicon: Lexicon) -> bool:
    """Whether it ends as a question does: "confirm right", "ok and now". "Confirm, it is right" agrees."""
    said = clause.phrase
    if any(len(tag) > 1 and said[-len(tag) :] == tag for tag in lexicon.tags):
        return True
    if (
        said[-1:] not in lexicon.tags
        or len(said) == 1
        or said[-2] in lexicon.copulas
        or _ends_with_more(clause, lexicon)
    ):
        return False
    return any(Part.ACT in parts for word in said[:-1] for act, parts in lexicon.phrases.get(word, ()) if len(act) == 1)


def _ends_with_more(clause: Clause, lexicon: Lexicon) -> bool:
    """Whether it ends with a longer phrase that agrees."""
    return any(
        len(said) > 1 and parts & (Part.AGREE | Part.ACT) and clause.phrase[-len(said) :] == said
        for word in set(clause.phrase)
        for said, parts in lexicon.phrases.get(word, ())
    )
