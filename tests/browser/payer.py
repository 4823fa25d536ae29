"""A payer in front of the page, who knows what the labels say and nothing of how it is built."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, WebSocket, expect

from payment_page.texts import texts

VISA, AMEX = "4242424242424242", "378282246310005"
ANSWERS = {"name": "John", "card": VISA, "expiry": "1230", "cvv": "123"}
STEPS = (*ANSWERS, "confirm")
COOKIE = "__Host-payment_session"
AXE = Path(__file__).parents[2] / ".venv/node/node_modules/axe-core/axe.min.js"

PATIENCE = 30_000  # milliseconds; a busy machine needs some
# Console lines that say only that a server or the network was away.
EXPLAINED = (
    "ERR_CONNECTION_REFUSED",
    "ERR_INTERNET_DISCONNECTED",
    "WebSocket onclose",
    "WebSocket connection to",
    "disconnected from server",
    "server is not responding",
    "reaching server endpoint",
)


@dataclass
class Payer:
    page: Page
    url: str
    stage: Any = field(repr=False)
    language: str = "en"
    frames: list[str | bytes] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("websocket", self._listen)
        self.page.on("request", self._ask)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.console.append(str(error)))

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._receive)

    def _receive(self, frame: str | bytes) -> None:
        self.frames.append(frame)

    def _ask(self, request: Request) -> None:
        self.requests.append(request)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(each in message.text for each in EXPLAINED):
            self.console.append(message.text)

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    @property
    def says(self) -> dict[str, str]:
        return dict(texts(self.language))

    def open(self) -> "Payer":
        self.page.goto(self.url, wait_until="commit")
        return self

    def start(self) -> "Payer":
        self.open()
        self.button("start").click()
        self.sees("name")
        return self

    def at(self, step: str) -> "Payer":
        """Comes back to an ordinary conversation that stands at this step."""
        talk = self.stage.conversation_at(step)
        value = f"{talk.id}.{talk.token}"
        secure_url = self.url.replace("http:", "https:")  # a cookie knows no scheme; for this one Chromium wants https
        self.context.add_cookies(
            [
                {
                    "name": COOKIE,
                    "value": value,
                    "url": secure_url,
                    "httpOnly": True,
                    "secure": True,
                    "sameSite": "Strict",
                }
            ]
        )
        self.open()
        self.sees(step)
        return self

    def field(self, step: str) -> Locator:
        return self.page.get_by_label(self.says[step], exact=True)

    def button(self, text: str) -> Locator:
        return self.page.get_by_role("button", name=self.says[text], exact=True)

    def sees(self, step: str) -> None:
        """The screen of this step, and nothing under way."""
        expect(self.field(step) if step in ANSWERS else self.button(step)).to_be_visible(timeout=PATIENCE)
        expect(self.page.locator(".pay-waiting")).to_be_hidden()

    def sees_text(self, text: str) -> None:
        expect(self.page.get_by_text(self.says[text], exact=True).first).to_be_visible(timeout=PATIENCE)

    def answer(self, step: str, value: str | None = None) -> None:
        """Types as a person does, and presses Enter."""
        self.sees(step)
        self.field(step).press_sequentially(value or ANSWERS[step])
        self.field(step).press("Enter")

    def writes(self, message: str) -> None:
        line = self.page.get_by_label(self.says["message"], exact=True)
        line.fill(message)
        line.press("Enter")

    def has_receipt(self) -> None:
        expect(self.page.get_by_role("heading", name=self.says["done"])).to_be_visible(timeout=PATIENCE)

    @property
    def token(self) -> str:
        return self.page.locator("#pay-token").inner_text()

    @property
    def transcript(self) -> list[str]:
        return [each.inner_text() for each in self.page.get_by_test_id("stChatMessageContent").all()]

    @property
    def focused(self) -> str:
        """The label or the text of what has the focus."""
        return str(
            self.page.evaluate(
                "() => (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim().slice(0, 60)"
            )
        )

    @property
    def cookie(self) -> dict[str, Any] | None:
        return next((dict(each) for each in self.context.cookies() if each.get("name") == COOKIE), None)

    def has_no_cookie(self) -> None:
        """Waits until the page has had its cookie removed."""
        for _ in range(50):
            if self.cookie is None:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("the session cookie is still there")

    def session_id(self) -> str:
        """Waits for the cookie, which the page fetches after the first answer."""
        for _ in range(50):
            if cookie := self.cookie:
                return str(cookie["value"]).partition(".")[0]
            self.page.wait_for_timeout(50)
        raise AssertionError("there is no session cookie")

    def violations(self) -> list[str]:
        """What axe finds on the whole page as it stands, its best practices included."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(f"{AXE.read_text()}; 0")
        found = self.page.evaluate("axe.run(document)")["violations"]
        return [f"{each['id']}: {[node['html'][:120] for node in each['nodes']]}" for each in found]

    def width(self) -> tuple[int, int]:
        """Of what is there, and of the window."""
        found = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        return found[0], found[1]

    def everything_kept(self) -> str:
        """What the browser holds of the page: DOM, values, storage, cookies, history, title."""
        held = self.page.evaluate(
            """async () => ({
                dom: document.documentElement.outerHTML,
                values: [...document.querySelectorAll('input, textarea')].map(each => each.value),
                local: {...localStorage}, session: {...sessionStorage}, url: location.href, title: document.title,
                databases: await indexedDB.databases(), caches: await caches.keys(), state: history.state,
            })"""
        )
        return json.dumps([held, self.context.cookies()])
