"""How quick the page is on a calm machine: `make page-figures` prints the figures. No part of the tests."""

import statistics
import time

from tests.browser.conftest import NewPayer
from tests.browser.gate import Gate
from tests.browser.payer import ANSWERS, Payer

WATCH = """
() => new Promise(resolve => {
  const observer = new MutationObserver(() => {
    if (document.querySelector('.pay-waiting[hidden]')) { observer.disconnect(); resolve(performance.now()) }
  })
  observer.observe(document.querySelector('.pay-waiting'), {attributes: true})
})
"""


def first_usable(payer: Payer) -> float:
    started = time.monotonic()
    payer.open()
    payer.button("start").wait_for()
    return time.monotonic() - started


def own_share(payer: Payer, gate: Gate, step: str) -> float:
    """Seconds from Enter to the next screen, less what the API took."""
    payer.sees(step)
    payer.field(step).fill(ANSWERS[step])
    calls = len(gate.calls)
    begun = payer.page.evaluate(
        f"() => {{ window.answered = ({WATCH})(); const at = performance.now();"
        " document.querySelector('.pay-form').requestSubmit(); return at }"
    )
    answered = payer.page.evaluate("window.answered")
    return float(answered - begun) / 1000 - sum(call.seconds for call in gate.calls[calls:])


def test_the_page_is_usable_soon_and_adds_little_to_a_turn(new_payer: NewPayer, gate: Gate) -> None:
    loads, turns = [], []
    for _ in range(3):
        payer = new_payer()
        loads.append(first_usable(payer))
        payer.button("start").click()
        turns += [own_share(payer, gate, step) for step in ANSWERS]

    load, turn = statistics.median(loads), statistics.median(turns)
    print(f"\nfirst usable input: {load:.2f} s (at most 3)")
    print(f"the page's share of a turn: {turn * 1000:.0f} ms (at most 250)")
    assert load <= 3
    assert turn <= 0.25
