"""A dozen wordings for each language and kind of reply, as far as the model finds some that pass the checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chat.languages.language import language_tags, load_language
from wording.model import NoAnswer
from wording.scripted import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chat.languages.language import Language
    from wording.bank import WordingBank
    from wording.model import Model
    from wording.scripted import Kind

WANTED = 12
MAX_TRIES = 3  # requests for one kind of reply
INSTRUCTION = (
    "You word replies for an assistant that takes card details in a chat. Write {count} different wordings of <reply> "
    "in {language}, one a line, each of one or two short, warm sentences. Keep its meaning and ask for exactly the "
    "same thing. {name} stands for the payer's name: where <reply> has it, each wording has it exactly once, as it is; "
    "elsewhere never. No numbering, digits, links, lists or markup. Never say that a card or payment was accepted. "
    "Answer with the wordings alone."
)


class Telemetry(Protocol):
    def count(self, metric: str, **dimensions: str) -> None: ...
    def info(self, message: str, **fields: object) -> None: ...


@dataclass(frozen=True)
class Preparation:
    """`now`: seconds since the epoch."""

    model: Model
    bank: WordingBank
    telemetry: Telemetry
    now: Callable[[], int]

    def run(self) -> int:
        """Refreshes every language that has checks. The age in seconds of the oldest wordings. Raises Unavailable.

        What the model does not answer, or answers unfit, leaves the language as it was.
        """
        tags = [tag for tag in language_tags() if load_language(tag).asks_for]
        for tag in tags:
            self._refresh(load_language(tag))
        return max((self.now() - self.bank.prepared_at(tag) for tag in tags), default=0)

    def _refresh(self, language: Language) -> None:
        found = {kind.name: tuple(self._ask(kind, language)) for kind in KINDS}
        counted = {kind: len(wordings) for kind, wordings in found.items()}
        self.telemetry.info("prepared", language=language.tag, wordings=counted)
        if all(found.values()):
            self.bank.store(language.tag, found)

    def _ask(self, kind: Kind, language: Language) -> list[str]:
        """Different ones, in the order in which the model wrote them."""
        kept: dict[str, None] = {}
        for _ in range(MAX_TRIES):
            try:
                answer = self.model.ask(
                    INSTRUCTION.format(count=WANTED, language=language.name, name="{name}"),
                    prompt(kind, language),
                    max_tokens=60 * WANTED,
                    temperature=0.8,
                )
            except NoAnswer as cause:
                if cause.cause == "denied":
                    self.telemetry.count("DependencyDenied", dependency="bedrock")
                self.telemetry.info("no wordings", language=language.tag, kind=kind.name, cause=cause.cause)
                break
            kept |= dict.fromkeys(line for line in _lines(answer) if kind.accepts(line, language))
            if len(kept) >= WANTED:
                break
        return list(kept)[:WANTED]


def prompt(kind: Kind, language: Language) -> str:
    return (
        f"<language>{language.tag}</language> <step>{kind.step}</step> <wordings>{WANTED}</wordings>\n"
        f"<reply>{kind.template(language)}</reply>"
    )


def _lines(answer: str) -> Iterator[str]:
    for line in answer.splitlines():
        text = line.strip().strip('"').strip()
        if text:
            yield text
