"""One browser tab's visit: what it hears is passed on to the API, and the conversation is what came of it."""

import secrets
import string
from dataclasses import replace
from typing import Protocol

from payment_page import session_cookie
from payment_page.api_types import Key, Message, Payer, RefusedError, Reply, UnreachableError
from payment_page.conversation import (
    UNSEEN,
    Conversation,
    after_reply,
    after_trouble,
    line_of_field,
    looked_up,
    remembered_line,
)
from payment_page.entry import Heard
from payment_page.texts import is_on_a_button

AT_MOST = 2.0  # seconds that an answer waits for the masked form of the message it answers


class Api(Protocol):
    def send(self, message: Message, key: Key, payer: Payer) -> Reply: ...
    def look_up(self, key: Key, payer: Payer, max_seconds: float = ...) -> Reply: ...


class Visit:
    """`cookie`: the ticket of a cookie that the browser has yet to fetch."""

    def __init__(self, api: Api, payer: Payer, key: Key | None) -> None:
        """With the key of an earlier visit the conversation goes on where it stands."""
        self._api = api
        self.payer = payer
        self.cookie: str | None = None
        self._opening: str | None = None
        self.now = Conversation(key or Key(make_id()))
        if key:
            self._look()

    def hear(self, heard: Heard) -> None:
        if heard.message:
            self._send(heard.message)
        elif heard.act == "look":
            self._look()
        elif heard.act == "restart":
            self.now = Conversation(Key(make_id()), turn=self.now.turn + 1)
            self.cookie = session_cookie.leave(None)

    def _send(self, message: Message) -> None:
        before = self.now
        if message.id == before.answered:
            return
        key = before.key if before.key.token else self._opening_key(message)
        # There is nothing to expect of a conversation that does not exist yet.
        asked = replace(message, step=None) if message.step == "none" else message
        try:
            reply = self._api.send(asked, key, self.payer)
            self.now = after_reply(before, message, reply, self._own_line(message, key, reply))
        except (RefusedError, UnreachableError) as trouble:
            self.now = after_trouble(self.now, trouble)
        self._keep(before)

    def _own_line(self, message: Message, key: Key, reply: Reply) -> str:
        """What the transcript shows of a message. The page masks no words itself: the API knows how."""
        if is_on_a_button(message.text):
            return message.text
        if message.by_field and message.step:
            return line_of_field(message.step, reply)
        if reply.step == "done":  # and nothing is remembered
            return UNSEEN
        try:
            found = self._api.look_up(Key(reply.session_id, reply.token or key.token), self.payer, AT_MOST)
        except (RefusedError, UnreachableError):
            return UNSEEN
        return remembered_line(reply, found) or UNSEEN

    def _opening_key(self, message: Message) -> Key:
        """A first message whose answer was lost heals when it is repeated; another one opens another session."""
        if self._opening not in {None, message.id}:
            self.now = replace(self.now, key=Key(make_id()))
        self._opening = message.id
        return self.now.key

    def _look(self) -> None:
        before = self.now
        try:
            self.now = looked_up(before, self._api.look_up(before.key, self.payer))
        except (RefusedError, UnreachableError) as trouble:
            self.now = after_trouble(before, trouble)
        self._keep(before)

    def _keep(self, before: Conversation) -> None:
        over = self.now.screen in {"closed", "expired"}
        if over or self.now.key.token != before.key.token:
            self.cookie = session_cookie.leave(None if over else self.now.key)


def make_id() -> str:
    """Letters only: an id may not hold a long run of digits."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(24))
