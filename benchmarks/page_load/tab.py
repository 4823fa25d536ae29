"""A browser tab as the page's server sees it: a web socket, Streamlit's messages, the component's events."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

# The field of a form, or a button, and what is sent with it: the six steps.
STEPS = (
    ("none", "payment"),
    ("name", "John"),
    ("card", "4242424242424242"),
    ("expiry", "1230"),
    ("cvv", "123"),
    ("confirm", "confirm"),
)
FIELDS = frozenset({"name", "card", "expiry", "cvv"})
TIMEOUT_SECONDS = 40


@dataclass
class Tab:
    """`url` of the page. Each `play` is one conversation; `seconds` are those of its turns, in order."""

    url: str
    seconds: list[float] = field(default_factory=list)
    _socket: ClientConnection | None = field(default=None, repr=False)
    _ids: dict[str, str] = field(default_factory=dict, repr=False)
    _shown: dict[str, Any] = field(default_factory=dict, repr=False)
    _count: int = 0

    async def __aenter__(self) -> Self:
        """Opens the page: what a browser has once the welcome is there."""
        stream = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = await connect(
            stream,
            subprotocols=[Subprotocol("streamlit")],
            origin=Origin(self.url),
            proxy=None,
            open_timeout=TIMEOUT_SECONDS,
        )
        await self._run(None)
        await self._run({"event": "command", "value": {"command": "arrive"}})
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket:
            await self._socket.close()

    async def play(self) -> None:
        """A conversation from the welcome to the receipt. Raises RuntimeError when it ends elsewhere."""
        for step, text in STEPS:
            self._count += 1
            message = {"id": f"load-{_letters(self._count)}", "text": text, "step": step, "by_field": step in FIELDS}
            started = time.monotonic()
            await self._run({"event": "send", "value": message})
            self.seconds.append(time.monotonic() - started)
        if self._shown["screen"] != "receipt":
            raise RuntimeError(f"the conversation ended at {self._shown['screen']}: {self._shown['trouble']}")
        await self._run({"event": "command", "value": {"command": "restart"}})

    async def _run(self, event: dict[str, Any] | None) -> None:
        """Has the page run for an event, and takes in what it draws."""
        if not self._socket:
            raise RuntimeError("the tab is not open")
        back = BackMsg()
        back.rerun_script.query_string = ""
        if event:
            back.rerun_script.widget_states.widgets.append(
                WidgetState(
                    id=f"$$STREAMLIT_INTERNAL_KEY_{self._ids['panel']}__events", json_trigger_value=json.dumps([event])
                )
            )
        await self._socket.send(back.SerializeToString())
        while True:
            received = await self._socket.recv(decode=False)
            drawn = ForwardMsg.FromString(received)
            if drawn.WhichOneof("type") == "script_finished":
                return
            for part, data, id_ in _components(drawn):
                self._ids[part] = id_
                self._shown = data if part == "panel" else self._shown


def _components(drawn: ForwardMsg) -> Iterator[tuple[str, dict[str, Any], str]]:
    if drawn.WhichOneof("type") == "delta" and drawn.delta.new_element.WhichOneof("type") == "bidi_component":
        component = drawn.delta.new_element.bidi_component
        data = json.loads(component.json)
        yield data["part"], data, component.id


def _letters(number: int) -> str:
    """An id may not hold a long run of digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))
