"""What a message asks of the conversation: to confirm, to change something, to stop, or something beside the way."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from chat.languages.language import DEFAULT, Language, Phrase, fold, speaks, without_fillers, words
from chat.languages.vocabulary import Vocabulary
from chat.values.card import FIELDS, Field
from chat.values.session import Intent

_SIGNS = {**dict.fromkeys("👍👌✅✔☑🆗", "yes"), **dict.fromkeys("👎❌", "no")}
"""Each is a clause of its own."""
_BREAK = re.compile(rf"[.,;:!?\n、。，！？；،؟…—()\"{''.join(_SIGNS)}]+")
_DIGIT = re.compile(r"\d", re.ASCII)
_LEAVING = (Intent.CANCEL, Intent.RESTART)
_MOST = 12
"""Clauses that are looked at; a longer message asks nothing that a clause further on could take back."""


T = TypeVar("T")


@dataclass(frozen=True)
class Clause:
    """Its words in order and as a set, and the text of them, in which unspaced languages look.

    `start`, `end`: where it stands, with the punctuation that ends it. `counts`: digits are in it.
    """

    phrase: Phrase
    said: frozenset[str]
    text: str
    start: int
    end: int
    counts: bool


@dataclass(frozen=True)
class ParsedIntent:
    """`vague`: something is to be changed, but not said what. `language`: the tag of the language asked for.

    `aside`: where the words beside the way stand, when all the message asks is a `topic`.
    """

    wish: Intent | None = None
    topic: str | None = None
    changes: tuple[Field, ...] = ()
    different_card: bool = False
    vague: bool = False
    language: str | None = None
    aside: tuple[tuple[int, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wish or self.topic or self.changes or self.different_card or self.vague or self.language)


def asked(plain: str, language: Language, vocabulary: Vocabulary, *, naming: bool) -> ParsedIntent:
    """`naming`: a field's name alone asks to change it, as an answer to the review does."""
    found = clauses(plain)
    tongue = _language(found, language, vocabulary)
    if tongue:
        return ParsedIntent(language=tongue)
    heard = [language] if language.tag == DEFAULT else [language, speaks(DEFAULT)]
    is_question = "?" in plain or "؟" in plain
    wishes = [_wish_of(clause, heard) for clause in found]
    wish = _wish(wishes, found, heard, is_question=is_question)
    different = any(_different_card(clause, each) for clause in found for each in heard)
    changes, vague = ((), False) if different else _changes(found, heard, naming=naming)
    topics = [] if wish else [(clause, hit) for clause in found for each in heard if (hit := _topic(clause, each))]
    aside = tuple((clause.start, clause.end) for clause, _ in topics) if not (changes or different or vague) else ()
    how = "leave" if is_question and not wish and any(each in wishes for each in _LEAVING) else None
    return ParsedIntent(wish, topics[0][1] if topics else how, changes, different, vague, aside=aside)


def clauses(plain: str) -> list[Clause]:
    found: list[Clause] = []
    start = 0
    while start < len(plain):
        stop = _BREAK.search(plain, start) if len(found) < _MOST else None
        said = plain[start : stop.start() if stop else len(plain)]
        phrase = words(said)
        end = stop.end() if stop else len(plain)
        if phrase:
            counts = _DIGIT.search(said) is not None
            found.append(Clause(phrase, frozenset(phrase), " ".join(phrase), start, end, counts))
        signs = {_SIGNS[char] for char in stop[0] if char in _SIGNS} if stop else ()
        found += [Clause((sign,), frozenset((sign,)), sign, end, end, counts=False) for sign in signs]
        start = end
    return found


def _has(clause: Clause, language: Language, wanted: frozenset[str] | dict[str, str]) -> bool:
    """One of these words is in the clause."""
    if not clause.said.isdisjoint(wanted):
        return True
    return language.unspaced and any(word in clause.text for word in wanted)


def _beside(clause: Clause, language: Language, phrases: Iterable[tuple[frozenset[str], T]]) -> list[T]:
    """What the language has beside each phrase all of whose words are in the clause."""
    if language.unspaced:
        return [held for phrase, held in phrases if all(word in clause.said or word in clause.text for word in phrase)]
    return [held for phrase, held in phrases if phrase <= clause.said]


def _wish(
    wishes: list[Intent | None], found: list[Clause], heard: list[Language], *, is_question: bool
) -> Intent | None:
    """A wish to stop, start over or not go on counts in any clause; a yes only when every clause says it."""
    for each in (*_LEAVING, Intent.NO, Intent.KEEP, Intent.BACK):
        if each in wishes and not (is_question and (each in _LEAVING or len(wishes) > 1)):
            return each
    clear = all(
        wish in (Intent.YES, Intent.CONFIRM) or _is_polite(clause, heard)
        for wish, clause in zip(wishes, found, strict=True)
    )
    if is_question or not clear:
        return None
    return next((each for each in (Intent.CONFIRM, Intent.YES) if each in wishes), None)


