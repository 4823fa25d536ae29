"""How a conversation survives a reload: the session's key, in a cookie that no script can read.

Streamlit's script knows the key but cannot set a cookie; a response to the browser can. So the script leaves the cookie
here under a ticket, the component posts the ticket to `/session`, and that response sets the cookie. The cookie is
removed the same way once the session is over, so that a reload on a shared computer shows nothing of the payment.
"""

import re
import secrets
import threading
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from payment_page.api_types import SessionKey

# Browsers accept a `__Host-` cookie only from this very host and with Secure. They count http://127.0.0.1 as secure;
# Safari does not, and forgets the session at a reload there.
NAME = "__Host-payment_session"
# Longer than any session that is still collecting; the API decides which session is live.
LIFE_SECONDS = 7200
TICKET_LIFE_SECONDS = 600
MAX_TICKET_BYTES = 64
_VALUE = re.compile(r"([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{20,128})")

_cookies: dict[str, tuple[float, str]] = {}  # ticket → until when it is good, the cookie's value
_lock = threading.Lock()


def issue_ticket(key: SessionKey | None) -> str:
    """A ticket for a cookie with this key; without a key, for the removal of the cookie that the browser has."""
    value = f"{key.session_id}.{key.token}" if key and key.token else ""
    ticket = secrets.token_urlsafe(18)
    now = time.monotonic()
    with _lock:
        for old in [each for each, (until, _) in _cookies.items() if until < now]:
            del _cookies[old]
        _cookies[ticket] = (now + TICKET_LIFE_SECONDS, value)
    return ticket


def read_key(cookies: Mapping[str, str]) -> SessionKey | None:
    """The key in the browser's cookie, if it has one of the right form."""
    found = _VALUE.fullmatch(cookies.get(NAME, ""))
    return SessionKey(found[1], found[2]) if found else None


def _is_from_this_page(request: Request) -> bool:
    """Whether a script of this very origin sent the request, as the browser tells in headers that no script can set."""
    origin = urlsplit(request.headers.get("origin", "")).netloc
    return (
        origin == request.headers.get("host") and request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    )


async def _set_cookie(request: Request) -> Response:
    if not _is_from_this_page(request):
        return Response(status_code=403)
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MAX_TICKET_BYTES:
        return Response(status_code=404)
    ticket = (await request.body()).decode("ascii", "replace")
    with _lock:
        until, value = _cookies.pop(ticket, (0.0, ""))
    if until < time.monotonic():
        return Response(status_code=404)
    response = Response(status_code=204)
    response.set_cookie(
        NAME, value, max_age=LIFE_SECONDS if value else 0, path="/", httponly=True, samesite="strict", secure=True
    )
    return response


route = Route("/session", _set_cookie, methods=["POST"])
