"""Which browser the tests drive: the system's, else Playwright's own, else Debian's where we may install it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

# The headless shell first: it draws nothing for a window, and takes half the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 300  # seconds for a download


def on_this_machine() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Skips, loudly, where there is none; with CI=true that is a failure."""
    with sync_playwright() as playwright:
        started = _start(playwright)
        if started is None:
            text = "NO BROWSER: the page is not tested. Install chromium, or let Playwright download its own."
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(text)
        yield started
        started.close()


def _start(playwright: Playwright) -> Browser | None:
    for find in (on_this_machine, _playwrights_own, _debians):
        path = find()
        if path is None:
            continue
        try:
            return playwright.chromium.launch(executable_path=path or None, args=SWITCHES)
        except Error as error:
            print(f"{path or 'Playwright’s chromium'} does not start: {error.message.splitlines()[0]}")
    return None


def _playwrights_own() -> str | None:
    """An empty path: Playwright knows where its own is."""
    return "" if _runs("playwright", "install", "chromium-headless-shell") else None


def _debians() -> str | None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _runs("apt-get", "update")
        _runs("apt-get", "install", "--yes", "--no-install-recommends", "chromium-headless-shell")
    return on_this_machine()


def _runs(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
