"""The chat API as the page sees it, in memory: sections 1, 2 and 7 of its contract, as far as screens depend on them.

Quick, and in any state that a test wants. What the real API decides is tested with the real API.
"""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from payment_page.texts import languages, texts

NEXT = {"name": "card", "card": "expiry", "expiry": "cvv", "cvv": "confirm"}
KNOWN = {
    "name": {"name": "John"},
    "card": {"brand": "visa", "last4": "4242"},
    "expiry": {"expiry": "12/30"},
    "cvv": {"cvv": True},
}
EMPTY = {"name": None, "brand": None, "last4": None, "expiry": None, "cvv": False}
CARD = {"brand": "visa", "last4": "4242"}
OVER = ("cancelled", "expired", "failed")
CANCELLING = frozenset(texts(language)["cancel"].casefold() for language in languages())


def in_minutes(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Order:
    """`at_stripe`: what the payer has done there since the last refresh: None, paid or declined."""

    token: str
    terms: dict[str, Any]
    action_type: str | None = None
    status: str = "open"
    at_stripe: str | None = None
    action_minutes: float = 30

    @property
    def body(self) -> dict[str, Any]:
        return {**self.terms, "status": self.status, "merchant": "ACME"}


@dataclass
class Session:
    id: str
    token: str
    order: Order | None
    step: str
    first_message: str
    status: str = "collecting"
    said: list[dict[str, str]] = field(default_factory=list)
    collected: dict[str, Any] = field(default_factory=lambda: dict(EMPTY))


@dataclass
class FakeApi:
    """`requests`: method, path, headers and body of every call. `refuse_next`: a status and an error code."""

    stripe_url: str = "http://127.0.0.1:1/pay"
    needs_order: bool = False
    url: str = ""
    orders: dict[str, Order] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str], dict[str, Any]]] = field(default_factory=list, repr=False)
    refusals: list[tuple[int, str]] = field(default_factory=list)

    def order(self, purpose: str = "charge", capture: str = "chat", **more: Any) -> Order:
        terms = {
            "reference": "INV-1042",
            "purpose": purpose,
            "amount": None if purpose == "save" else 4990,
            "currency": None if purpose == "save" else "eur",
            "amountText": None if purpose == "save" else "€49.90",
            "description": "Two tickets, 12 December",
            "capture": capture,
            "returnUrl": "https://shop.example.org/thanks",
        }
        settings = {name: more.pop(name) for name in ("status", "action_type", "action_minutes") if name in more}
        order = Order(secrets.token_urlsafe(32), {**terms, **more}, **settings)
        self.orders[order.token] = order
        return order

    def answer(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        self.requests.append((method, path, headers, body))
        if self.refusals:
            return self._refuse(*self.refusals.pop(0))
        if path == "/chat":
            return self._chat(headers, body)
        session = self.sessions.get(path.split("/")[2])
        if session is None or session.token != headers.get("x-session-token"):
            return self._refuse(410, "session_expired")
        if path.endswith("/refresh"):
            self._settle(session)
        if session.order and session.order.status in OVER:
            return self._closed(session.order)
        history = [] if session.status == "completed" else session.said[-6:]
        return 200, {**self._reply(session), "conversationHistory": history}

    def _chat(self, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        session = self.sessions.get(body["sessionId"])
        if session is None:
            return self._open(body)
        if "x-session-token" not in headers:
            if body["messageId"] != session.first_message:
                return self._refuse(401, "session_token_required")
            return 200, {**self._reply(session), "sessionToken": session.token}
        self._take(session, body)
        if session.order and session.order.status in OVER:
            return self._closed(session.order)
        return 200, self._reply(session)

    def _open(self, body: dict[str, Any]) -> tuple[int, Any]:
        order = self.orders.get(body.get("orderToken", ""))
        if "orderToken" not in body and self.needs_order:
            return self._refuse(409, "order_required")
        if "orderToken" in body and (order is None or order.status in OVER):
            return self._closed(order)
        hosted = order is not None and order.terms["capture"] == "hosted"
        session = Session(body["sessionId"], secrets.token_urlsafe(32), order, "name", body["messageId"])
        if order and order.status == "completed":
            self._complete(session)
            return 200, {**self._reply(session), "expiresAt": None}
        for earlier in [each for each in self.sessions.values() if order and each.order is order]:
            del self.sessions[earlier.id]
        if hosted:
            session.step, session.status = "confirm", "awaiting_confirmation"
        self.sessions[session.id] = session
        terms = order and order.terms
        opening = f"You are paying {terms['amountText']} to ACME for: {terms['description']}." if terms else "Hello."
        self._say(session, body["message"], opening + ("" if hosted else " What is the name on the card?"))
        return 200, {**self._reply(session), "sessionToken": session.token}

    def _take(self, session: Session, body: dict[str, Any]) -> None:
        message, step = body["message"], session.step
        if message.casefold() in CANCELLING:
            session.step, session.status = "done", "cancelled"
            self._say(session, message, "The payment is cancelled.")
        elif step in NEXT:
            session.collected |= KNOWN[step]
            session.step = NEXT[step]
            session.status = "awaiting_confirmation" if session.step == "confirm" else "collecting"
            self._say(session, "••••", f"Next: {session.step}.")
        elif step == "confirm" and session.order and session.order.action_type:
            session.step, session.status = "action", "requires_action"
            self._say(session, message, "Please go on at Stripe.")
        elif step == "confirm":
            self._complete(session)
        else:
            self._say(session, message, "Please use the button.")

    def _settle(self, session: Session) -> None:
        order = session.order
        done = order.at_stripe if order else None
        if order and done == "declined":
            order.at_stripe, session.status = None, "awaiting_confirmation"
            session.step = "confirm"
            self._say(session, None, "That did not work. Would you like to try again?")
        elif done == "paid":
            self._complete(session)

    def _complete(self, session: Session) -> None:
        session.step, session.status = "done", "completed"
        if session.order:
            session.order.status = "completed"
        self._say(session, None, "Done. Thank you.")

    def _say(self, session: Session, message: str | None, reply: str) -> None:
        session.said += [{"role": "user", "content": message}] if message else []
        session.said.append({"role": "assistant", "content": reply})

    def _reply(self, session: Session) -> dict[str, Any]:
        order, done = session.order, session.status == "completed"
        action = None
        if order and session.step == "action":
            url = f"{self.stripe_url}/{order.action_type}"
            action = {"type": order.action_type, "url": url, "expiresAt": in_minutes(order.action_minutes)}
        return {
            "sessionId": session.id,
            "response": session.said[-1]["content"],
            "currentStep": session.step,
            "status": session.status,
            "collected": {**EMPTY, **CARD} if done else session.collected,
            "missing": [],
            "error": None,
            "payment": {"token": None if order else "pm_fake", **CARD} if done else None,
            "order": order and order.body,
            "action": action,
            "expiresAt": None if done else in_minutes(60),
        }

    def _closed(self, order: Order | None) -> tuple[int, Any]:
        body = {"error": {"code": "order_closed", "message": "closed"}}
        known = order and {"status": order.status, "merchant": "ACME", "returnUrl": order.terms["returnUrl"]}
        return 410, {**body, "order": known} if known else body

    def _refuse(self, status: int, code: str) -> tuple[int, Any]:
        return status, {"error": {"code": code, "message": "told to"}}


@contextmanager
def fake_api() -> Iterator[FakeApi]:
    """The API and Stripe's pages, which belong to another site: `localhost` instead of `127.0.0.1`."""
    api = FakeApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.startswith(("/pay/", "/favicon")):
                self.send(200, "text/html", b"<title>Stripe</title><h1>Stripe</h1>")
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, reply = api.answer(self.command, self.path, headers, json.loads(content or b"{}"))
            paid = {"Last-Modified": "Sun, 22 Nov 2026 13:00:00 GMT"} if reply.get("payment") else {}
            self.send(status, "application/json", json.dumps(reply).encode(), paid)

        def send(self, status: int, kind: str, content: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Nothing: what is asked here may hold a card number."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_port}"
    api.stripe_url = f"http://localhost:{server.server_port}/pay"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
