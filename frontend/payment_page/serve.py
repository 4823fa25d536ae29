"""The page's server. In frontend/: `CHAT_API_URL=… PAGE_PORT=8501 python -m payment_page.serve`.

MERCHANT is the name that link previews show.
With PAGE_TLS=self-signed it speaks TLS, with a certificate that it makes at the start.
"""

import gc
import json
import logging
import os
import re
import tempfile
import tomllib
from functools import cache
from pathlib import Path

import payment_entry
import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from payment_page import page, session_cookie
from payment_page.chat_api import from_environment
from payment_page.server import first_screen, index_page, violation_reports
from payment_page.server.certificate import write_self_signed
from payment_page.server.files import FilesInMemory, Folder
from payment_page.server.security_headers import SecurityHeaders
from payment_page.texts import choose_language, text_direction, texts

HERE = Path(__file__).parent
ASSETS = Path(payment_entry.__file__).parent / "assets"


async def answer_health_check(_: Request) -> Response:
    return PlainTextResponse("ok")


def heading_for(request: Request) -> index_page.Heading:
    """What the index page says to this browser. A session that is known to the server's cookie may go on."""
    return _heading(
        choose_language(request.headers.get("Accept-Language")),
        may_go_on=session_cookie.read_key(request.cookies) is not None,
    )


@cache
def _heading(language: str, *, may_go_on: bool) -> index_page.Heading:
    view = json.dumps(page.first_screen(language, may_go_on=may_go_on), ensure_ascii=False)
    return index_page.Heading(language, text_direction(language), texts(language)["title"], view)


def first_screen_style() -> str:
    settings = tomllib.loads((HERE.parent / ".streamlit/config.toml").read_text(encoding="utf-8"))
    return first_screen.style(settings["theme"], _font())


def _font() -> str:
    """The font that Streamlit's own document asks for first. Raises ValueError when it asks for none."""
    found = re.search(
        r"\./static/media/SourceSans[^\"]+", (index_page.BUNDLE / "index.html").read_text(encoding="utf-8")
    )
    if not found:
        raise ValueError("Streamlit's index page loads another font: look at the style of the first screen")
    return found[0]


def tls_settings(wanted: str) -> dict[str, str]:
    """Streamlit's settings for PAGE_TLS. Raises SystemExit for a value that is neither empty nor `self-signed`."""
    if not wanted:
        return {}
    if wanted != "self-signed":
        raise SystemExit(f"PAGE_TLS must be empty or self-signed; it is {wanted!r}")
    certificate, key = write_self_signed(Path(tempfile.mkdtemp()))
    return {"server.sslCertFile": str(certificate), "server.sslKeyFile": str(key)}


STYLE = first_screen_style()
app = st.App(
    "page.py",
    routes=[
        Route("/healthz", answer_health_check),
        index_page.route(heading_for, os.environ.get("MERCHANT", ""), first_screen.head_tags(ASSETS, STYLE)),
        session_cookie.route,
        violation_reports.route,
    ],
    middleware=[
        Middleware(SecurityHeaders, inline_style=STYLE),
        Middleware(
            FilesInMemory,
            folders=[
                Folder("/static/", index_page.BUNDLE / "static", is_hashed=True),
                Folder(first_screen.COMPONENT.removeprefix(".") + "/", ASSETS, is_hashed=False),
            ],
        ),
    ],
)

if __name__ == "__main__":
    from_environment()  # a missing setting fails the start, not the first payer
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # What has been imported stays: no later collection looks at it again. See runner.postScriptGC.
    gc.collect()
    gc.freeze()
    app.run(
        config={
            "server.address": os.environ.get("PAGE_ADDRESS", "127.0.0.1"),
            "server.port": int(os.environ.get("PAGE_PORT", "8501")),
            **tls_settings(os.environ.get("PAGE_TLS", "")),
        }
    )
