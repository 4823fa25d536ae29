"""What a message asks for: to confirm, to change something, to stop, an answer to an off-topic question."""

from dataclasses import dataclass, replace

from chat.languages.language import DEFAULT, Language, load_language, without_fillers
from chat.languages.vocabulary import Vocabulary
from chat.understanding.clauses import (
    Clause,
    asks,
    begins_with_any,
    contains_any,
    find_matching,
    named_fields,
    split_clauses,
    strip_fillers,
)
from chat.understanding.decisions.decide import Decision, decide, ends_apart, is_beside, says_confirm
from chat.understanding.decisions.disputes import disputed_fields, wants_another_card
from chat.understanding.decisions.language_request import requested_language
from chat.values.card import FIELDS, Field
from chat.values.session import Intent

_LEAVING = (Intent.CANCEL, Intent.RESTART)
COURTESIES = ("hello", "thank", "moment", "repeat")  # topics that ask nothing
_NO_QUESTION = (None, *COURTESIES)
_BESIDE_LEAVING = {*COURTESIES, "later"}  # "I will not pay today. Cancel it, please"
_DECISIONS = (*_LEAVING, Intent.CONFIRM, Intent.YES)


@dataclass(frozen=True)
class ParsedIntent:
    """`topic`: an off-topic question, by the key of its answer. `vague`: the payer wants a change without saying which.

    `is_doubtful`: it has words of consent or of leaving, and others beside them, so that it decides nothing.
    `unsure`: what it seems to decide, to pay or to stop; it is asked back.
    `language`: the tag of the language asked for. `digressions`: where the clauses about a `topic` stand, in a message
    that asks for nothing else. `questions`: those of them that ask, where no name is looked for.
    """

    intent: Intent | None = None
    topic: str | None = None
    changes: tuple[Field, ...] = ()
    different_card: bool = False
    vague: bool = False
    language: str | None = None
    digressions: tuple[tuple[int, int], ...] = ()
    questions: tuple[tuple[int, int], ...] = ()
    is_doubtful: bool = False
    is_short: bool = False
    unsure: Intent | None = None

    def __bool__(self) -> bool:
        return bool(self.intent) or not self.is_bare

    @property
    def is_bare(self) -> bool:
        """Whether it says nothing, or nothing but its intent."""
        return not (self.topic or self.changes or self.different_card or self.vague or self.language or self.unsure)

    @property
    def is_open(self) -> bool:
        """Whether it is open what is meant: nothing was heard, or only words that speak of something."""
        return not (self.intent or self.language or self.changes or self.different_card or self.unsure)


def parse_intent(
    plain: str, language: Language, vocabulary: Vocabulary, *, naming: bool, deciding: bool = False
) -> ParsedIntent:
    """`naming`: a field's name alone asks to change it, as in answer to the review. `deciding`: a yes has a meaning."""
    found = split_clauses(plain)
    requested = requested_language(found, language, vocabulary)
    if requested:
        return ParsedIntent(language=requested)
    heard = [language] if language.tag == DEFAULT else [language, load_language(DEFAULT)]
    is_question = asks(plain)
    decision = decide(found, language, is_question=is_question, may_agree=deciding)
    intents = [_clause_intent(clause, heard) for clause in found]
    intent = _message_intent(intents, found, heard, is_question=is_question)
    is_said_whole = len(found) == 1 and intent is not None
    if decision is Decision.WITHHOLD and intent is not Intent.CANCEL and not is_said_whole:
        return ParsedIntent(unsure=Intent.CANCEL, is_doubtful=True)
    intent = _decided(decision, intent)
    is_doubtful = intent is None and any(each in _DECISIONS for each in intents)
    different = any(wants_another_card(clause, each) for clause in found for each in heard)
    changes, vague = ((), False) if different else _changes(found, heard, naming=naming)
    topics = [] if intent else [(clause, hit) for clause in found for each in heard if (hit := _topic(clause, each))]
    vague = vague and not (is_question and topics)  # "can the amount be changed?" names no field, and is answered
    only_topics = not (changes or different or vague)
    beside = topics if only_topics else []
    digressions = tuple((clause.start, clause.end) for clause, _ in beside)
    questions = tuple((clause.start, clause.end) for clause, hit in beside if hit not in COURTESIES)
    ends = any(each in intents for each in _LEAVING) or ends_apart(found, language)
    is_one_word = len(frozenset[str]().union(*(clause.said - language.fillers for clause in found))) <= 1
    is_one_word &= not (decision is Decision.AGREE and any(says_confirm(clause, language) for clause in found))
    is_beside = only_topics and {hit for _, hit in topics} <= _BESIDE_LEAVING
    return ParsedIntent(
        intent,
        topics[0][1] if topics else None,
        changes,
        different,
        vague,
        digressions=digressions,
        questions=questions,
        is_doubtful=is_doubtful,
        unsure=Intent.CANCEL if ends and is_beside and not (intent or is_question) else None,
        is_short=decision is Decision.AGREE_SHORTLY or is_one_word,
    )


