"""One browser tab's visit: what it hears is passed on to the API, and the conversation is what came of it."""

import secrets
import string
from dataclasses import replace
from typing import Protocol

import session_cookie
from client import Key, Message, Payer, RefusedError, Reply, UnreachableError
from conversation import Conversation, after_reply, after_trouble, looked_up
from entry import Heard


class Api(Protocol):
    def send(self, message: Message, key: Key, payer: Payer) -> Reply: ...
    def look_up(self, key: Key, payer: Payer) -> Reply: ...


class Visit:
    """`cookie`: the ticket of a cookie that the browser has yet to fetch."""

    def __init__(self, api: Api, payer: Payer, key: Key | None) -> None:
        """With the key of an earlier visit the conversation goes on where it stands."""
        self._api = api
        self.payer = payer
        self.cookie: str | None = None
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
        # There is nothing to expect of a conversation that does not exist yet.
        asked = replace(message, step=None) if message.step == "none" else message
        try:
            self.now = after_reply(before, message, self._api.send(asked, before.key, self.payer))
        except (RefusedError, UnreachableError) as trouble:
            self.now = after_trouble(before, trouble)
        self._keep(before)

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
