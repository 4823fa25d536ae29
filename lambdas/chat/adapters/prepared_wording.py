"""Words prepared ahead: a reply of the script never waits for the model, and the same message gets the same words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chat.languages.language import load_language
from chat.turns.composing import Unanswered, Worded
from wording.scripted import choose, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chat.turns.composing import Wording, WordingRequest


class Bank(Protocol):
    def wordings(self, language: str) -> Mapping[str, Sequence[str]]:
        """By the name of their kind. Raises nothing: without a bank there are none."""


@dataclass(frozen=True)
class PreparedWording:
    """`live`: words what is off the script."""

    bank: Bank
    live: Wording

    def word(self, request: WordingRequest) -> Worded:
        session, language = request.session, load_language(request.session.language)
        payer = session.name or ""
        kind = kind_of(request.fixed, language, payer)
        if kind is None:
            if request.off_script:
                return self.live.word(request)
            raise Unanswered("off")
        wordings = self.bank.wordings(language.tag).get(kind.name, ())
        usable = [each for each in wordings if kind.accepts(each, language, payer)]
        if wordings and not usable:
            raise Unanswered("unfit")
        if not usable:
            raise Unanswered("off")
        return Worded(choose(usable, payer, session.id, request.message_id), is_prepared=True)
