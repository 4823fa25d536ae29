"""The document that every browser and every bot gets at `/`: Streamlit's own, with a title and what link previews show.

It says nothing of an order: the link's token stands in the fragment, which no request carries. So a messenger that
looks at a link learns who takes payments here, and uses nothing up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

_INDEX = Path(streamlit.__file__).parent / "static/index.html"
_TITLE = "<title>Streamlit</title>"
_HTML = '<html lang="en">'


@dataclass(frozen=True)
class Heading:
    """`direction`: ltr or rtl."""

    language: str
    direction: str
    title: str


@cache
def render(heading: Heading, merchant: str) -> str:
    """Raises ValueError when Streamlit's document does not have the form that we know."""
    document = _INDEX.read_text(encoding="utf-8")
    if document.count(_TITLE) != 1 or document.count(_HTML) != 1:
        raise ValueError(f"{_INDEX} has another form: look at its title and its html element")
    title = heading.title
    previews = {"og:title": title, "og:type": "website", "og:site_name": merchant, "og:description": merchant}
    tags = [
        f"<title>{escape(f'{merchant} · {title}' if merchant else title)}</title>",
        '<meta name="robots" content="noindex, nofollow" />',
        *(f'<meta property="{name}" content="{escape(text)}" />' for name, text in previews.items() if text),
    ]
    html = f'<html lang="{heading.language}" dir="{heading.direction}">'
    return document.replace(_TITLE, "\n    ".join(tags)).replace(_HTML, html)


def route(heading_for: Callable[[str | None], Heading], merchant: str) -> Route:
    """`heading_for`: by Accept-Language. `merchant`: the name that link previews show; empty for none."""

    async def show_index(request: Request) -> Response:
        document = render(heading_for(request.headers.get("Accept-Language")), merchant)
        return HTMLResponse(document, headers={"X-Robots-Tag": "noindex, nofollow"})

    render(heading_for(None), merchant)
    return Route("/", show_index, methods=["GET"])
