"""What a message seems to mean where the rules hear nothing certain. It points; what follows is decided by the code."""

from dataclasses import replace

from chat.languages.folding import fold, has_case, words
from chat.languages.language import Language
from chat.languages.lexicon import load_lexicon
from chat.languages.likeness import MAX_CHARS, TELLING, Likeness, liken
from chat.understanding.clauses import asks, contains_any, ends_asking, find_matching, split_clauses
from chat.understanding.corrections.likely_name import PARTICLES
from chat.understanding.decisions.decide import begins_asking
from chat.understanding.intents import COURTESIES, ParsedIntent
from chat.understanding.pointing.at_step import meanings_at
from chat.understanding.pointing.questions import (
    ASKING_WORDS,
    LEAST_KNOWN,
    LEAST_SHARE,
    UNCLEAR,
    find_question,
)
from chat.values.card import FIELDS, Field
from chat.values.session import Intent, Session, Step

SURE_SHARE, _SURE_UNASKED = 0.7, 0.55  # outweighs a topic that the rules found by its words: in a question, and else
_LEAST_OF = {
    **dict.fromkeys((f"change_{each}" for each in FIELDS), 0.5),
    "another_card": 0.6,
    "cancel": 0.4,
    "trouble": 0.5,
}  # which undo something
MOSTLY_KNOWN = 0.6  # of a message in small letters where a name is asked for: then it is none
_SURE_IN_A_NAME = 0.7
TALK_TOPICS = (*COURTESIES, "smalltalk", "complaint")  # the rules hear these where a name is asked for
_NAME_LETTERS = 8  # of a script without capitals
_NAME_WORDS = 4
_ASKING, _ASKING_PLAINLY = (
    0.5,
    0.8,
)  # of what a message may mean are questions: with a mark or after the review, and else
_AFTERWARDS = ("delete_card", "refund", "release")  # what happens if one cancels one day, and not the payment now
_LEAST_BEGUN = 0.5  # of a question beside a value that begins as one and has no mark
_LEAST_TOLD = 0.6  # of a question what a field is that has no mark: who gives a value uses the same words
UNTOLD = "untold"  # understood, and nothing has to be said about it: "I want to pay"

_UNSURE = {"consent": Intent.CONFIRM, "cancel": Intent.CANCEL}


def point(plain: str, asked: ParsedIntent, session: Session, language: Language) -> ParsedIntent:
    """`asked`: what the rules heard. Where the message as a whole means nothing certain, a sentence of it may ask."""
    if not asked.is_open or len(plain) > MAX_CHARS:
        return asked
    return ask_beside(plain, _point_whole(plain, asked, session, language), session, language)


def ask_beside(plain: str, asked: ParsedIntent, session: Session, language: Language, name: str = "") -> ParsedIntent:
    """The same with the question that a sentence asks, where nothing else is asked for. `name`: that it tells."""
    is_vague = asked.vague and not asks(plain)
    is_open = asked.is_open and not is_vague and asked.topic in (None, UNCLEAR, UNTOLD, *TALK_TOPICS)
    may_be_name = session.step is Step.NAME and not asks(plain) and _least_share(plain) > LEAST_SHARE
    if not is_open or may_be_name:
        return asked
    question = find_question(plain, language, meanings_at(session, language), name)
    if question is None or question.topic == asked.topic or (asked.vague and question.topic == UNCLEAR):
        return asked
    spans = (*asked.digressions, *question.spans)
    return replace(
        asked, topic=question.topic, vague=False, digressions=spans, questions=(*asked.questions, *question.spans)
    )


def _point_whole(plain: str, asked: ParsedIntent, session: Session, language: Language) -> ParsedIntent:
    beside = _beside_courtesy(plain, asked)
    if beside:
        other = _point_whole(beside, ParsedIntent(), session, language)
        return other or (ParsedIntent(topic=UNCLEAR) if asks(beside) else asked)
    least = _least_share(plain) if session.step is Step.NAME else LEAST_SHARE
    if least >= 1:
        return asked
    said = words(plain)
    meanings = meanings_at(session, language)
    found = liken(said, language.tag, meanings)
    if found is None or found.known < LEAST_KNOWN:
        return asked
    if found.meaning.startswith("what_") and not asks(plain):
        least = max(least, _LEAST_TOLD)
    is_outweighing = asked and asked.topic not in COURTESIES
    sure = SURE_SHARE if asks(plain) else _SURE_UNASKED
    if asked.topic in ("leave", "later") and found.meaning in _AFTERWARDS:
        sure = LEAST_SHARE
    least = max(least, _LEAST_OF.get(found.meaning, 0), sure if is_outweighing else 0)
    if found.share < least:
        return asked if asked or not _is_beside(plain, found, session) else ParsedIntent(topic=UNCLEAR)
    pointed = None if _denies_a_change(plain, found, language) else as_intent(found.meaning, session)
    if pointed is not None and least == _SURE_IN_A_NAME and pointed.topic in TALK_TOPICS:
        return asked
    if pointed is None or (asked and (pointed.topic is None or (pointed.topic in COURTESIES and asks(plain)))):
        return asked
    if (asked.topic, pointed.topic) == ("what_for", "why"):  # "¿para qué?" asks both, and the order comes first
        return asked
    talk = _talk(plain, meanings, language)
    return replace(pointed, digressions=talk, questions=talk)