def _wish_of(clause: Clause, heard: list[Language]) -> Intent | None:
    """English counts too, but for words that mean nothing in the first language: "y" is "and" in Spanish."""
    for language in heard[:1] if clause.said <= heard[0].fillers else heard:
        if language.unspaced:
            phrases = _stripped(clause.text, language.fillers)
        else:
            phrases = iter((without_fillers(clause.phrase, language.fillers),))
        found = next((language.wishes[each] for each in phrases if each in language.wishes), None)
        if found:
            return None if found in _LEAVING and _stays(clause, language) else Intent(found)
    return None


def _stays(clause: Clause, language: Language) -> bool:
    """ "Stop 12/30" gives a date, and "can I cancel" asks how: neither ends anything."""
    return clause.counts or _topic(clause, language) == "leave"


def _stripped(text: str, fillers: frozenset[str]) -> Iterator[Phrase]:
    """An unspaced clause, then without one after the other of the fillers around it."""
    before = ""
    while text != before:
        yield tuple(text.split())
        before = text
        for filler in fillers:
            if text != filler and (text.startswith(filler) or text.endswith(filler)):
                text = text.removeprefix(filler).removesuffix(filler).strip()
                break


def _is_polite(clause: Clause, heard: list[Language]) -> bool:
    """Thanks, or nothing but fillers: it takes nothing back."""
    return len(clause.said) < 4 and any(
        clause.said <= each.fillers or _topic(clause, each) == "thank" for each in heard
    )


def _changes(found: list[Clause], heard: list[Language], *, naming: bool) -> tuple[tuple[Field, ...], bool]:
    wanted: set[Field] = set()
    vague = False
    for clause in found:
        for language in heard:
            named = _fields(clause, language)
            if _is_change(clause, language):
                wanted |= named
                vague |= not named
            elif naming and named and _names_only(clause, language):
                wanted |= named
    return tuple(each for each in FIELDS if each in wanted), vague and not wanted


def _is_change(clause: Clause, language: Language) -> bool:
    negated = _has(clause, language, language.negations)
    return any(denies or not negated for denies in _beside(clause, language, language.changes))


def _fields(clause: Clause, language: Language) -> set[Field]:
    """The fields it names. "The name on the card" is about the name, "the name and the card" about both."""
    if language.unspaced:
        named = {Field(field) for word, field in language.fields.items() if word in clause.text}
    else:
        named = {Field(language.fields[word]) for word in clause.said & language.fields.keys()}
    if len(named) > 1 and not _has(clause, language, language.joins):
        named.discard(Field.CARD)
    return named


def _names_only(clause: Clause, language: Language) -> bool:
    if language.unspaced:
        return len(clause.text) <= 12
    return all(word in language.fields or word in language.fillers or word in language.joins for word in clause.said)


def _different_card(clause: Clause, language: Language) -> bool:
    """ "A different card", "another credit card": the two words side by side or nearly."""
    if not _has(clause, language, language.another) or _has(clause, language, language.negations):
        return False
    if language.unspaced:
        return Field.CARD in _fields(clause, language)
    other = [place for place, word in enumerate(clause.phrase) if word in language.another]
    card = [place for place, word in enumerate(clause.phrase) if language.fields.get(word) == Field.CARD]
    return any(abs(one - two) <= 2 for one in other for two in card)


def _topic(clause: Clause, language: Language) -> str | None:
    return next(iter(_beside(clause, language, language.topics)), None)


def _language(found: list[Clause], language: Language, vocabulary: Vocabulary) -> str | None:
    """A language asked for by its name and nothing but words that ask; its own name for itself is enough."""
    for clause in found:
        named = next((word for word in clause.phrase if word in vocabulary.called), None)
        if named:
            tag, rest = vocabulary.called[named], clause.said - {named}
            asks = vocabulary.asks[tag] | vocabulary.asks[language.tag] | vocabulary.asks[DEFAULT]
            if rest <= asks and (rest or named in vocabulary.native):
                return tag
        elif not clause.text.isascii():
            for name, tag in vocabulary.called.items():
                if not name.isascii() and name in clause.text:
                    rest_text = fold(clause.text.replace(name, "").replace(" ", ""))
                    if rest_text in vocabulary.asks[tag] | vocabulary.asks[language.tag] or not rest_text:
                        return tag
    return None
