"""The scripts that run in the payment page, found by paying once: `make page-scripts` writes docs/page-scripts.json."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from infra.operations.check_page import INLINE_SCRIPT, INVENTORY, hash_of
from tests.browser.conftest import NewPayer
from tests.browser.payer import ANSWERS, Payer

PURPOSES = {
    "/static/": "Streamlit: draws the page and talks to its server",
    "/_stcore/bidi-components/": "payment entry: fields, buttons, messages",
    "inline": "Streamlit: set-up of its index page",
}


@dataclass(frozen=True)
class Script:
    """`place` is the path of a file, or `inline`; `sha256` is written as a content security policy writes it."""

    place: str
    sha256: str

    @property
    def purpose(self) -> str:
        return next(purpose for start, purpose in PURPOSES.items() if self.place.startswith(start))


def scripts_of_a_payment(payer: Payer) -> tuple[set[Script], str]:
    """Every script that the browser gets from the welcome to the receipt, and the policy that it gets with the page."""
    payer.start()
    for step in ANSWERS:
        payer.answer(step)
    payer.sees("confirm")
    payer.button("confirm").click()
    payer.has_receipt()
    page = next(each for each in payer.requests if each.resource_type == "document").response()
    assert page
    inline = {Script("inline", hash_of(content)) for content in INLINE_SCRIPT.findall(page.body())}
    files = {
        Script(_place(each.url, payer.url), hash_of(response.body()))
        for each in payer.requests
        if each.resource_type == "script" and (response := each.response())
    }
    return inline | files, page.headers["content-security-policy"]


def _place(url: str, page: str) -> str:
    """The path of a script of the page's own host; the whole address of any other."""
    return urlsplit(url).path if url.startswith(page) else url


def test_write_the_inventory(new_payer: NewPayer) -> None:
    scripts, _ = scripts_of_a_payment(new_payer())
    rows = [
        {"place": each.place, "sha256": each.sha256, "purpose": each.purpose}
        for each in sorted(scripts, key=lambda each: (each.place, each.sha256))
    ]
    INVENTORY.write_text(json.dumps(rows, indent=2) + "\n")
