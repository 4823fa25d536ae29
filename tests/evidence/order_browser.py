"""3-D Secure in a real browser, across sites: the page on 127.0.0.1, the bank on localhost."""

import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error

from tests.browser import chromium
from tests.browser.conftest import DESKTOP
from tests.browser.payer import PATIENCE, Payer
from tests.browser.served import Served
from tests.evidence.orders_over_http import ASKS_FOR_OWNER, Heard
from tests.order_on_stage import OrderOnStage, place
from tests.stage import Stage

PURPOSES = ("charge", "authorize", "save")
OUTCOMES = ("passed", "failed", "abandoned")
TOLD_EVERY = 15  # orders


@dataclass
class Verdict:
    """`kept`: how many payers were back in their conversation, or at its receipt, without opening the link again."""

    orders: int = 0
    kept: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


def authentications(stage: Stage, of_each: int, purposes: tuple[str, ...] = PURPOSES, browsers: int = 3) -> Verdict:
    """So many orders for each purpose and outcome, each by a payer without a cookie, in so many browsers at once."""
    verdict = Verdict()
    visits = [(number, *kind) for number in range(of_each) for kind in product(purposes, OUTCOMES)]
    with page_of(stage), ThreadPoolExecutor(browsers) as pool:
        shares = [visits[share::browsers] for share in range(browsers)]
        for done in [pool.submit(_visits, stage, share, verdict, len(visits)) for share in shares]:
            done.result()
    told = Heard(stage, verdict.passed)
    verdict.wrong += [f"{order}: never told" for order in verdict.passed if not told.ids[order, "order.completed"]]
    verdict.wrong += [f"{key}: {len(ids)} ids" for key, ids in told.ids.items() if len(ids) > 1]
    return verdict


@contextmanager
def page_of(stage: Stage) -> Iterator[None]:
    """The page where links and returns of the stage lead to."""
    port = urlsplit(place(stage).link).port or 0
    with tempfile.TemporaryDirectory() as directory:
        page = Served(stage.api.url, Path(directory, "log"), port=port, merchant="ACME")
        try:
            page.start()
            yield
        finally:
            page.stop()


def _visits(stage: Stage, visits: list[tuple[int, str, str]], verdict: Verdict, total: int) -> None:
    with chromium.browser() as browser:
        context = browser.new_context(viewport=DESKTOP, locale="en")
        context.set_default_timeout(PATIENCE)
        for number, purpose, outcome in visits:
            order = place(stage, purpose)
            visit = Visit(context, order, outcome, number)
            wrong = visit.wrong()
            with verdict.lock:
                verdict.orders += 1
                verdict.kept += visit.is_kept
                verdict.answers[f"{outcome}: {visit.shown}"] += 1
                verdict.wrong += [f"{purpose} {outcome} {number}: {each}" for each in wrong]
                verdict.passed += [order.id] if outcome == "passed" else []
                if verdict.orders % TOLD_EVERY == 0:
                    print(f"    {verdict.orders} of {total} orders in the browser", flush=True)
            context.clear_cookies()


@dataclass
class Visit:
    context: BrowserContext
    order: OrderOnStage
    outcome: str
    number: int
    at: str = "the link"
    shown: str = "nothing"
    is_kept: bool = False

    def wrong(self) -> list[str]:
        payer = Payer(self.context.new_page(), self.order.link.partition("/#")[0], self.order.stage)
        try:
            before = self._goes_to_the_bank(payer)
            BANK[self.outcome](payer, self.number)
            self._comes_back(payer, before)
        except (Error, AssertionError) as error:  # its text could quote what was typed
            return [f"{type(error).__name__} at {self.at}"]
        finally:
            payer.page.close()
        return [*self._not_as_it_should_be(), *(["an error in the console"] if payer.console else [])]

    def _goes_to_the_bank(self, payer: Payer) -> list[str]:
        """What the conversation shows when the payer leaves it."""
        payer.page.goto(self.order.link, wait_until="commit")
        payer.sees("name")
        self.at = "the card"
        payer.writes(f"John Doe, {ASKS_FOR_OWNER}, exp 12/30, cvv 123")
        payer.sees("confirm")
        self.at = "the review"
        payer.button("confirm").click()
        go = payer.page.get_by_role("link", name=payer.says["authenticate_go"], exact=True)
        go.wait_for()
        before = payer.transcript
        self.at = "the bank"
        go.click()
        payer.page.wait_for_url("http://localhost:*/**")
        return before

    def _comes_back(self, payer: Payer, before: list[str]) -> None:
        self.at = "the return"
        if self.outcome == "passed":
            done = payer.says[f"done_{self.order.body['purpose']}"]
            payer.page.get_by_role("heading", level=2, name=done, exact=True).wait_for()
            self.shown, self.is_kept = "receipt", True
        elif self.outcome == "failed":
            payer.sees("card")
            self.shown, self.is_kept = "card", payer.transcript[: len(before)] == before
        else:
            payer.page.get_by_role("link", name=payer.says["authenticate_go"], exact=True).wait_for()
            self.shown, self.is_kept = "bank", payer.transcript == before
        self.is_kept &= payer.page.url == f"{payer.url}/"  # neither Stripe's parameters nor ours

    def _not_as_it_should_be(self) -> Iterator[str]:
        is_saved = self.order.body["purpose"] == "save"
        intents = [each["status"] for each in self.order.at_stripe("setup_intent" if is_saved else "payment_intent")]
        paid = "requires_capture" if self.order.body["purpose"] == "authorize" else "succeeded"
        wanted = {
            "passed": ("completed", [paid]),
            "failed": ("in_progress", ["requires_payment_method"]),
            "abandoned": ("in_progress", ["requires_action"]),
        }[self.outcome]
        stood = (self.order.shown()["status"], intents)
        if stood != wanted:
            yield f"{stood} instead of {wanted}"
        if not self.is_kept:
            yield "the conversation is lost"


def _press(name: str) -> Callable[[Payer, int], None]:
    return lambda payer, _: payer.page.get_by_role("button", name=name).click()


def _leave(payer: Payer, number: int) -> None:
    """Without an answer to the bank: by the browser's way back, or by its own button and the page's address."""
    if number % 2:
        payer.page.go_back(wait_until="commit")
    else:
        payer.page.get_by_role("button", name="Leave without an answer").click()
        payer.page.get_by_role("heading", name="Nothing was confirmed").wait_for()
        payer.page.goto(payer.url, wait_until="commit")


BANK = {"passed": _press("Complete authentication"), "failed": _press("Fail authentication"), "abandoned": _leave}