def _decided(decision: Decision | None, intent: Intent | None) -> Intent | None:
    """What the whole message decides goes before what one clause of it says."""
    if decision is Decision.END:
        return intent if intent in (Intent.RESTART, Intent.KEEP, Intent.BACK) else Intent.CANCEL
    if decision in (Decision.AGREE, Decision.AGREE_SHORTLY):
        return intent if intent is Intent.CONFIRM else Intent.YES
    return intent


def _message_intent(
    intents: list[Intent | None], found: list[Clause], heard: list[Language], *, is_question: bool
) -> Intent | None:
    """A no counts in any clause. A yes, a stop and a new start count only when nothing else is said."""
    is_doubtful = is_question or any(_weighs(clause, heard) for clause in found)
    is_nothing_else = all(intent or _is_polite(clause, heard) for intent, clause in zip(intents, found, strict=True))
    for each in _LEAVING:
        if each in intents and is_nothing_else and not is_doubtful:
            return each
    for each in (Intent.NO, Intent.KEEP, Intent.BACK):
        if each in intents and not (is_question and len(intents) > 1):
            return each
    if is_doubtful or not is_nothing_else or not all(_is_whole(clause, heard) for clause in found):
        return None
    return next((each for each in (Intent.CONFIRM, Intent.YES) if each in intents), None)


def _is_whole(clause: Clause, heard: list[Language]) -> bool:
    return heard[0].unspaced or any(clause.phrase in each.phrases for each in heard) or _is_polite(clause, heard)


def _weighs(clause: Clause, heard: list[Language]) -> bool:
    """Whether it asks, weighs or sets a condition, unless the whole clause is a phrase that is known to decide."""
    language = heard[0]
    if len(clause.phrase) > 1 and not clause.typed.isdisjoint(language.doubts_as_typed):
        return True
    is_asked = contains_any(clause, language, language.doubts) or begins_with_any(clause, language.doubts)
    return is_asked and clause.phrase not in language.phrases


def _clause_intent(clause: Clause, heard: list[Language]) -> Intent | None:
    """English counts in every language, except words that are fillers there: "y" is "and" in Spanish."""
    for language in heard[:1] if clause.said <= heard[0].fillers else heard:
        if language.unspaced:
            phrases = strip_fillers(clause.text, language.fillers)
        else:
            phrases = iter((without_fillers(clause.phrase, language.fillers),))
        found = next((language.intents[each] for each in phrases if each in language.intents), None)
        if found:
            return None if found in _LEAVING and _is_no_farewell(clause, language) else Intent(found)
    return None


def _is_no_farewell(clause: Clause, language: Language) -> bool:
    """Whether words of leaving mean something else: "stop 12/30" gives a date, "can I cancel" asks how."""
    return clause.has_digits or _topic(clause, language) == "leave"


def _is_polite(clause: Clause, heard: list[Language]) -> bool:
    """Whether it is thanks, or nothing but fillers, and so takes nothing back."""
    if heard[0].unspaced:
        return is_beside(clause, heard[0])
    return len(clause.said) < 4 and any(
        clause.said <= each.fillers or _topic(clause, each) == "thank" for each in heard
    )


def _changes(found: list[Clause], heard: list[Language], *, naming: bool) -> tuple[tuple[Field, ...], bool]:
    wanted: set[Field] = set()
    vague = False
    for clause in found:
        for language in heard:
            named = named_fields(clause, language)
            if _is_change(clause, language):
                wanted |= named
                vague |= not named
            elif naming and _topic(clause, language) in _NO_QUESTION:
                wanted |= disputed_fields(clause, language, named)
    return tuple(each for each in FIELDS if each in wanted), vague and not wanted


def _is_change(clause: Clause, language: Language) -> bool:
    negated = contains_any(clause, language, language.negations)
    return any(denies or not negated for denies in find_matching(clause, language, language.changes))


def _topic(clause: Clause, language: Language) -> str | None:
    if "'" in clause.text:  # "l'importo" names the amount as "importo" does
        clause = replace(clause, said=clause.said.union(*(word.split("'") for word in clause.said)))
    found = find_matching(clause, language, language.topics)
    return next((topic.key for topic in found if clause.is_question or not topic.only_asked), None)
