"""What the language model is asked: to word a reply that is already decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chat.values.session import Session


@dataclass(frozen=True)
class WordingRequest:
    """A decided reply for the model to word. `fixed`: its fixed wording, which the answer is checked against."""

    session: Session
    fixed: str


class NoWording(Exception):
    """The model gave no usable wording. `cause`: off (it was not asked), slow, throttled, failed or unfit."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause

    @property
    def was_asked(self) -> bool:
        return self.cause != "off"


class Wording(Protocol):
    def word(self, request: WordingRequest) -> str:
        """The model's wording of `request.fixed`. Raises NoWording."""
