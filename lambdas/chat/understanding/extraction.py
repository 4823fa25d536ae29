"""What is looked for among the digits of a message, and what was found."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from chat.languages.language import Language
from chat.understanding.clauses import split_clauses
from chat.understanding.digits.normalize import BLANK
from chat.values.brands import Brand
from chat.values.card import FIELDS, CardNumber, Cvv, Expiry, Field, Refusal
from chat.values.session import PartialNumber, Policy, Session, Step

_ASKED = {Step(each.value): each for each in FIELDS}


@dataclass(frozen=True)
class Context:
    """`asked`: the field that was asked for. `brand`, `expiry`: what is known. `partial_number`: digits sent before."""

    asked: Field | None
    brand: Brand | None
    expiry: Expiry | None
    partial_number: str = field(repr=False)
    brands: frozenset[Brand]
    today: date
    language: Language


def context_at(session: Session, today: date, policy: Policy, language: Language) -> Context:
    return Context(
        asked=_ASKED.get(session.step),
        brand=session.card.brand if session.card else None,
        expiry=session.expiry,
        partial_number=session.partial_number.digits if isinstance(session.partial_number, PartialNumber) else "",
        brands=policy.brands,
        today=today,
        language=language,
    )


@dataclass(frozen=True)
class ExtractedFields:
    """`spans`: where each accepted or refused value stands. `plain`: the message with those blanked out."""

    plain: str = field(repr=False)
    card: CardNumber | Refusal | None = None
    expiry: Expiry | Refusal | None = None
    cvv: Cvv | Refusal | None = None
    early_cvv: bool = False
    partial_number: str = field(default="", repr=False)
    spans: tuple[tuple[int, int, Field], ...] = ()
    labelled: bool = False

    def __bool__(self) -> bool:
        return bool(self.card or self.expiry or self.cvv or self.early_cvv)

    def beside(self) -> str:
        """The message without the clauses that hold values: "and the code is 123" asks nothing."""
        told = [(each.start, each.end) for each in split_clauses(self.plain)]
        return self.without(span for span in told if BLANK in self.plain[slice(*span)]).plain

    def having(self, what: Field, start: int, end: int, **values: Any) -> "ExtractedFields":
        plain = self.plain[:start] + BLANK * (end - start) + self.plain[end:]
        return replace(self, plain=plain, spans=(*self.spans, (start, end, what)), **values)

    def without(self, spans: Iterable[tuple[int, int]]) -> "ExtractedFields":
        """With these places blanked out: nothing in them is read, or shown."""
        plain = self.plain
        for start, end in spans:
            plain = plain[:start] + BLANK * (end - start) + plain[end:]
        return replace(self, plain=plain)
