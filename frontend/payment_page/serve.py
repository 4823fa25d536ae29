"""The page's server. In frontend/: `CHAT_API_URL=… PAGE_PORT=8501 python -m payment_page.serve`.

MERCHANT is the name that link previews show.
With PAGE_TLS=self-signed it speaks TLS, with a certificate that it makes at the start.
"""

import logging
import os
import tempfile
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from payment_page import (
    page,  # noqa: F401  imported at the start, so that the first payer does not wait for it
    session_cookie,
)
from payment_page.chat_api import from_environment
from payment_page.server import index_page, violation_reports
from payment_page.server.certificate import write_self_signed
from payment_page.server.security_headers import SecurityHeaders
from payment_page.texts import choose_language, text_direction, texts


async def answer_health_check(_: Request) -> Response:
    return PlainTextResponse("ok")


def heading_for(accept_language: str | None) -> index_page.Heading:
    language = choose_language(accept_language)
    return index_page.Heading(language, text_direction(language), texts(language)["title"])


def tls_settings(wanted: str) -> dict[str, str]:
    """Streamlit's settings for PAGE_TLS. Raises SystemExit for a value that is neither empty nor `self-signed`."""
    if not wanted:
        return {}
    if wanted != "self-signed":
        raise SystemExit(f"PAGE_TLS must be empty or self-signed; it is {wanted!r}")
    certificate, key = write_self_signed(Path(tempfile.mkdtemp()))
    return {"server.sslCertFile": str(certificate), "server.sslKeyFile": str(key)}


app = st.App(
    "page.py",
    routes=[
        Route("/healthz", answer_health_check),
        index_page.route(heading_for, os.environ.get("MERCHANT", "")),
        session_cookie.route,
        violation_reports.route,
    ],
    middleware=[Middleware(SecurityHeaders)],
)

if __name__ == "__main__":
    from_environment()  # a missing setting fails the start, not the first payer
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    app.run(
        config={
            "server.address": os.environ.get("PAGE_ADDRESS", "127.0.0.1"),
            "server.port": int(os.environ.get("PAGE_PORT", "8501")),
            **tls_settings(os.environ.get("PAGE_TLS", "")),
        }
    )
