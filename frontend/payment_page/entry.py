"""Where a person types. The page knows this interface only, so that a form hosted by Stripe can take its place."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import payment_entry
import streamlit as st

from payment_page.api_types import Message
from payment_page.conversation import Trouble


@dataclass(frozen=True)
class View:
    """What the entry shows; no card digit beyond the last four is in it.

    `answered` and `turn` as in Conversation; `said` is read out; `cookie` is a ticket to fetch; `chat`: show the line.
    `run` differs from run to run, so that the browser hears of each. `brands`: what each brand is called.
    """

    run: str
    language: str
    direction: str
    texts: Mapping[str, str]
    brands: Mapping[str, str]
    screen: str
    step: str
    live: bool
    collected: Mapping[str, Any]
    payment: Mapping[str, str] | None
    refusal: str | None
    said: str
    trouble: Trouble | None
    answered: str | None
    turn: int
    seconds_left: int | None
    cookie: str | None
    chat: bool


@dataclass(frozen=True)
class Heard:
    """What comes back: a message of the conversation, or something asked of the page itself (look, restart)."""

    message: Message | None = field(default=None, repr=False)
    act: str | None = None


Listener = Callable[[Heard], None]


class Entry(Protocol):
    def head(self, view: View, steps: list[str], current: int | None, on_heard: Listener) -> None:
        """Progress, time left, cancel."""

    def panel(self, view: View, on_heard: Listener) -> None:
        """The field of the step and the line to write in."""


class SecureEntry:
    """The packaged component. Its values are triggers: they last for one run and are never sent back."""

    def __init__(self) -> None:
        self._component = st.components.v2.component(
            payment_entry.NAME, js=payment_entry.SCRIPT, css=payment_entry.STYLE, isolate_styles=False
        )

    def head(self, view: View, steps: list[str], current: int | None, on_heard: Listener) -> None:
        shown = {"part": "head", "steps": steps, "current": current}
        for name in ("run", "language", "direction", "texts", "live", "seconds_left"):
            shown[name] = getattr(view, name)
        self._mount("head", shown, on_heard)

    def panel(self, view: View, on_heard: Listener) -> None:
        self._mount("panel", {"part": "panel", **asdict(view)}, on_heard)

    def _mount(self, key: str, data: dict[str, Any], on_heard: Listener) -> None:
        def sent() -> None:
            value = st.session_state[key]["send"]
            on_heard(Heard(message=Message(value["id"], value["text"], value["step"], value["by_field"])))

        def acted() -> None:
            on_heard(Heard(act=st.session_state[key]["act"]["act"]))

        self._component(key=key, data=data, on_send_change=sent, on_act_change=acted)
