"""A name as replies show it. It is kept, and given to Stripe, as it was typed."""

import re

from chat.languages.folding import fold
from chat.languages.language import words_of

_SMALL = words_of(
    ["bin bint da das de degli dei del della den der des di do dos du e el ibn la las le los ter und van von y zu"]
)
_WORD = re.compile(r"[^\s\-'\u2019]+")


def shown_name(name: str | None) -> str:
    """With capitals where it was typed without any: "jan van den berg" as Jan van den Berg."""
    if not name or name != name.lower():
        return name or ""
    return _WORD.sub(lambda word: word[0] if _stays_small(word) else word[0][:1].upper() + word[0][1:], name)


def _stays_small(word: re.Match[str]) -> bool:
    """A particle between two names."""
    return word.start() > 0 and word.end() < len(word.string) and fold(word[0]) in _SMALL
