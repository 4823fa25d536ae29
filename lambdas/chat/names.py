"""A person's name in what they wrote."""

import re
import unicodedata

from chat.card import Field, Refusal
from chat.language import Language, words

LONGEST = 100
_EDGES = ' \t\n,;:!?"()'


def after_lead(text: str, language: Language) -> str | None:
    """What follows "my name is", up to the end of the clause; none without such a lead-in."""
    for lead in language.name_leads:
        found = re.search(rf"(?i)\b{re.escape(lead)}\s+([^,;:!?\n\d]+)", text)
        if found and not set(words(found[1])) & language.not_names:
            return found[1]
    return None


def check_name(text: str) -> str | Refusal:
    """The name as typed, without its surroundings."""
    name = " ".join(text.strip(_EDGES).split())
    if name.endswith(".") and len(name.split()[-1]) > 4:
        name = name[:-1]
    if not name or len(name) > LONGEST or not any(map(str.isalpha, name)) or not all(map(_may_stand, name)):
        return Refusal("name_invalid", Field.NAME)
    return name


def _may_stand(char: str) -> bool:
    return char.isalpha() or char in " '’ʼ‘`´-‐‑.,·・" or unicodedata.category(char) in ("Mn", "Mc")
