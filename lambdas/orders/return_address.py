"""Where the page may send a payer back to."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_CHARS = 1000


def is_return_address(text: str, hosts: frozenset[str], *, is_local: bool) -> bool:
    """https on one of the hosts and its usual port; on the local stage also http on loopback, on any port.

    Characters that browsers read in another way than this parser are refused: white space, a backslash, all but ASCII.
    """
    if len(text) > MAX_CHARS or not text.isascii() or not text.isprintable() or set(' \\<>"') & set(text):
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or not parts.hostname:
        return False
    if is_local and parts.hostname in LOOPBACK:
        return parts.scheme in ("http", "https")
    return parts.scheme == "https" and parts.hostname in hosts and port in (None, 443)
