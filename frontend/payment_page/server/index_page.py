"""The document that every browser and every bot gets at `/`: Streamlit's own, with a title, what link previews show,
and the first screen.

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
from starlette.responses import Response
from starlette.routing import Route

from payment_page.server import files, first_screen

BUNDLE = Path(streamlit.__file__).parent / "static"
_INDEX = BUNDLE / "index.html"
_TITLE = "<title>Streamlit</title>"
_HTML = '<html lang="en">'
_HEAD_END = "</head>"
_ROOT = '<div id="root"></div>'


@dataclass(frozen=True)
class Heading:
    """`direction`: ltr or rtl. `view`: JSON of what the entry shows before Streamlit has connected."""

    language: str
    direction: str
    title: str
    view: str = ""


@cache
def _document() -> str:
    """Raises ValueError when Streamlit's document does not have the form that we know."""
    document = _INDEX.read_text(encoding="utf-8")
    if any(document.count(each) != 1 for each in (_TITLE, _HTML, _HEAD_END, _ROOT)):
        raise ValueError(f"{_INDEX} has another form: look at its title, its html element, its head and its root")
    late = first_screen.late_tags(BUNDLE / "static/js", document)
    return document.replace(_HEAD_END, f"  {late}\n  {_HEAD_END}")


def render(heading: Heading, merchant: str, first_screen_tags: str = "") -> str:
    """Raises ValueError when Streamlit's document does not have the form that we know."""
    title = heading.title
    previews = {"og:title": title, "og:type": "website", "og:site_name": merchant, "og:description": merchant}
    tags = [
        f"<title>{escape(f'{merchant} · {title}' if merchant else title)}</title>",
        '<meta name="robots" content="noindex, nofollow" />',
        *(f'<meta property="{name}" content="{escape(text)}" />' for name, text in previews.items() if text),
        first_screen_tags,
    ]
    html = f'<html lang="{heading.language}" dir="{heading.direction}">'
    first = first_screen.element(heading.view) if heading.view else ""
    document = _document().replace(_TITLE, "\n    ".join(tags)).replace(_HTML, html)
    return document.replace(_ROOT, f"{first}\n    {_ROOT}")


@cache
def _body(heading: Heading, merchant: str, first_screen_tags: str) -> files.Body:
    return files.pack(render(heading, merchant, first_screen_tags).encode(), "text/html")


def route(heading_for: Callable[[Request], Heading], merchant: str, first_screen_tags: str) -> Route:
    """`merchant`: the name that link previews show; empty for none."""

    async def show_index(request: Request) -> Response:
        body = _body(heading_for(request), merchant, first_screen_tags)
        return files.answer(request, body, {"X-Robots-Tag": "noindex, nofollow"})

    _document()
    return Route("/", show_index, methods=["GET"])
