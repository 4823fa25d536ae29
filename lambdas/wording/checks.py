"""What a model's wording of a reply must be like. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chat.languages.language import Language

MAX_ANSWER_CHARS = 320
NO_BREAK_SPACES = {0xA0: " ", 0x202F: " "}  # French has them before its punctuation; Python calls them unprintable
LINK = re.compile(r"://|www\.|\.\s?(?:com|net|org|io)\b|[<>\[\]{}*_#`|@\\•]", re.IGNORECASE)


def fits(text: str, fixed: str, step: str, language: Language) -> bool:
    """Whether it may take the place of `fixed`: it asks for the right thing and nothing else, and claims no success."""
    said, ours = text.lower(), fixed.lower()
    asked = language.asks_for[step]
    others = (word for other, words in language.asks_for.items() if other != step for word in words)
    return (
        0 < len(text) <= MAX_ANSWER_CHARS
        and text.translate(NO_BREAK_SPACES).isprintable()
        and not has_digit(text)
        and not LINK.search(text)
        and any(word in said for word in asked)
        and not any(word in said and word not in ours for word in (*others, *language.claims))
    )


def has_digit(text: str) -> bool:
    """Of any script, superscripts and fractions included."""
    return any(unicodedata.category(char).startswith("N") for char in text)
