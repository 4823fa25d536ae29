"""What a message makes of a conversation, and the words that answer it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Protocol

from chat.dialogue.afterwards import reply_afterwards
from chat.dialogue.shown_name import shown_name
from chat.dialogue.state_machine import advance
from chat.dialogue.transition import say_instead
from chat.turns.seals import open_partial_number
from chat.understanding.interpret import interpret
from chat.understanding.pointing.by_model import as_pointed, open_message
from chat.understanding.redact import BULLETS
from chat.understanding.typed_field import interpret_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from chat.dialogue.transition import Transition
    from chat.turns.message import Message
    from chat.turns.results import TurnResult
    from chat.turns.seals import Vault
    from chat.turns.stored import Record
    from chat.turns.telemetry import Telemetry
    from chat.understanding.interpret import Interpretation
    from chat.understanding.pointing.by_model import OpenMessage, Pointed
    from chat.values.session import Policy, Session

WESTERNMOST_OFFSET_SECONDS = 12 * 3600  # UTC-12: a card is good until its last day has ended everywhere on earth


@dataclass(frozen=True)
class WordingRequest:
    """A decided reply for the model to word. `fixed`: its fixed wording, which the answer is checked against.

    `off_script`: the message was more than a value.
    """

    session: Session
    fixed: str
    message_id: str = ""
    off_script: bool = True


@dataclass(frozen=True)
class Worded:
    """`is_prepared`: taken from what was prepared ahead; no model was asked."""

    text: str
    is_prepared: bool = False


class Unanswered(Exception):
    """The model gave nothing of use. `cause`: off (it was not asked), slow, throttled, failed or unfit."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause

    @property
    def was_asked(self) -> bool:
        return self.cause != "off"


class Wording(Protocol):
    def word(self, request: WordingRequest) -> Worded:
        """The model's wording of `request.fixed`. Raises Unanswered."""


class Pointing(Protocol):
    def point(self, said: OpenMessage, session: Session) -> Pointed:
        """What the model takes the message to mean. Raises Unanswered."""


@dataclass(frozen=True)
class Composer:
    """`now`: seconds since the epoch."""

    vault: Vault
    wording: Wording
    pointing: Pointing
    telemetry: Telemetry
    policy: Policy
    now: Callable[[], int]

    def hear(self, record: Record, message: Message, *, may_ask: bool = True) -> tuple[str, Transition]:
        """The message's masked form, and what follows from it. Raises SealBroken, Unavailable.

        `may_ask`: a model may be asked, where the rules hear nothing certain.
        """
        session = open_partial_number(record.session, record.token_hash, self.vault)
        heard = self._understand(message, session)
        masked = BULLETS if session.is_hosted and heard.private else heard.masked  # not even the last four are kept
        decided = advance(session, heard, self.policy)
        is_over = decided.confirmed or decided.session.outcome is not None
        said = None if is_over or message.named_field or not may_ask else open_message(heard, session)
        return masked, self._ask(said, heard, session, decided) if said else decided

    def _ask(self, said: OpenMessage, heard: Interpretation, session: Session, decided: Transition) -> Transition:
        """What was decided, in the words for what the model points at. It is asked once a turn: they stay fixed."""
        try:
            pointed = self.pointing.point(said, session)
        except Unanswered as fallback:
            if not fallback.was_asked:
                return decided
            self.telemetry.count("ModelFallback", cause=fallback.cause)
            return replace(decided, reword=False)
        self.telemetry.count("ModelPointed")
        other = as_pointed(heard, said, pointed, session)
        if other is None:
            return replace(decided, reword=False)
        return say_instead(decided, advance(session, other, self.policy))

    def answer_afterwards(self, result: TurnResult, message: Message) -> TurnResult:
        """The completed reply, with the answer to this message in place of its sentence where there is one."""
        heard = self._understand(message, result.session)
        reply = reply_afterwards(result.session, heard, self.policy)
        return result if reply is None else replace(result, response=reply)

    def word(self, transition: Transition, message_id: str) -> str:
        """The reply as the model words it where it may, else the fixed one."""
        if not transition.reword:
            return transition.reply
        try:
            shown = replace(transition.session, name=shown_name(transition.session.name) or None)
            worded = self.wording.word(WordingRequest(shown, transition.reply, message_id, transition.off_script))
        except Unanswered as fallback:
            if fallback.was_asked:
                self.telemetry.count("ModelFallback", cause=fallback.cause)
            return transition.reply
        if not worded.is_prepared:
            self.telemetry.count("ModelWorded")
        return worded.text

    def _understand(self, message: Message, session: Session) -> Interpretation:
        today = _today(self.now())
        if message.named_field is not None:
            return interpret_field(message.text, message.named_field, session, today, self.policy)
        return interpret(message.text, session, today, self.policy)


def _today(now: int) -> date:
    return datetime.fromtimestamp(now - WESTERNMOST_OFFSET_SECONDS, UTC).date()
