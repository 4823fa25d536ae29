"""Where a payer types. The page knows this interface only, so that another form can take the component's place."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import payment_entry
import streamlit as st

from payment_page.api_types import Message
from payment_page.conversation import Trouble


@dataclass(frozen=True)
class View:
    """What the entry shows. Of a card it holds the brand and the last four digits at most.

    `run_id` differs from run to run, so that the browser notices each. `brands`: brand code → name.
    `answered_id`, `revision`, `order` and `last_reply` as in Conversation; `action`: `type` and `url` of where the
    payer has to go; `cookie_ticket`: a ticket for the browser to use.
    """

    run_id: str
    language: str
    direction: str
    texts: Mapping[str, str]
    brands: Mapping[str, str]
    screen: str
    step: str
    is_live: bool
    collected: Mapping[str, Any]
    payment: Mapping[str, str] | None
    order: Mapping[str, Any] | None
    action: Mapping[str, str | None] | None
    refusal: str | None
    last_reply: str
    trouble: Trouble | None
    answered_id: str | None
    revision: int
    seconds_left: int | None
    cookie_ticket: str | None
    has_message_line: bool


@dataclass(frozen=True)
class EntryEvent:
    """What the payer did: sent a message, or asked the page for something.

    `command`: arrive (without a link), returned (from Stripe), reloaded (a page that showed an order), look_up, refresh
    (ask Stripe), or restart.
    """

    message: Message | None = field(default=None, repr=False)
    command: str | None = None


EventHandler = Callable[[EntryEvent], None]


class Entry(Protocol):
    def head(self, view: View, steps: list[str], current: int | None, on_event: EventHandler) -> None:
        """Shows progress, the time left and the cancel button. `current`: index in `steps`."""

    def panel(self, view: View, on_event: EventHandler) -> None:
        """Shows the field of the step and the line to write in."""


class SecureEntry:
    """The packaged component. Its values are triggers: each lasts for one run and is never sent back."""

    def __init__(self) -> None:
        self._component = st.components.v2.component(
            payment_entry.NAME, js=payment_entry.SCRIPT, css=payment_entry.STYLE, isolate_styles=False
        )

    def head(self, view: View, steps: list[str], current: int | None, on_event: EventHandler) -> None:
        shown = {"part": "head", "steps": steps, "current": current}
        for name in ("run_id", "language", "direction", "texts", "screen", "order", "is_live", "seconds_left"):
            shown[name] = getattr(view, name)
        self._mount("head", shown, on_event)

    def panel(self, view: View, on_event: EventHandler) -> None:
        self._mount("panel", {"part": "panel", **asdict(view)}, on_event)

    def _mount(self, part: str, data: dict[str, Any], on_event: EventHandler) -> None:
        def on_send() -> None:
            value = st.session_state[part]["send"]
            message = Message(value["id"], value["text"], value["step"], value["by_field"], value.get("order_token"))
            on_event(EntryEvent(message=message))

        def on_command() -> None:
            on_event(EntryEvent(command=st.session_state[part]["command"]["command"]))

        self._component(key=part, data=data, on_send_change=on_send, on_command_change=on_command)
