"""The page's server: `CHAT_API_URL=… PAGE_PORT=8501 python -m payment_page.serve`, in frontend/.

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
    page,  # noqa: F401  imported before the first payer comes, who would wait for it
    session_cookie,
)
from payment_page.certificate import write_self_signed
from payment_page.closed import Closed


async def healthy(_: Request) -> Response:
    return PlainTextResponse("ok")


def tls_settings(wanted: str) -> dict[str, str]:
    """Streamlit's settings for PAGE_TLS. Raises SystemExit for a value that is neither empty nor `self-signed`."""
    if not wanted:
        return {}
    if wanted != "self-signed":
        raise SystemExit(f"PAGE_TLS must be empty or self-signed; it is {wanted!r}")
    certificate, key = write_self_signed(Path(tempfile.mkdtemp()))
    return {"server.sslCertFile": str(certificate), "server.sslKeyFile": str(key)}


app = st.App("page.py", routes=[Route("/healthz", healthy), session_cookie.route], middleware=[Middleware(Closed)])

if __name__ == "__main__":
    os.environ["CHAT_API_URL"]  # a page without its API fails here, by name, not at the first payer
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    app.run(
        config={
            "server.address": os.environ.get("PAGE_ADDRESS", "127.0.0.1"),
            "server.port": int(os.environ.get("PAGE_PORT", "8501")),
            **tls_settings(os.environ.get("PAGE_TLS", "")),
        }
    )
