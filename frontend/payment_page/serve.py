"""The page's server. `CHAT_API_URL=… PAGE_PORT=8501 python -m payment_page.serve`, in frontend/"""

import logging
import os

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from payment_page import (
    page,  # noqa: F401  imported before the first payer comes, who would wait for it
    session_cookie,
)
from payment_page.closed import Closed


async def healthy(_: Request) -> Response:
    return PlainTextResponse("ok")


app = st.App("page.py", routes=[Route("/healthz", healthy), session_cookie.route], middleware=[Middleware(Closed)])

if __name__ == "__main__":
    os.environ["CHAT_API_URL"]  # a page without its API fails here, by name, not at the first payer
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    app.run(
        config={
            "server.address": os.environ.get("PAGE_ADDRESS", "127.0.0.1"),
            "server.port": int(os.environ.get("PAGE_PORT", "8501")),
        }
    )
