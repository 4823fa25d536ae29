"""Stands between the page and the API: passes everything on, until it is told to be in trouble."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

Headers = dict[str, str]
HOP_BY_HOP = {"connection", "content-length", "date", "host", "keep-alive", "server", "transfer-encoding"}


@dataclass
class Call:
    """One request of the page's. `seconds`: how long the API took."""

    method: str
    path: str
    headers: Headers = field(repr=False)
    body: dict[str, Any] = field(repr=False)
    status: int = 0
    seconds: float = 0.0


@dataclass
class Gate:
    target: str
    calls: list[Call] = field(default_factory=list)
    refusals: list[tuple[int, Headers]] = field(default_factory=list)
    is_down: bool = False
    delay: float = 0.0
    rewrite: Callable[[dict[str, Any]], None] = lambda _: None
    url: str = ""
    _http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, trust_env=False), repr=False)

    def refuse(self, status: int, **headers: str) -> None:
        """The next call gets this instead of an answer."""
        self.refusals.append((status, {name.replace("_", "-"): value for name, value in headers.items()}))

    def open(self) -> None:
        """No trouble any more, and nothing remembered."""
        self.calls.clear()
        self.refusals.clear()
        self.is_down, self.delay, self.rewrite = False, 0.0, lambda _: None

    def answer(self, call: Call, body: bytes) -> tuple[int, Headers, bytes]:
        self.calls.append(call)
        time.sleep(self.delay)
        if self.refusals:
            call.status, headers = self.refusals.pop(0)
            return call.status, headers, json.dumps({"error": {"code": "refused", "message": "told to"}}).encode()
        started = time.monotonic()
        call.status, headers, content = self._pass_on(call, body)
        call.seconds = time.monotonic() - started
        if call.status == 200:
            reply = json.loads(content)
            self.rewrite(reply)
            content = json.dumps(reply).encode()
        return call.status, headers, content

    def _pass_on(self, call: Call, body: bytes) -> tuple[int, Headers, bytes]:
        headers = {name: value for name, value in call.headers.items() if name.lower() not in HOP_BY_HOP}
        answer = self._http.request(call.method, self.target + call.path, content=body, headers=headers)
        return answer.status_code, dict(answer.headers.items()), answer.content


@contextmanager
def gate_to(target: str) -> Iterator[Gate]:
    gate = Gate(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            if gate.is_down:
                self.close_connection = True
                self.connection.close()
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            call = Call(self.command, self.path, dict(self.headers.items()), json.loads(body or b"{}"))
            status, headers, content = gate.answer(call, body)
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Nothing: what is asked here may hold a card number."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Silent: a page that closes, or an API that is too slow, is no error of the gate's."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gate.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield gate
    finally:
        server.shutdown()
        server.server_close()
