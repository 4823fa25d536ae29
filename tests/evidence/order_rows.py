"""The rows of the evidence about orders that need a browser, or parts of the stage that fail."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.browser import chromium
from tests.browser.conftest import DESKTOP
from tests.browser.fake_api import fake_api
from tests.browser.order_screens import SCREENS, flaws, screens
from tests.browser.payer import PATIENCE, Payer
from tests.browser.served import Served
from tests.evidence import order_browser, order_events, order_kills
from tests.evidence.figures import Figure
from tests.evidence.stage_life import summed
from tests.stage import Stage

STAGE = "local stage"


def browser_authentications(stage: Stage, of_each: int = 20) -> Iterator[Figure]:
    found = order_browser.authentications(stage, of_each)
    orders = 9 * of_each
    yield Figure(
        "3-D Secure passed, failed, abandoned, by purpose, in a browser across sites",
        f"{len(found.wrong)} wrong in {found.orders}: {summed(found.answers)}; conversation kept {found.kept} of "
        f"{found.orders} {'; '.join(found.wrong[:3])}".strip(),
        f"the right outcome; kept {orders} of {orders}",
        not found.wrong and found.orders == found.kept == orders,
        "browser, local stage",
    )


def http_events(stage: Stage, orders: int = 50, down: int = 20) -> Iterator[Figure]:
    for name, found, target in (
        ("events when all is well", order_events.well(stage, orders), "each change, one id; p95 ≤ 3 s"),
        (
            "events that the stream lost",
            order_events.lost_in_the_stream(stage, orders),
            "each change by the sweep, one id",
        ),
        ("events told again by bus and relay", order_events.told_again(stage, orders), "one id each"),
        (
            "a merchant who was down for the first five tries",
            order_events.merchant_down(stage, down),
            "each change, one id",
        ),
    ):
        yield Figure(
            name,
            f"{len(found.wrong)} wrong of {found.events} changes of {found.orders} orders, {found.again} heard again, "
            f"p95 {found.p95:.1f} s after the change {'; '.join(found.wrong[:3])}".strip(),
            target,
            not found.wrong and (found.p95 <= 3 or name != "events when all is well"),
            STAGE,
        )


def http_order_kills(stage: Stage, orders: int = 60) -> Iterator[Figure]:
    found = order_kills.at_any_moment(stage, orders)
    yield Figure(
        "functions killed at any moment while orders are created, paid and told",
        f"{len(found.wrong)} double charges, lost results or stuck orders of {found.orders}; killed "
        f"{summed(found.killed)}; {found.repeated} requests repeated {'; '.join(found.wrong[:3])}".strip(),
        "0",
        not found.wrong and found.orders == orders and found.killed.total() >= orders / 4,
        STAGE,
    )


def browser_screens(languages: tuple[str, ...] = ("en", "ar")) -> Iterator[Figure]:
    found: dict[str, list[str]] = {}
    with chromium.browser() as browser, fake_api() as api, tempfile.TemporaryDirectory() as directory:
        page = Served(api.url, Path(directory, "log"), merchant="ACME")
        page.start()
        try:
            for language in languages:
                context = browser.new_context(viewport=DESKTOP, locale=language)  # type: ignore[arg-type]
                context.set_default_timeout(PATIENCE)
                payer = Payer(context.new_page(), page.url, None, language)
                for screen in screens(payer, api):
                    found[f"{language}, {screen}"] = flaws(payer)
                    if len(found) % 10 == 0:
                        print(f"    {len(found)} screens in the browser", flush=True)
                context.close()
        finally:
            page.stop()
    wrong = [f"{screen}: {each}" for screen, all_of_it in found.items() for each in all_of_it]
    yield Figure(
        "every screen of an order, with the keyboard alone, on a phone by day and a desktop by night: axe, width",
        f"{len(wrong)} violations on {len(found)} screens in {', '.join(languages)} {'; '.join(wrong[:3])}".strip(),
        "0",
        not wrong and len(found) == SCREENS * len(languages),
        "browser",
    )
