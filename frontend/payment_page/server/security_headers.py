"""The security headers of every response, and the only paths that the page's server answers."""

import base64
import hashlib
import re
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from payment_page.server import violation_reports

ALLOWED_PATHS = re.compile(
    r"/(|healthz|session|violations|favicon\.png|manifest\.json|static/.*|_stcore/(health|host-config|stream|bidi-components/.*))"
)


def _hash_source(content: bytes) -> str:
    """A content security policy's source expression for exactly this inline content."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}'"


def _inline_scripts() -> str:
    """Streamlit's index page has inline scripts: they are allowed by their hashes, whatever Streamlit's version."""
    page = (Path(streamlit.__file__).parent / "static/index.html").read_bytes()
    return " ".join(_hash_source(script) for script in re.findall(rb"<script>(.*?)</script>", page, re.DOTALL))


# Streamlit adds empty style elements and fills them rule by rule, which a policy does not restrict.
_EMPTY_STYLE = _hash_source(b"")


def policy(inline_style: str) -> str:
    """The content security policy. `inline_style`: the only style in the index page itself."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {_inline_scripts()}",
            f"style-src 'self' {_EMPTY_STYLE} {_hash_source(inline_style.encode())}",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            # Not `report-to`: browsers send that when they find the time, and then leave out this one.
            f"report-uri {violation_reports.PATH}",
        ]
    )


HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SecurityHeaders:
    """Middleware: adds the headers to every response, and answers 404 on every path that the page does not need."""

    def __init__(self, app: ASGIApp, inline_style: str) -> None:
        self._app = app
        self._headers = {**HEADERS, "Content-Security-Policy": policy(inline_style)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                if not scope["path"].startswith("/static/"):
                    headers["Cache-Control"] = "no-cache" if "/bidi-components/" in scope["path"] else "no-store"
            await send(message)

        is_allowed = ALLOWED_PATHS.fullmatch(scope["path"])
        app = self._app if is_allowed else PlainTextResponse("not found", status_code=404)
        await app(scope, receive, send_with_headers)
