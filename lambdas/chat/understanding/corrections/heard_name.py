"""The name that a message gives, or may give: then it is asked back."""

from dataclasses import replace
from typing import NamedTuple

from chat.languages.folding import fold, words
from chat.languages.language import DEFAULT, Language, load_language
from chat.languages.likeness import talk
from chat.understanding import extraction, intents, names
from chat.understanding.clauses import asks
from chat.understanding.corrections.labelled_name import find_labelled_name
from chat.understanding.corrections.likely_name import (
    greets,
    is_beside_question,
    is_described,
    is_likely,
    strip_greeting,
    strip_talk,
)
from chat.understanding.corrections.name_digits import refuse_digits
from chat.understanding.corrections.replacing_name import find_replacing_name, is_spelled
from chat.understanding.corrections.stated_name import find_stated_name
from chat.understanding.digits import normalize
from chat.understanding.labels import find_labels
from chat.values.card import Field, Refusal
from chat.values.session import Intent, Session, Step

_TITLE_WORDS = (2, 4)  # so many words with capitals may be a name, whatever they mean: Will Change
_MAX_AROUND = 4  # words of a message in which one word without a lead-in is a name


class HeardName(NamedTuple):
    """`asked`: what else the message asks for, which is nothing when its words may be a name."""

    name: str | Refusal | None
    unsure_name: str | None
    asked: intents.ParsedIntent


def find_name(
    text: normalize.Text,
    session: Session,
    found: extraction.ExtractedFields,
    asked: intents.ParsedIntent,
    language: Language,
) -> HeardName:
    """A name that is no likely one is taken when it is given again after it was asked back."""
    is_question = asks(text.without(asked.questions).plain)
    is_only_no = asked.is_bare and asked.intent in (None, Intent.NO)
    is_review = session.step is Step.CONFIRM and is_only_no and not found
    is_about_else = asked.topic not in (None, "thank", "hello", "moment", "repeat")
    alone = is_review or Field.NAME in asked.changes
    stated = None if is_about_else else _stated(text, session, language, alone=alone)
    replacing = _replacing(text, session, asked, language)
    if replacing and (not isinstance(stated, str) or stated == stated.lower() or is_spelled(stated)):
        return HeardName(replacing, None, replace(asked, changes=(), vague=False))
    if isinstance(stated, str):
        rest = replace(asked, vague=False, changes=())
        return HeardName(None, stated, intents.ParsedIntent()) if is_question else HeardName(stated, None, rest)
    capitals = _in_capitals(text, session, asked, language)
    if capitals and not (is_question or found):
        is_repeated = session.unsure_name == capitals
        return HeardName(capitals if is_repeated else None, None if is_repeated else capitals, intents.ParsedIntent())
    bare = _bare_at_review(text, language) if is_review and not (asked or is_question) else None
    if bare:
        return HeardName(None, bare, asked)
    name = _find(text, session, found, asked, language)
    if isinstance(name, str) and not is_likely(name, language) and fold(name) != fold(session.unsure_name or ""):
        return HeardName(None, name, asked)
    return HeardName(name, None, asked)


def _replacing(text: normalize.Text, session: Session, asked: intents.ParsedIntent, language: Language) -> str | None:
    """A name with capitals in a message that asks for another one, or speaks of the name and asks nothing.

    Where a name is asked for, words all in capitals are one, as they are printed on cards.
    """
    span = find_replacing_name(text.plain, session.name or "", language)
    if span is None:
        return None
    is_change = session.name is not None and (Field.NAME in asked.changes or asked.vague)
    is_printed = session.step is Step.NAME and text.plain[slice(*span)].isupper()
    may_be_told = session.step in (Step.NAME, Step.CARD, Step.CONFIRM) and not asks(text.plain)
    if not (is_change or is_printed or (may_be_told and Field.NAME in find_labels(text.plain, language))):
        return None
    name = names.check_name_in_chat(text.original(*span), language)
    return name if isinstance(name, str) else None


def beside_question(name: str | Refusal | None, plain: str, language: Language) -> str | Refusal | None:
    """What is left of a name that no sentence states where the message asks something; other words are none."""
    if isinstance(name, str):
        return name if is_beside_question(name, plain, language) else None
    return None if name == Refusal("name_invalid", Field.NAME) else name


def states_name(text: normalize.Text, session: Session, language: Language) -> bool:
    """Whether a sentence says what the name is, and so means nothing else."""
    if isinstance(_stated(text, session, language, alone=False), str):
        return True
    led = names.find_introduced_name(text, language, weakly=session.step in (Step.NONE, Step.NAME))
    return led is not None and isinstance(names.check_name_in_chat(led, language), str)


