"""How many payers one page process serves, with the API of the local stage behind it.

The emulator runs the function in one worker on the same cores, so the figures are a floor: what a machine as small as
this one serves with everything on it.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from benchmarks.page_load.tab import Tab
from benchmarks.places import ROOT
from local.runner.environment import Ports
from local.runner.launch import run_stage

LEVELS = (1, 2, 4, 8, 16, 32, 64, 128)  # tabs in conversation at once
LEVEL_SECONDS = 12
SLOW_SECONDS = 1.0  # the level at which a turn's p95 passes this is the last
SETTLING_TABS, IDLE_TABS = 50, 200  # the first ones fill what the process keeps for all
START_SECONDS = 40


def measure() -> dict[str, Any]:
    """By number of tabs: turns' p50 and p95 and conversations a second; and the memory of an open tab."""
    with (
        tempfile.TemporaryDirectory() as directory,
        run_stage(Path(directory), ports=Ports.free()) as outputs,
        serve_page(outputs["apiUrl"]) as (url, pid),
    ):
        return asyncio.run(measure_page(url, pid))


async def measure_page(url: str, pid: int) -> dict[str, Any]:
    async with Tab(url) as warm:
        await warm.play()
    tab_kilobytes = await _weigh(url, pid)
    levels = []
    for tabs in LEVELS:
        levels.append(await _load(url, tabs))
        if levels[-1]["p95"] > SLOW_SECONDS:
            break
    return {"levels": levels, "tab_kilobytes": tab_kilobytes, "process_megabytes": _resident_bytes(pid) / 1e6}


async def _weigh(url: str, pid: int) -> float:
    """Kilobytes that a tab which is open and idle takes of the page's process."""
    async with AsyncExitStack() as tabs:
        for _ in range(SETTLING_TABS):
            await tabs.enter_async_context(Tab(url))
        before = _resident_bytes(pid)
        for _ in range(IDLE_TABS):
            await tabs.enter_async_context(Tab(url))
        return (_resident_bytes(pid) - before) / IDLE_TABS / 1000


async def _load(url: str, tabs: int) -> dict[str, float]:
    until = time.monotonic() + LEVEL_SECONDS
    turns: list[float] = []
    played = 0

    async def pay() -> None:
        nonlocal played
        async with Tab(url) as tab:
            while time.monotonic() < until:
                await tab.play()
                played += 1
            turns.extend(tab.seconds)

    started = time.monotonic()
    await asyncio.gather(*(pay() for _ in range(tabs)))
    return {
        "tabs": tabs,
        "p50": median(turns),
        "p95": quantiles(turns, n=20)[18],
        "conversations_per_second": played / (time.monotonic() - started),
    }


@contextmanager
def serve_page(api_url: str) -> Iterator[tuple[str, int]]:
    """The address of a page of its own, and the id of its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    paths = os.pathsep.join(str(ROOT / each) for each in ("client", "frontend/payment-entry"))
    environment = {**os.environ, "PYTHONPATH": paths, "CHAT_API_URL": api_url, "PAGE_PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, "-m", "payment_page.serve"],
        cwd=ROOT / "frontend",
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(url)
            yield url, process.pid
        finally:
            process.terminate()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/healthz", timeout=2, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit("The page does not come up.")


def _resident_bytes(pid: int) -> int:
    """The memory of a process that is in use now (Linux)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
