"""How quick the page is on a calm machine: `make page-figures` prints the figures. No part of the tests."""

import statistics
import time

import pytest

from tests.browser.conftest import NewPayer
from tests.browser.gate import Gate
from tests.browser.payer import ANSWERS, Payer

MAX_FIRST_SECONDS = 1.5
MAX_FIRST_SECONDS_EMULATED = 6
MAX_TURN_SECONDS = 0.12
CPU_SLOWDOWN = 4
# "Slow 4G" of Chromium's developer tools, in bytes a second and milliseconds.
SLOW_4G = {"offline": False, "downloadThroughput": 180_000, "uploadThroughput": 84_375, "latency": 562.5}

WATCH = """
() => new Promise(resolve => {
  const observer = new MutationObserver(() => {
    if (document.querySelector('.pay-waiting[hidden]')) { observer.disconnect(); resolve(performance.now()) }
  })
  observer.observe(document.querySelector('.pay-waiting'), {attributes: true})
})
"""


def begin(payer: Payer) -> tuple[float, float]:
    """Seconds until the payer can begin, and until the first question of one who begins at once."""
    started = time.monotonic()
    payer.open()
    payer.button("start").wait_for()
    usable = time.monotonic() - started
    payer.button("start").click()
    payer.sees("name")
    return usable, time.monotonic() - started


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
    begun, turns = [], []
    for _ in range(5):
        payer = new_payer()
        begun.append(begin(payer))
        turns += [own_share(payer, gate, step) for step in ANSWERS]

    load, question = (statistics.median(each) for each in zip(*begun, strict=True))
    turn = statistics.median(turns)
    print(f"\nfirst usable input: {load:.2f} s (at most {MAX_FIRST_SECONDS})")
    print(f"first question of a payer who begins at once: {question:.2f} s")
    print(f"the page's share of a turn: {turn * 1000:.0f} ms (at most {MAX_TURN_SECONDS * 1000:.0f})")
    assert load <= MAX_FIRST_SECONDS
    assert turn <= MAX_TURN_SECONDS


@pytest.mark.parametrize("emulated", ["4 x slower CPU", "slow 4G"])
def test_the_page_is_usable_soon_on_a_slow_device_and_a_slow_network(new_payer: NewPayer, emulated: str) -> None:
    payer = new_payer()
    devtools = payer.context.new_cdp_session(payer.page)
    if emulated == "slow 4G":
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", SLOW_4G)
    else:
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})

    load, question = begin(payer)

    print(f"\n{emulated}: first usable input {load:.2f} s (at most {MAX_FIRST_SECONDS_EMULATED})")
    print(f"{emulated}: first question of a payer who begins at once {question:.2f} s")
    assert load <= MAX_FIRST_SECONDS_EMULATED
