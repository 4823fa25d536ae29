"""What the page knows of one conversation, and how an answer of the API changes it. Pure; holds no card digit."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from payment_page.api_types import Key, Message, RefusedError, Reply, UnreachableError

NOTHING: Mapping[str, Any] = {"name": None, "brand": None, "last4": None, "expiry": None, "cvv": False}
BRANDS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}
UNSEEN = "••••"  # in the place of what a payer wrote where its masked form is not known
_DEFAULT_WAIT = 5
_LONGEST_WAIT = 60  # seconds after which nothing is sent again by itself: the payer may have left, or think differently


@dataclass(frozen=True)
class Line:
    """`content` is masked."""

    role: str
    content: str


@dataclass(frozen=True)
class Trouble:
    """Why a message was not answered.

    unreachable, failed; moved_on: in another tab; wait: sent again by itself in `seconds`; later: too many attempts.
    """

    kind: str
    seconds: int | None = None


@dataclass(frozen=True)
class Conversation:
    """`answered`: id of the last message that was answered; `turn` grows whenever the screen is to be drawn anew."""

    key: Key
    lines: tuple[Line, ...] = ()
    step: str = "none"
    status: str = "collecting"
    collected: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    error: Mapping[str, str] | None = None
    payment: Mapping[str, str] | None = None
    expires_at: datetime | None = None
    expired: bool = False
    language: str | None = None
    answered: str | None = None
    trouble: Trouble | None = None
    turn: int = 0

    @property
    def screen(self) -> str:
        """welcome, name, card, expiry, cvv, confirm, receipt, closed or expired."""
        if self.expired:
            return "expired"
        if self.status == "completed":
            return "receipt"
        if self.status in {"cancelled", "failed"}:
            return "closed"
        return "welcome" if self.step == "none" else self.step

    @property
    def is_live(self) -> bool:
        return self.step != "none" and self.screen not in {"expired", "receipt", "closed"}

    @property
    def said(self) -> str:
        """The last thing the assistant said."""
        return next((line.content for line in reversed(self.lines) if line.role == "assistant"), "")

    def seconds_left(self, now: datetime) -> int | None:
        if not self.is_live or self.expires_at is None:
            return None
        return max(0, int((self.expires_at - now).total_seconds()))


def after_reply(before: Conversation, message: Message, reply: Reply, own: str) -> Conversation:
    """`own`: what the transcript shows of the message."""
    return replace(
        _now(before, reply),
        lines=(*before.lines, Line("user", own), Line("assistant", reply.text)),
        answered=message.id,
    )


def looked_up(before: Conversation, reply: Reply) -> Conversation:
    """As another tab or an earlier visit left it."""
    lines = tuple(Line(each["role"], each["content"]) for each in reply.history) or (Line("assistant", reply.text),)
    return replace(_now(before, reply), lines=lines)


def _now(before: Conversation, reply: Reply) -> Conversation:
    return replace(
        before,
        key=Key(reply.session_id, reply.token or before.key.token),
        step=reply.step,
        status=reply.status,
        collected=reply.collected,
        error=reply.error,
        payment=reply.payment,
        expires_at=reply.expires_at,
        language=reply.language or before.language,
        trouble=None,
        turn=before.turn + 1,
    )


def after_trouble(before: Conversation, trouble: RefusedError | UnreachableError) -> Conversation:
    if isinstance(trouble, RefusedError):
        if trouble.status in {401, 410}:
            return replace(before, expired=True, trouble=None, collected=NOTHING, turn=before.turn + 1)
        if trouble.code == "step_changed":
            return replace(before, trouble=Trouble("moved_on"))
        if trouble.status in {409, 429, 503}:
            return replace(before, trouble=_wait(trouble))
        return replace(before, trouble=Trouble("failed"))
    return replace(before, trouble=Trouble("unreachable"))


def _wait(refused: RefusedError) -> Trouble:
    seconds = refused.retry_after or _DEFAULT_WAIT
    if seconds <= _LONGEST_WAIT:
        return Trouble("wait", seconds)
    return Trouble("later" if refused.status == 429 else "failed")


def line_of_field(step: str, reply: Reply) -> str:
    """What the transcript shows of a value from the field of this step: as it was understood, never as it was typed."""
    known = reply.collected
    if reply.error or reply.step in {step, "done"}:
        return UNSEEN
    if step == "card":
        return f"{BRANDS.get(known['brand'], '')} •••• {known['last4']}".strip()
    return "•••" if step == "cvv" else known.get(step) or UNSEEN


def remembered_line(reply: Reply, found: Reply) -> str | None:
    """The API's masked form of the message that got this reply; None if the conversation has gone on since."""
    last = found.history[-2:]
    if found.text != reply.text or [line["role"] for line in last] != ["user", "assistant"]:
        return None
    return last[0]["content"]
