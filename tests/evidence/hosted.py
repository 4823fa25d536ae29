"""The rows of the evidence about hosted capture: `make evidence ONLY=hosted` measures them alone."""

import os
from collections.abc import Iterator, Sequence

from tests.evidence import hosted_browser, hosted_crashes, hosted_screens, hosted_times, orders_over_http
from tests.evidence.figures import Figure
from tests.evidence.stage_life import summed
from tests.stage import Stage

STAGE = "local stage"
OURS_MS = 150  # the most that a payer may wait for us, at one client


def after_crashes(of_each: int = 25) -> Iterator[Figure]:
    found = hosted_crashes.played(of_each)
    yield Figure(
        "a hosted order: crash at eight points, then the sweep alone, on a clock that is moved",
        f"{len(found.wrong)} wrong in {found.played}: {summed(found.ends)}",
        "all settled, no second intent, none stuck beyond the Checkout's end and 16 minutes",
        not found.wrong and found.played == of_each * len(hosted_crashes.POINTS),
    )


def at_once(stage: Stage, races: int = 500) -> Iterator[Figure]:
    found = orders_over_http.settlings(stage, races)
    yield Figure(
        "paid while three equal events, two returns, the sweep and a cancel come",
        f"{len(found.wrong)} wrong in {found.races}: {summed(found.answers)}",
        "one outcome, as Stripe has it; one event id each",
        not found.wrong and found.races == races,
        STAGE,
    )


def in_a_browser(stage: Stage, placed: int = 200, back: int = 50) -> Iterator[Figure]:
    paid = hosted_browser.paid_in_a_browser(stage, placed, back)
    found = paid.found
    leaks = found.search.found.total() + found.secrets.total()
    yield Figure(
        "hosted orders in a browser, each with a number of its own typed on Stripe's page",
        f"{leaks} leaks in {paid.paid} orders, {paid.median_seconds:.1f} s a payer {'; '.join(paid.wrong[:3])}".strip()
        + f"; searched: {summed(found.search.texts)}",
        f"0 digits in tables, logs, streams, prompts, bodies of the API; {placed} paid and told",
        not leaks and not paid.wrong and found.completed == placed and paid.each_is_told_once,
        STAGE,
    )
    yield Figure(
        "requests to Stripe for an order that is paid in a browser",
        f"{max(found.requests)} at most, {sum(found.requests) / len(found.requests):.1f} on average of {placed}",
        "≤ 3 when all is well",
        min(found.requests) > 0 and max(found.requests) <= 3,
        STAGE,
    )
    yield Figure(
        "back from Stripe's page on another site, in a browser: the conversation is the same",
        f"{paid.kept} of {paid.back}",
        f"{back} of {back}",
        paid.kept == paid.back == back,
        STAGE,
    )


def waits(stage: Stage, placed: int = 60) -> Iterator[Figure]:
    found = hosted_times.waits(stage, placed)
    for name, waited, cpu in (
        ("from the yes to the Checkout's address", found.to_stripe, found.cpu_to_stripe),
        ("from the return to the receipt", found.from_stripe, found.cpu_from_stripe),
    ):
        yield Figure(
            f"a hosted payer's wait at one client, {name}",
            f"{hosted_times.told(waited, cpu)}; medians of {len(waited)}, at a load of {os.getloadavg()[0]:.1f}",
            f"≤ {OURS_MS} ms ours",
            hosted_times.median_ours(waited) <= OURS_MS,
            STAGE,
        )


def on_every_screen(stage: Stage, languages: Sequence[str] = hosted_screens.LANGUAGES) -> Iterator[Figure]:
    found = hosted_screens.all_screens(stage, languages)
    yield Figure(
        "screens of a hosted order, ours and the stand-in's: axe, keyboard alone, phone, dark",
        f"{len(found.wrong)} violations on {found.screens} screens in {len(found.languages)} languages "
        f"{'; '.join(found.wrong[:3])}".strip(),
        "0",
        not found.wrong and found.screens == len(hosted_screens.SCREENS) * len(set(languages)),
        STAGE,
    )