def _beside_courtesy(plain: str, asked: ParsedIntent) -> str:
    """What is said besides thanks or a greeting, if it is enough to mean something; blanks where they stood."""
    if asked.topic not in COURTESIES or not asked.digressions:
        return ""
    for start, end in asked.digressions:
        plain = plain[:start] + " " * (end - start) + plain[end:]
    return plain if len(words(plain)) >= ASKING_WORDS else ""


def point_beside_values(plain: str, asked: ParsedIntent, session: Session, language: Language) -> ParsedIntent:
    """What is asked beside values, without the clauses that hold them. Only a question: values speak for themselves."""
    said = words(plain)
    if asked or len(said) < ASKING_WORDS or len(plain) > MAX_CHARS:
        return asked
    meanings = {each for each in meanings_at(session, language) if not each.startswith("what_")}
    found = liken(said, language.tag, meanings)
    if found is None or found.known < LEAST_KNOWN or found.meaning in TELLING:
        return asked
    lexicon = load_lexicon(language.tag)
    is_marked = asks(plain) or ends_asking(plain, language)
    begins = any(begins_asking(clause, lexicon) for clause in split_clauses(plain))
    least = LEAST_SHARE if is_marked else _LEAST_BEGUN if begins else SURE_SHARE
    may_be_name = session.step in (Step.NONE, Step.NAME)
    is_sure = found.share >= (SURE_SHARE if may_be_name else least)
    if not is_sure and not asks(plain):
        return asked
    return ParsedIntent(topic=found.meaning if is_sure else UNCLEAR)


def _is_beside(plain: str, found: Likeness, session: Session) -> bool:
    """Whether something is asked, or where a name is asked for, talked, that has nothing to do with it."""
    if session.step is Step.NAME:
        is_small = has_case(plain) and plain == plain.lower()
        return is_small and found.meaning != "name" and found.known >= MOSTLY_KNOWN
    least = _ASKING if asks(plain) or session.step is Step.CONFIRM else _ASKING_PLAINLY
    return found.meaning not in TELLING and len(words(plain)) >= ASKING_WORDS and found.asking >= least


def _talk(plain: str, meanings: frozenset[str], language: Language) -> tuple[tuple[int, int], ...]:
    """Where the clauses stand that no name is looked for in."""
    whole = ((0, len(plain)),)
    clauses = split_clauses(plain)
    if len(clauses) < 2:
        return whole
    spans = []
    for clause in clauses:
        found = liken(clause.phrase, language.tag, meanings)
        if found and found.meaning != "name" and found.known >= LEAST_KNOWN:
            spans.append((clause.start, clause.end))
    return tuple(spans) or whole


def _denies_a_change(plain: str, found: Likeness, language: Language) -> bool:
    """ "I don't want to change the name" has the words of a change in it, as "the name is not right" has not."""
    return found.meaning.startswith("change") and any(
        contains_any(clause, language, language.negations)
        and any(not denies for denies in find_matching(clause, language, language.changes))
        for clause in split_clauses(plain)
    )


def _least_share(plain: str) -> float:
    """Where a name is asked for, the more it looks like one the surer its meaning has to be."""
    said = plain.split()
    if not has_case(plain):
        letters = sum(map(str.isalpha, plain))
        return _SURE_IN_A_NAME if letters <= _NAME_LETTERS else LEAST_SHARE
    if len(said) > _NAME_WORDS:
        return LEAST_SHARE
    if all(word[0].isupper() or fold(word) in PARTICLES for word in said):
        return 1.0
    return _SURE_IN_A_NAME if len(said) <= 2 else LEAST_SHARE


def as_intent(meaning: str, session: Session) -> ParsedIntent | None:
    """What follows from a meaning; nothing from a name, which is looked for elsewhere."""
    if meaning in _UNSURE:
        return ParsedIntent(unsure=_UNSURE[meaning])
    if meaning == "restart":
        return ParsedIntent(topic="leave")
    if meaning == "no":
        return ParsedIntent(Intent.NO) if session.step is Step.CONFIRM else ParsedIntent(vague=True)
    if meaning == "back":
        return ParsedIntent(Intent.BACK)
    if meaning.startswith("change_"):
        return ParsedIntent(changes=(Field(meaning.removeprefix("change_")),))
    if meaning == "change":
        return ParsedIntent(vague=True)
    if meaning == "another_card":
        return ParsedIntent(different_card=True)
    if meaning == "name":
        return None
    return ParsedIntent(topic={"start": UNTOLD, "offtopic": UNCLEAR}.get(meaning, meaning))
