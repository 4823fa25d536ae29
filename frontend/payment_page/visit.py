"""The visit of one browser tab: passes events on to the API, and keeps the conversation that results."""

import re
import secrets
import string
from dataclasses import replace
from typing import Protocol

from payment_page import session_cookie
from payment_page.api_types import Message, Payer, RefusedError, Reply, SessionKey, UnreachableError
from payment_page.conversation import (
    ARRIVING,
    Conversation,
    after_end,
    after_error,
    after_lookup,
    after_refresh,
    after_reply,
)
from payment_page.entry import EntryEvent
from payment_page.texts import is_button_text
from payment_page.transcript import HIDDEN, find_masked_message, show_field_value

# How long a reply may wait for the masked form of the message that it answers.
MASKED_FORM_SECONDS = 2.0
ORDER_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,128}")


class Api(Protocol):
    def send(self, message: Message, key: SessionKey, payer: Payer) -> Reply: ...
    def look_up(self, key: SessionKey, payer: Payer, patience_seconds: float = ...) -> Reply: ...
    def refresh(self, key: SessionKey, payer: Payer) -> Reply: ...


class Visit:
    """With the `key` of an earlier visit the conversation goes on where it stands, unless a link brings another.

    Nothing is asked of the API before the browser has said how the payer came.
    """

    def __init__(self, api: Api, payer: Payer, key: SessionKey | None) -> None:
        self._api = api
        self.payer = payer
        self._cookie_ticket: str | None = None
        self._opening_id: str | None = None
        self._had_order = False  # this tab has shown an order before: only its link leads on
        self.conversation = Conversation(key or SessionKey(make_id()), step=ARRIVING)

    def handle(self, event: EntryEvent) -> None:
        message, command = event.message, event.command
        if message and message.order_token is not None:
            self._open_order(message)
            return
        if self.conversation.step == ARRIVING:
            self._had_order |= command in {"returned", "reloaded"}
            self._arrive(is_back=command == "returned")
            message = self._without_early_start(message)
        elif command == "look_up":
            self._look_up()
        elif command in {"refresh", "returned"}:
            self._refresh()
        elif command == "restart":
            self._replace_conversation("none")
            self._cookie_ticket = session_cookie.issue_ticket(None)
        if message:
            self._send(message)

    def _replace_conversation(self, step: str) -> None:
        revision = self.conversation.revision + 1
        self.conversation = Conversation(SessionKey(make_id()), step=step, revision=revision)

    def _arrive(self, *, is_back: bool) -> None:
        """`is_back`: the payer comes from Stripe."""
        if not self.conversation.key.token:
            self.conversation = replace(self.conversation, step="none", revision=self.conversation.revision + 1)
        elif is_back:
            self._refresh()
        else:
            self._look_up()
        if self._had_order and self.conversation.screen in {"welcome", "expired"}:
            self.conversation = after_end(self.conversation, "lost")

    def _without_early_start(self, message: Message | None) -> Message | None:
        """The message, unless the payer began on the first screen before it was known that a session goes on."""
        if not message or message.step != "none" or not self.conversation.key.token:
            return message
        if self.conversation.trouble is None:
            self.conversation = replace(self.conversation, answered_id=message.id)
        return None

    def _open_order(self, message: Message) -> None:
        if message.id not in {self._opening_id, self.conversation.answered_id}:
            self._replace_conversation(ARRIVING)
        if ORDER_TOKEN.fullmatch(message.order_token or ""):
            self._send(message)
        else:
            self.conversation = after_end(self.conversation, "order_closed")
            self._cookie_ticket = session_cookie.issue_ticket(None)

    def take_cookie_ticket(self) -> str | None:
        """The ticket of the cookie that the browser has yet to fetch. Handed out once."""
        ticket, self._cookie_ticket = self._cookie_ticket, None
        return ticket

    def _send(self, message: Message) -> None:
        before = self.conversation
        if message.id == before.answered_id:
            return
        key = before.key if before.key.token else self._key_for_opening(message)
        # The API knows no step `none`: a session that does not exist yet is at no step.
        sent = replace(message, step=None) if message.step in {ARRIVING, "none"} else message
        try:
            reply = self._api.send(sent, key, self.payer)
            self.conversation = after_reply(before, message, reply, self._show_message(message, key, reply))
        except (RefusedError, UnreachableError) as error:
            self.conversation = after_error(self.conversation, error)
        self._update_cookie(before)

    def _show_message(self, message: Message, key: SessionKey, reply: Reply) -> str | None:
        """What the transcript shows of a message. The page masks no words itself: the API knows how."""
        if message.order_token:
            return None  # the payer opened a link and said nothing
        if is_button_text(message.text):
            return message.text
        if message.by_field and message.step:
            return show_field_value(message.step, reply)
        if reply.step == "done":  # the API remembers nothing of a session that is over
            return HIDDEN
        session = SessionKey(reply.session_id, reply.token or key.token)
        try:
            lookup = self._api.look_up(session, self.payer, MASKED_FORM_SECONDS)
        except (RefusedError, UnreachableError):
            return HIDDEN
        return find_masked_message(reply, lookup) or HIDDEN

    def _key_for_opening(self, message: Message) -> SessionKey:
        """Repeating a first message whose reply was lost finds its session; another first message opens another."""
        if self._opening_id not in {None, message.id}:
            self.conversation = replace(self.conversation, key=SessionKey(make_id()))
        self._opening_id = message.id
        return self.conversation.key

    def _look_up(self) -> None:
        before = self.conversation
        try:
            self.conversation = after_lookup(before, self._api.look_up(before.key, self.payer))
        except (RefusedError, UnreachableError) as error:
            self.conversation = after_error(before, error)
        self._update_cookie(before)

    def _refresh(self) -> None:
        before = self.conversation
        apply = after_lookup if before.step == ARRIVING else after_refresh
        try:
            self.conversation = apply(before, self._api.refresh(before.key, self.payer))
        except (RefusedError, UnreachableError) as error:
            self.conversation = after_error(before, error)
        self._update_cookie(before)

    def _update_cookie(self, before: Conversation) -> None:
        """The cookie holds the key of a session that can go on. A receipt that this tab shows needs no cookie."""
        after = self.conversation
        if after.is_over or after.key.token != before.key.token:
            self._cookie_ticket = session_cookie.issue_ticket(None if after.is_over else after.key)


def make_id() -> str:
    """Letters only: an id may not hold a long run of digits."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(24))
