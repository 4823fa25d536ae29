"""What the page knows of one conversation, and how a reply of the API changes it. Pure; holds no card digit."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from payment_page.api_types import Action, Message, RefusedError, Reply, SessionKey, UnreachableError
from payment_page.texts import is_start_text
from payment_page.transcript import TranscriptLine

NOTHING_COLLECTED: Mapping[str, Any] = {"name": None, "brand": None, "last4": None, "expiry": None, "cvv": False}
# The step before the browser has said how the payer came: by a link, back from Stripe, or to go on.
ARRIVING = "arriving"
DEFAULT_WAIT_SECONDS = 5
# After a longer wait nothing is sent again by itself: the payer may have left, or changed their mind.
MAX_WAIT_SECONDS = 60


@dataclass(frozen=True)
class Trouble:
    """Why a message was not answered.

    `kind`: unreachable, failed, moved_on (the conversation went on in another tab), wait (the message is sent again by
    itself after `seconds`), or later (too many attempts; nothing is sent again).
    """

    kind: str
    seconds: int | None = None


@dataclass(frozen=True)
class Conversation:
    """`answered_id`: the last message that was answered. `revision` grows whenever the screen has to be drawn anew.

    `ended`: why there is no conversation (any more): expired (the session), order_closed (the order is cancelled,
    expired, failed or unknown), needs_link (this page takes payments by link only), or lost (the payer is back from
    Stripe, or has reloaded a page that showed an order, and this browser has no session of it). `order`: its fields as
    in the API; of a closed one a few.
    """

    key: SessionKey
    lines: tuple[TranscriptLine, ...] = ()
    step: str = "none"
    status: str = "collecting"
    collected: Mapping[str, Any] = field(default_factory=lambda: NOTHING_COLLECTED)
    error: Mapping[str, str] | None = None
    payment: Mapping[str, str] | None = None
    expires_at: datetime | None = None
    ended: str | None = None
    order: Mapping[str, Any] | None = None
    action: Action | None = None
    language: str | None = None
    answered_id: str | None = None
    trouble: Trouble | None = None
    revision: int = 0

    @property
    def screen(self) -> str:
        """arriving, welcome, name, card, expiry, cvv, confirm, action, receipt, closed, or why it has ended."""
        if self.ended:
            return self.ended
        if self.status == "completed":
            return "receipt"
        if self.status in {"cancelled", "failed"}:
            return "closed"
        return "welcome" if self.step == "none" else self.step

    @property
    def is_over(self) -> bool:
        return self.ended is not None or self.status in {"completed", "cancelled", "failed"}

    @property
    def is_live(self) -> bool:
        return self.step not in {ARRIVING, "none"} and not self.is_over

    @property
    def last_reply(self) -> str:
        """The last thing that the assistant said."""
        return next((line.content for line in reversed(self.lines) if line.role == "assistant"), "")

    def seconds_left(self, now: datetime) -> int | None:
        """Until the payer's way through Stripe is closed, else until the session ends. None when nothing can expire."""
        if not self.is_live:
            return None
        at_stripe = self.action.expires_at if self.action else None
        until = at_stripe if at_stripe and at_stripe > now else self.expires_at
        return max(0, int((until - now).total_seconds())) if until else None


def after_reply(before: Conversation, message: Message, reply: Reply, shown: str | None) -> Conversation:
    """`shown`: what the transcript shows of the message; None for nothing."""
    said = () if shown is None else (TranscriptLine("user", shown),)
    lines = (*before.lines, *said, TranscriptLine("assistant", reply.text))
    return replace(_apply(before, reply), lines=lines, answered_id=message.id)


def after_lookup(before: Conversation, reply: Reply) -> Conversation:
    """The conversation as another tab or an earlier visit left it."""
    lines = tuple(TranscriptLine(each["role"], each["content"]) for each in reply.history)
    if reply.order and lines and is_start_text(lines[0].content):
        lines = lines[1:]  # the page sent it when the link was opened; the payer said nothing
    return replace(_apply(before, reply), lines=lines or (TranscriptLine("assistant", reply.text),))


def after_refresh(before: Conversation, reply: Reply) -> Conversation:
    """The conversation once Stripe has been asked. Nothing is drawn anew while nothing has changed."""
    after = _apply(before, reply)
    if reply.text != before.last_reply:
        return replace(after, lines=(*before.lines, TranscriptLine("assistant", reply.text)))
    quiet = replace(after, revision=before.revision)
    return quiet if replace(quiet, expires_at=before.expires_at, trouble=before.trouble) == before else after


def _apply(before: Conversation, reply: Reply) -> Conversation:
    return replace(
        before,
        key=SessionKey(reply.session_id, reply.token or before.key.token),
        step=reply.step,
        status=reply.status,
        collected=reply.collected,
        error=reply.error,
        payment=reply.payment,
        expires_at=reply.expires_at,
        language=reply.language or before.language,
        ended=None,
        order=reply.order,
        action=reply.action,
        trouble=None,
        revision=before.revision + 1,
    )


def after_error(before: Conversation, error: RefusedError | UnreachableError) -> Conversation:
    """The conversation stays where it is, unless the API says that its session is over."""
    if isinstance(error, UnreachableError):
        return replace(before, trouble=Trouble("unreachable"))
    if error.code == "order_closed":
        known = {**(before.order or {}), **error.order} if error.order else None
        return replace(after_end(before, "order_closed"), order=known)
    if error.code == "order_required":
        return after_end(before, "needs_link")
    if error.status in {401, 410}:
        return after_end(before, "expired")
    if error.code == "step_changed":
        return replace(before, trouble=Trouble("moved_on"))
    if error.status in {409, 429, 503}:
        return replace(before, trouble=_wait_for(error))
    return replace(before, trouble=Trouble("failed"))


def after_end(before: Conversation, reason: str) -> Conversation:
    """`reason`: as `ended` in Conversation."""
    return replace(
        before,
        ended=reason,
        trouble=None,
        action=None,
        payment=None,
        collected=NOTHING_COLLECTED,
        revision=before.revision + 1,
    )


def _wait_for(error: RefusedError) -> Trouble:
    seconds = error.retry_after or DEFAULT_WAIT_SECONDS
    if seconds <= MAX_WAIT_SECONDS:
        return Trouble("wait", seconds)
    return Trouble("later" if error.status == 429 else "failed")
