"""Logs what browsers report when a page breaks its content security policy: a script that the page does not know.

PCI DSS 11.6.1 asks for a way to notice changes of the page. The log line names the directive and the domain of the
blocked content. It holds nothing else of the report, which anybody can send and which may quote what was typed.
"""

import json
import logging
import re
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

log = logging.getLogger("payment_page")

PATH = "/violations"
MAX_BYTES = 8192
DIRECTIVE = re.compile(r"[a-z-]{1,40}")
DOMAIN = re.compile(r"[a-z.#-]{1,100}")
KEYWORDS = frozenset({"inline", "eval", "wasm-eval", "data", "blob"})


async def _log_violation(request: Request) -> Response:
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MAX_BYTES:
        return Response(status_code=413)
    if violation := read_violation(await request.body()):
        log.warning("content security policy violated: directive %s, source %s", *violation)
    return Response(status_code=204)


def read_violation(body: bytes) -> tuple[str, str] | None:
    """Directive and source of a report in the form of `report-uri` (CSP Level 3, section 5.3); None if it is none."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    match content:
        case {"csp-report": {"violated-directive": str(directive), "blocked-uri": str(blocked)}}:
            return _directive(directive), _source(blocked)
    return None


def _directive(text: str) -> str:
    name = text.split(" ", maxsplit=1)[0]
    return name if DIRECTIVE.fullmatch(name) else "unknown"


def _source(blocked: str) -> str:
    """The domain that the content came from, or `inline` and the like.

    Only the last two labels, and those without digits: a script that steals a card may write it into a subdomain.
    """
    if blocked in KEYWORDS:
        return blocked
    try:
        host = urlsplit(blocked).hostname or ""
    except ValueError:
        return "unknown"
    domain = re.sub(r"\d", "#", ".".join(host.split(".")[-2:]))
    return domain if DOMAIN.fullmatch(domain) else "unknown"


route = Route(PATH, _log_violation, methods=["POST"])
