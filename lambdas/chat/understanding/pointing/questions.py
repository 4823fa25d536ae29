"""The question among the sentences of a message: after a greeting, beside a name, before a value."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from chat.languages.folding import words
from chat.languages.language import Language
from chat.languages.likeness import MAX_CHARS, TELLING, Likeness, liken
from chat.understanding.clauses import asks, ends_asking

UNCLEAR = "unclear"
LEAST_SHARE = 0.35  # of one meaning: below it, what is likeliest is a guess
LEAST_KNOWN = 0.5  # of the words: where most of them are unknown, the few known ones mean little
_ASKING, _ASKING_PLAINLY = 0.3, 0.85  # of all that it may mean is a question: with a mark, and without
ASKING_WORDS, _ASKING_LETTERS = 3, 4  # fewer are "right?", "and you?"
_DIGIT = re.compile(r"\d", re.ASCII)
_LEAST_GUESS = 0.3  # of all questions
_LONG_WORDS, _LONG_LETTERS = 8, 20
_ASKING_AS_A_WHOLE = 0.5  # of all that a long message may mean is a question
_LEAST_OF_LONG, _LEAST_OF_UNCLEAR = 0.5, 0.1  # of all questions: instead of what one word speaks of, and of nothing
_LEAST_SECOND = 0.5  # of a second question: a wrong answer beside a right one helps nobody
_SHORT_WORDS = 5
_MAX_SENTENCES = 8  # a bound on the work
_SENTENCE = re.compile(r"[.!?。！？؟…\n]+")
_PART = re.compile(r"[,;:،；，、]|\s-\s")
_UNSPACED_PART = re.compile(r"[,;:،；，、\s]")  # a space is a comma there

Span = tuple[int, int]


class Question(NamedTuple):
    """`topic`: "unclear" where something is asked that no saying is like. `spans`: the sentences that ask."""

    topic: str
    spans: tuple[Span, ...]


def find_question(plain: str, language: Language, meanings: frozenset[str], told: str = "") -> Question | None:
    """None where nothing is asked. `meanings`: those that make sense where the conversation stands.

    A sentence that tells `told`, a name, asks only with a question mark.
    """
    if len(plain) > MAX_CHARS:
        return None
    # "The code on the back is 123" says what it is, and asks it only with a mark.
    unmarked = frozenset(each for each in meanings if not each.startswith("what_"))
    asked = []
    for span, has_mark in _sentences(plain, language):
        said = plain[slice(*span)]
        if has_mark or not told or told.split(maxsplit=1)[0] not in said:
            context = _with_context(plain, span) if has_mark else said
            found = _topic(context, language, meanings if has_mark else unmarked, has_mark=has_mark)
            asked += [(has_mark, found, span)] if found else []
    if not asked:
        return None
    # One with a mark goes before all without, and "what do you mean" behind any other.
    _, (_, topic), _ = max(asked, key=lambda each: (each[0], each[1][1] != "repeat", each[1]))
    return Question(topic, tuple(span for *_, span in asked))


class Topics(NamedTuple):
    """What is asked, and what else. `is_guess`: the first is only the likeliest of many."""

    topic: str | None
    also: str | None
    is_guess: bool = False


def hear_topics(
    plain: str, topic: str | None, language: Language, meanings: frozenset[str], *, is_open: bool
) -> Topics:
    """`topic`: as it was heard. Where that is unclear, or the message long and `is_open`, the likeliest is taken.

    `is_open`: nothing but a topic was heard. One word or sentence of many says less than all of them.
    """
    found = _topic_of_long(plain, topic, language, meanings) if is_open else None
    if found is not None:
        return Topics(
            found.meaning, _second_question(plain, found.meaning, language, meanings), found.share < LEAST_SHARE
        )
    if topic == UNCLEAR:
        topic = _likeliest_topic(plain, language, meanings)
    return Topics(topic, _second_question(plain, topic, language, meanings) if topic else None)


def is_long(plain: str, language: Language) -> bool:
    """Whether one question of it is likened wrongly more often than in few words."""
    said = words(plain)
    return len("".join(said)) > _LONG_LETTERS if language.unspaced else len(said) > _LONG_WORDS


def _topic_of_long(plain: str, topic: str | None, language: Language, meanings: frozenset[str]) -> Likeness | None:
    """What a long message as a whole asks, unless another question that was heard is likelier."""
    if not is_long(plain, language) or len(plain) > MAX_CHARS:
        return None
    said = words(plain)
    whole, asked = liken(said, language.tag, meanings), liken(said, language.tag, meanings - TELLING)
    if whole is None or asked is None or whole.asking < _ASKING_AS_A_WHOLE or asked.meaning == "repeat":
        return None
    return asked if asked.share >= (_LEAST_OF_UNCLEAR if topic in (None, UNCLEAR) else _LEAST_OF_LONG) else None


def _second_question(plain: str, topic: str, language: Language, meanings: frozenset[str]) -> str | None:
    """What else is asked, in another sentence with a question mark than the one about `topic`."""
    marked = [span for span, has_mark in _sentences(plain, language) if has_mark]
    if len(marked) < 2 or len(plain) > MAX_CHARS:
        return None
    asking = meanings - TELLING - {"repeat"}
    found = [_topic(_with_context(plain, span), language, asking, has_mark=True) for span in marked]
    others = [each for each in found if each and each[0] >= _LEAST_SECOND and each[1] != topic]
    return max(others)[1] if others and len(others) < len(marked) else None


def _with_context(plain: str, span: Span) -> str:
    """A short question says little without the sentence before it: "It is my husband's card. Is that ok?"."""
    said = plain[slice(*span)]
    if len(words(said)) > _SHORT_WORDS:
        return said
    before = [each.end() for each in _SENTENCE.finditer(plain, 0, span[0])][:-1]
    return plain[before[-1] if before else 0 : span[1]]


def _likeliest_topic(plain: str, language: Language, meanings: frozenset[str]) -> str:
    """Of what is asked and like no saying by itself: what the whole message speaks of, if it is likely enough."""
    if len(plain) > MAX_CHARS:
        return UNCLEAR
    found = liken(words(plain), language.tag, meanings - TELLING)
    is_likely = found is not None and found.share >= _LEAST_GUESS and found.known >= LEAST_KNOWN
    return found.meaning if found and is_likely and found.meaning != "repeat" else UNCLEAR


def _sentences(plain: str, language: Language) -> Iterator[tuple[Span, bool]]:
    """Where each stands, and whether it asks by its mark or its end."""
    start = 0
    for stop in [*_SENTENCE.finditer(plain)][:_MAX_SENTENCES]:
        yield (start, stop.end()), asks(stop[0]) or ends_asking(plain[start : stop.start()], language)
        start = stop.end()
    if start < len(plain):
        yield (start, len(plain)), ends_asking(plain[start:], language)


def _topic(said: str, language: Language, meanings: frozenset[str], *, has_mark: bool) -> tuple[float, str] | None:
    """How sure it is, and what: of a sentence as a whole, or of one of its parts: "hello, is it for both of us?"."""
    found: list[tuple[float, str]] = []
    for part in {said, *(_UNSPACED_PART if language.unspaced else _PART).split(said)}:
        spoken = words(part)
        if not has_mark and _DIGIT.search(part):  # it gives a value
            continue
        if len("".join(spoken)) < _ASKING_LETTERS if language.unspaced else len(spoken) < ASKING_WORDS:
            continue
        like = liken(spoken, language.tag, meanings)
        if like is None or like.asking < (_ASKING if has_mark else _ASKING_PLAINLY):
            continue
        asking = liken(spoken, language.tag, meanings - TELLING) if like.meaning in TELLING else like
        if asking is not None and asking.share >= LEAST_SHARE and asking.known >= LEAST_KNOWN:
            found.append((asking.share, asking.meaning))
        elif has_mark:
            found.append((0.0, UNCLEAR))
    return max(found, default=None)
