"""Whether the page's server on this machine is healthy: `python -m payment_page.probe` ends with 0, or else with 1."""

import os
import ssl
import sys
import urllib.error
import urllib.request

TIMEOUT_SECONDS = 3


def is_healthy(port: str, *, tls: bool) -> bool:
    """Asks the server at the loopback address. Its certificate is its own, so there is nobody to vouch for it."""
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/healthz"
    unverified = ssl._create_unverified_context() if tls else None  # noqa: S323, SLF001
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS, context=unverified) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    healthy = is_healthy(os.environ.get("PAGE_PORT", "8501"), tls=bool(os.environ.get("PAGE_TLS")))
    sys.exit(0 if healthy else 1)