def _stated(text: normalize.Text, session: Session, language: Language, *, alone: bool) -> str | Refusal | None:
    """What a form's label or a sentence about the name gives; nothing when it is no name.

    `alone`: a sentence without a word for the name may state it too, where it has capitals or is like the known one.
    """
    if session.step is Step.NONE and ":" not in text.plain and "=" not in text.plain:
        return None
    labelled = find_labelled_name(text.plain)
    if labelled:
        return names.check_name_in_chat(labelled, language)
    span = find_stated_name(text.plain, language, alone=False)
    alone = alone and span is None
    span = find_stated_name(text.plain, language, alone=True) if alone else span
    if span is None:
        return None
    first, last = strip_talk(text.plain[slice(*span)], language)
    said = text.original(span[0] + first, span[0] + last)
    is_small = said == said.lower() and set(words(said)).isdisjoint(words(session.name or ""))
    if is_small and (alone or not is_likely(said, language)):
        return None
    if alone and talk(language.tag).issuperset(words(said)):
        return None
    return names.check_name_in_chat(said, language)


def _bare_at_review(text: normalize.Text, language: Language) -> str | None:
    """Nothing but words with capitals, none of them talk: it may be a new name."""
    name = " ".join(text.typed.split())
    said = name.split()
    if not _TITLE_WORDS[0] <= len(said) <= _TITLE_WORDS[1] or not all(each[0].isupper() for each in said):
        return None
    checked = names.check_name_in_chat(name, language)
    return checked if isinstance(checked, str) and is_likely(name.lower(), language) else None


def _in_capitals(text: normalize.Text, session: Session, asked: intents.ParsedIntent, language: Language) -> str | None:
    """Words that each begin with a capital where a name is asked for, and that would be heard as something else."""
    is_other = asked.topic or asked.vague or asked.changes or asked.is_doubtful or asked.unsure
    is_beside = asked.topic in intents.COURTESIES and asked.digressions != ((0, len(text.plain)),)
    is_greeting = asked.topic == "hello" and greets(text.plain, language)
    if session.step is not Step.NAME or asked.intent or not is_other or is_beside or is_greeting:
        return None
    name = " ".join(text.typed.split())
    said = name.split()
    if not _TITLE_WORDS[0] <= len(said) <= _TITLE_WORDS[1] or not all(each[0].isupper() for each in said):
        return None
    phrase = frozenset(words(name))
    heard = [load_language(tag) for tag in dict.fromkeys((language.tag, DEFAULT))]
    is_phrase = any(phrase == topic for each in heard for topic, _ in each.topics)
    checked = names.check_typed_name(name)
    if isinstance(checked, str):
        checked = refuse_digits(checked, language)
    return checked if isinstance(checked, str) and not is_phrase else None


def _find(
    text: normalize.Text,
    session: Session,
    found: extraction.ExtractedFields,
    asked: intents.ParsedIntent,
    language: Language,
) -> str | Refusal | None:
    outside = text.without(asked.questions)
    led = names.find_introduced_name(outside, language, weakly=session.step in (Step.NONE, Step.NAME))
    if led:
        return names.check_name_in_chat(led, language)
    if _may_correct(session, found, asked) and not asks(outside.plain):
        corrected = names.find_corrected_name(text, session.name or "", language)
        return names.check_name_in_chat(corrected, language) if corrected else None
    greeted = strip_greeting(text.plain, language) if asked.topic == "hello" else 0
    text = text.without(((0, greeted),) if greeted else asked.digressions)
    if session.step is not Step.NAME or (asked and not asked.digressions) or asks(outside.plain):
        return None
    alone = names.find_bare_name(text, language)
    is_talk = alone is not None and is_described(alone, language) and not talk(language.tag).isdisjoint(words(alone))
    if alone is not None and not is_talk and not _is_left_over(alone, outside, language):
        return names.check_name_in_chat(alone, language)
    is_number = (
        any(what is Field.CARD for *_, what in found.spans) and len(found.spans) == 1 and not (found.labelled or asked)
    )
    return Refusal("name_looks_like_card", Field.NAME) if is_number else None


def _is_left_over(name: str, text: normalize.Text, language: Language) -> bool:
    """Whether it is one word of a longer text: "I am from Pune, India"."""
    return not language.unspaced and len(words(name)) == 1 and len(words(text.plain)) > _MAX_AROUND


def _may_correct(session: Session, found: extraction.ExtractedFields, asked: intents.ParsedIntent) -> bool:
    """Right after a name, or where it is asked for again, a no or a sorry can bring another."""
    after = session.step is Step.CARD and session.name is not None and session.card is None
    again = session.step is Step.NAME and asked.intent is Intent.NO
    fits = asked.intent in (None, Intent.NO) and asked.topic in (None, "moment", "repeat")
    return (after or again) and fits and not found and not replace(asked, intent=None, topic=None, vague=False)
