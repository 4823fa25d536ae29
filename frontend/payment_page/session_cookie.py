"""How a conversation survives a reload: its key in a cookie that no script can read.

The page's script knows the key but cannot set a cookie; the browser can ask for one. So the script leaves the cookie
here under a ticket, the component fetches `/session` with the ticket, and the answer sets the cookie.
"""

import re
import secrets
import threading
import time
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from payment_page.api_types import Key

NAME = "payment_session"
LIFE = 7200  # seconds: longer than any conversation that is still collecting; the API decides what is live
_TICKET_LIFE = 600
_LONGEST = 64  # bytes of a ticket, with room to spare
_COOKIE = re.compile(r"([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{20,128})")

_waiting: dict[str, tuple[float, str]] = {}
_lock = threading.Lock()


def leave(key: Key | None) -> str:
    """A ticket for the cookie that holds this key, or that removes the one the browser has."""
    value = f"{key.session_id}.{key.token}" if key and key.token else ""
    ticket = secrets.token_urlsafe(18)
    now = time.monotonic()
    with _lock:
        for old in [each for each, (until, _) in _waiting.items() if until < now]:
            del _waiting[old]
        _waiting[ticket] = (now + _TICKET_LIFE, value)
    return ticket


def read(cookies: Mapping[str, str]) -> Key | None:
    found = _COOKIE.fullmatch(cookies.get(NAME, ""))
    return Key(found[1], found[2]) if found else None


async def _hand_out(request: Request) -> Response:
    if not request.headers.get("content-length", "").isdecimal() or int(request.headers["content-length"]) > _LONGEST:
        return Response(status_code=404)
    ticket = (await request.body()).decode("ascii", "replace")
    with _lock:
        until, value = _waiting.pop(ticket, (0.0, ""))
    if until < time.monotonic():
        return Response(status_code=404)
    response = Response(status_code=204)
    secure = request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
    response.set_cookie(
        NAME, value, max_age=LIFE if value else 0, path="/", httponly=True, samesite="strict", secure=secure
    )
    return response


route = Route("/session", _hand_out, methods=["POST"])
