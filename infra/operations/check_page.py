"""Compare a deployed page with the inventory of its scripts: `make check-page URL=https://pay.example.com`.

PCI DSS 11.6.1 asks for this at least every seven days.
"""

import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx

INVENTORY = Path(__file__).parents[2] / "docs/page-scripts.json"
INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
ANY_SCRIPT = re.compile(rb"<script\b[^>]*>")
FILE_SCRIPT = re.compile(rb'<script\b[^>]* src="\.?(/[^"]*)"[^>]*>')


def hash_of(content: bytes) -> str:
    """SHA-256 as a content security policy writes it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def find_changes(http: httpx.Client, inventory: Path = INVENTORY) -> Iterator[str]:
    """How the page differs from the inventory, a sentence each. `http` has the page's address as its base URL.

    Raises httpx.HTTPError when the page does not answer.
    """
    scripts = json.loads(inventory.read_text())
    inline = {each["sha256"] for each in scripts if each["place"] == "inline"}
    files = {each["place"]: each["sha256"] for each in scripts if each["place"] != "inline"}
    page = http.get("/").raise_for_status()
    yield from _changes_of_index(page.content, inline, set(files))
    policy = re.search(r"script-src ([^;]+)", page.headers.get("Content-Security-Policy", ""))
    if not policy or set(policy[1].split()) != {"'self'"} | {f"'sha256-{each}'" for each in inline}:
        yield "the header Content-Security-Policy allows other scripts than the inventory"
    for place, sha256 in files.items():
        answer = http.get(place)
        if answer.status_code != httpx.codes.OK:
            yield f"{place} is answered with {answer.status_code}"
        elif hash_of(answer.content) != sha256:
            yield f"{place} has another content"


def _changes_of_index(content: bytes, inline: set[str], files: set[str]) -> Iterator[str]:
    if {hash_of(script) for script in INLINE_SCRIPT.findall(content)} != inline:
        yield "the index page has other inline scripts"
    named = [place.decode() for place in FILE_SCRIPT.findall(content)]
    yield from (f"the index page loads {place}, which is not in the inventory" for place in named if place not in files)
    if len(ANY_SCRIPT.findall(content)) != len(named) + len(INLINE_SCRIPT.findall(content)):
        yield "the index page has a script of a form that it should not have"


def main(url: str) -> None:
    with httpx.Client(base_url=url, timeout=30) as http:
        changes = list(find_changes(http))
    for change in changes:
        print(f"  {change}")  # noqa: T201
    if changes:
        raise SystemExit(f"{url} is not what docs/page-scripts.json describes.")
    print(f"{url} is what docs/page-scripts.json describes.")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
