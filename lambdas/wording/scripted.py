"""The replies of the script that can be worded ahead of time: one fixed wording each, known by its text. Pure.

A wording of one is checked twice: when it is stored, and again when it is used, for a table can be written to.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from chat.languages.placeholders import fill
from wording.checks import fits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chat.languages.language import Language

ISOLATES = {0x2068: None, 0x2069: None}  # around a name of the other direction; not the model's
PLACEHOLDER, SAMPLE = "{name}", "Jane"


@dataclass(frozen=True)
class Kind:
    """`says`: what it is put together from. `step`: what it asks for. Placeholder: the payer's name."""

    name: str
    step: str
    says: tuple[str, ...]

    def template(self, language: Language) -> str:
        return language.joiner.join(language.says[key] for key in self.says)

    def accepts(self, wording: str, language: Language, payer: str = SAMPLE) -> bool:
        """Whether a wording, with its placeholder, may stand for the fixed one."""
        template = self.template(language)
        if wording.count(PLACEHOLDER) != template.count(PLACEHOLDER):
            return False
        said, fixed = (_filled(text, payer).translate(ISOLATES) for text in (wording, template))
        return fits(said, fixed, self.step, language)


KINDS = (Kind("opening", "name", ("welcome", "ask_name")), Kind("name", "card", ("thanks_name", "ask_card")))


def kind_of(reply: str, language: Language, payer: str) -> Kind | None:
    """The kind that this fixed reply is, word for word. None in a language whose wordings cannot be checked."""
    for kind in KINDS:
        if kind.step in language.asks_for and _filled(kind.template(language), payer) == reply:
            return kind
    return None


def choose(wordings: Sequence[str], payer: str, *ids: str) -> str:
    """One of them, always the same for the same ids."""
    number = int.from_bytes(sha256("\0".join(ids).encode()).digest()[:8])
    return _filled(wordings[number % len(wordings)], payer)


def _filled(text: str, payer: str) -> str:
    """A brace of the model's own is no placeholder: it stays, and is refused."""
    has_others = not text.count("{") == text.count("}") == text.count(PLACEHOLDER)
    return text if has_others else fill(text, {"name": payer})
