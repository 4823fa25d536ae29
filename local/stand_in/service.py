"""A small HTTP server on 127.0.0.1 around a function from request to answer; it logs one JSON line per call.

The stand-ins are such functions, so their unit tests call them without a socket.
"""

import json
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    query_string: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = field(default=b"", repr=False)  # may contain card data, so it is never printed

    def json(self) -> Any:
        """The body as JSON. Raises ValueError when it is not JSON."""
        return json.loads(self.body or b"null")


@dataclass(frozen=True)
class Answer:
    status: int
    body: object  # a text is a page of HTML; bytes are sent as they are, their type in a header; all else is JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    note: Mapping[str, object] = field(default_factory=dict)  # more fields of the log line; they hold no card data
    reset: bool = False  # drop the connection instead of answering


App = Callable[[Request], Answer]

MAX_BODY_BYTES = 256 * 1024


class Service(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: App, *, port: int, name: str) -> None:
        """Binds to 127.0.0.1 (port 0: any free port). The caller runs `serve_forever` and `server_close`."""
        self.app, self.name = app, name
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Silent: a client that disconnects is not an error here, and a traceback could quote a request."""
        del request, client_address


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise the body, a second write, would wait 40 ms
    server_version = "loopback"
    sys_version = ""
    server: Service

    def handle_any(self) -> None:
        started = time.monotonic()
        answer = self.answer()
        if answer.note:  # control calls have none and are not logged
            self.log(answer, round((time.monotonic() - started) * 1000, 2))
        if answer.reset:
            self.reset_connection()
        else:
            self.reply(answer)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 (names that the standard library requires)

    def answer(self) -> Answer:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            return Answer(413, {"message": "too large"})
        url = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(url.path),
            query=dict(parse_qsl(url.query)),
            query_string=url.query,
            headers={key.lower(): value for key, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        try:
            return self.server.app(request)
        except Exception as error:  # noqa: BLE001 (only its type is logged: its text may quote the request)
            return Answer(500, {"message": "the stand-in failed"}, note={"failure": type(error).__name__})

    def log(self, answer: Answer, milliseconds: float) -> None:
        """The note names the route. The path is not logged, because the caller chooses it."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "service": self.server.name,
            "method": self.command,
            "status": "reset" if answer.reset else answer.status,
            "ms": milliseconds,
        }
        sys.stdout.write(json.dumps({**line, **answer.note}) + "\n")  # in one piece: others write beside it
        sys.stdout.flush()

    def reply(self, answer: Answer) -> None:
        payload, kind = _encoded(answer.body)
        self.send_response(answer.status)
        for key, value in {**kind, **answer.headers}.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(payload)))
        try:
            self.end_headers()
            self.wfile.write(payload)
        except ConnectionError:  # the client has disconnected
            self.close_connection = True

    def reset_connection(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Silent: `log` writes the only log line."""


def _encoded(body: object) -> tuple[bytes, dict[str, str]]:
    """The bytes to send, and the header that names their type."""
    if isinstance(body, bytes):
        return body, {}
    if isinstance(body, str):
        return body.encode(), {"Content-Type": "text/html; charset=utf-8"}
    return json.dumps(body).encode(), {"Content-Type": "application/json"}


def run(app: App, *, port: int, name: str) -> None:
    """Serve until SIGTERM or SIGINT."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with Service(app, port=port, name=name) as server:
        server.serve_forever()
