"""What a message asks of the conversation: to confirm, to change something, to stop, or something beside the way."""

import re

from chat.card import Field
from chat.dialogue import Wish
from chat.language import DEFAULT, Language, speaks, words

_BREAK = re.compile(r"[.,;:!?\n、。，！？；،؟…—]+")


def clauses(text: str) -> list[tuple[str, ...]]:
    return [found for found in map(words, _BREAK.split(text)) if found]


def wish(parts: list[tuple[str, ...]], language: Language) -> Wish | None:
    """The one wish that every clause agrees on; a yes beside anything else is no clear yes."""
    found = [_wish(part, language) for part in parts]
    for each in (Wish.CANCEL, Wish.RESTART, Wish.NO, Wish.KEEP):
        if each in found:
            return each
    if found and all(each in (Wish.YES, Wish.CONFIRM) for each in found):
        return Wish.CONFIRM if Wish.CONFIRM in found else Wish.YES
    return None


def _wish(part: tuple[str, ...], language: Language) -> Wish | None:
    for tongue in (language, speaks(DEFAULT)):
        key = tuple(word for word in part if word not in tongue.fillers)
        found = tongue.wishes.get(key)
        if found:
            return Wish(found)
    return None


def changes(parts: list[tuple[str, ...]], language: Language) -> tuple[Field, ...]:
    wanted = set()
    for part in parts:
        said = set(part)
        if said & language.change_words and not said & language.negations:
            wanted |= {language.field_words[word] for word in said if word in language.field_words}
    return tuple(each for each in Field if each in wanted)


def different_card(parts: list[tuple[str, ...]], language: Language) -> bool:
    return any(
        set(part) & language.other_words and any(language.field_words.get(word) == Field.CARD for word in part)
        for part in parts
        if not set(part) & language.negations
    )


def topic(parts: list[tuple[str, ...]], language: Language) -> str | None:
    for part in parts:
        said = frozenset(part)
        for needed, found in language.topics:
            if needed <= said:
                return found
    return None
