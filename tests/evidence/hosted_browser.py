"""Hosted orders in a real Chromium, each with a number of its own typed on the stand-in's page: where does it show?

Several payers pay at the same time, each in a context of their own. The page reaches the API through a gate that keeps
every body, and so do Stripe's events.
"""

import asyncio
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.async_api import Browser, BrowserContext, Page, WebSocket, async_playwright

from payment_page.texts import texts
from tests.browser import chromium
from tests.browser.gate import Call, Gate, gate_to
from tests.browser.payer import COOKIE
from tests.browser.served import Served
from tests.evidence import orders_over_http
from tests.evidence.orders_over_http import STORES, Canaries, Heard
from tests.evidence.over_http import Search, files_of
from tests.evidence.sinks import RUN, Secrets
from tests.order_on_stage import OrderOnStage, place
from tests.stage import Stage

PURPOSES = ("charge", "charge", "authorize", "save")
PAYERS = 2  # at the same time
PATIENCE = 60_000  # milliseconds; a busy machine needs some
SAYS = texts("en")
Tell = Callable[[str], None]


@dataclass
class Paid:
    """Of all orders. `kept`: conversations that were the same after a return from the other site, of `back` tries."""

    found: Canaries
    paid: int = 0
    back: int = 0
    kept: int = 0
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def each_is_told_once(self) -> bool:
        """Every change under one id, the completion of each order among them."""
        return self.found.told is not None and all(len(ids) == 1 for ids in self.found.told.ids.values())

    @property
    def median_seconds(self) -> float:
        return statistics.median(self.seconds or [0.0])


@dataclass
class Recorder:
    """What goes through the gate, in both directions, and what the page and the browser say to each other."""

    bodies: list[tuple[str, str]] = field(default_factory=list, repr=False)  # sink, text
    frames: Counter[str] = field(default_factory=Counter)
    leaking: Counter[str] = field(default_factory=Counter)

    def attach(self, gate: Gate) -> None:
        answer = gate.answer

        def recorded(call: Call, body: bytes) -> tuple[int, dict[str, str], bytes]:
            try:
                status, headers, content = answer(call, body)
            except httpx.TransportError:  # too slow a machine: as API Gateway says it, and the page asks again
                status, headers, content = 504, {"Content-Type": "application/json"}, b"{}"
            sink = "event of Stripe" if call.path.startswith("/stripe/") else "API"
            self.bodies += [(f"{sink}, asked", body.decode()), (f"{sink}, answered", content.decode())]
            return status, headers, content

        gate.answer = recorded  # type: ignore[method-assign]

    def listen(self, page: Page, number: str) -> None:
        """Only our page has web sockets."""
        runs = [number[start : start + RUN] for start in range(len(number) - RUN + 1)]

        def heard(frame: str | bytes) -> None:
            text = frame if isinstance(frame, str) else frame.decode("latin-1")
            self.frames["frame"] += 1
            self.leaking["number in a frame"] += any(run in text for run in runs)

        def opened(socket: WebSocket) -> None:
            socket.on("framereceived", heard)
            socket.on("framesent", heard)

        page.on("websocket", opened)


@contextmanager
def page_of(stage: Stage, api_url: str) -> Iterator[Served]:
    """The page at the address that links lead to."""
    port = urlsplit(place(stage, capture="hosted").link).port or 0
    with tempfile.TemporaryDirectory() as directory:
        served = Served(api_url, Path(directory, "page.log"), port=port, merchant="ACME")
        try:
            served.start()
            yield served
        finally:
            served.stop()


@contextmanager
def recorded(stage: Stage) -> Iterator[tuple[Recorder, Served]]:
    recorder = Recorder()
    with gate_to(stage.api.url) as gate:
        recorder.attach(gate)
        secret = orders_over_http.signing_secret(stage)
        stage.stripe.ask("POST", "/_control/webhook", {"url": f"{gate.url}/stripe/events", "secret": secret})
        try:
            with page_of(stage, gate.url) as served:
                yield recorder, served
        finally:
            url = f"{stage.api.url}/stripe/events"
            stage.stripe.ask("POST", "/_control/webhook", {"url": url, "secret": secret})


def paid_in_a_browser(stage: Stage, orders: int, back: int, tell: Tell = print, seed: int = 400_000) -> Paid:
    """`back`: how many of the payers first go back from Stripe's page, without having paid."""
    paid = Paid(Canaries(Search()))
    numbers = orders_over_http.visas(random.Random(seed))
    before = {path: path.stat().st_size for path in files_of(stage)}
    prompts = len(stage.model.listed("calls"))
    placed: list[OrderOnStage] = []
    with recorded(stage) as (recorder, served), orders_over_http.tapped(stage) as tap:
        for number in range(orders):
            order = place(stage, PURPOSES[number % len(PURPOSES)], capture="hosted")
            paid.found.search.sessions[order.id] = Secrets([next(numbers)])
            placed.append(order)
        asyncio.run(_pay_all(placed, paid, recorder, back, tell))
        page_log = served.log.read_text(errors="replace")
        on_the_bus = list(orders_over_http.drained(stage, tap))
    _judge(stage, paid, placed)
    _look(stage, paid, recorder, placed, page_log)
    orders_over_http.search_everywhere(
        stage,
        paid.found,
        before,
        prompts,
        placed,
        {"bus": on_the_bus, "stream": list(orders_over_http.streamed(stage))},
    )
    return paid


async def _pay_all(placed: list[OrderOnStage], paid: Paid, recorder: Recorder, back: int, tell: Tell) -> None:
    waiting = list(enumerate(placed))[::-1]
    started = time.monotonic()
    async with async_playwright() as playwright:
        path = chromium.on_this_machine()
        browser = await playwright.chromium.launch(executable_path=path, args=chromium.SWITCHES)

        async def pay_one_after_the_other() -> None:
            context = await _context(browser)
            while waiting:
                number, order = waiting.pop()
                mine = paid.found.search.sessions[order.id]
                at = time.monotonic()
                try:
                    await _Visit(context, order, mine.numbers[0], paid, recorder).pay(goes_back=number < back)
                except Exception as error:  # noqa: BLE001  (its text may quote what was typed)
                    paid.wrong.append(f"order {number}: {type(error).__name__} at {_line_of(error)}")
                    await context.close()
                    context = await _context(browser)
                else:
                    paid.paid += 1
                    paid.seconds.append(time.monotonic() - at)
                await context.clear_cookies()
                if (done := paid.paid + len(paid.wrong)) % 20 == 0:
                    tell(f"    {done} of {len(placed)} orders, {time.monotonic() - started:.0f} s")
            await context.close()

        await asyncio.gather(*(pay_one_after_the_other() for _ in range(PAYERS)))
        await browser.close()


async def _context(browser: Browser) -> BrowserContext:
    # Small and without motion: what is painted costs the browser more than what is typed.
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="en", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    return context


def _line_of(error: Exception) -> int:
    """Where in this module."""
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == __file__:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


@dataclass
class _Visit:
    """One payer and one order."""

    context: BrowserContext
    order: OrderOnStage
    number: str = field(repr=False)
    paid: Paid = field(repr=False)
    recorder: Recorder = field(repr=False)

    async def pay(self, *, goes_back: bool) -> None:
        self.page = await self.context.new_page()
        self.recorder.listen(self.page, self.number)
        await self.page.goto(self.order.link, wait_until="commit")
        await self.page.get_by_role("button", name=SAYS["confirm"], exact=True).click()
        await self._go_to_stripe()
        if goes_back:
            await self._comes_back()
        await self._type_card()
        done = SAYS[f"done_{self.order.body['purpose']}"]
        await self.page.get_by_role("heading", level=2, name=done, exact=True).wait_for()
        assert self.page.url == self.order.link.partition("#")[0]
        await self.page.close()

    async def _go_to_stripe(self) -> None:
        """To the other site."""
        await self._link.wait_for()
        self.session, self.opening = await self._session_id(), await self._first_line()
        self.paid.found.search.sessions[self.session] = Secrets([self.number])
        await self._link.click()
        await self.page.wait_for_url("http://localhost:*/**")

    @property
    def _link(self) -> Any:
        return self.page.get_by_role("link", name=SAYS["checkout_go"], exact=True)

    async def _comes_back(self) -> None:
        """By the link on Stripe's page, without having paid."""
        left = self.session, self.opening
        await self.page.get_by_role("link", name="Back to ACME").click()
        await self.page.wait_for_url("http://127.0.0.1:*/**")
        await self._go_to_stripe()
        self.paid.back += 1
        self.paid.kept += bool(self.opening) and (self.session, self.opening) == left

    async def _type_card(self) -> None:
        for label, text in (
            ("Email", "jenny@example.com"),
            ("Card number", self.number),
            ("Expiry (MM/YY)", "12/34"),
            ("CVC", "123"),
            ("Name on card", "Jenny Rosen"),
        ):
            await self.page.get_by_label(label).press_sequentially(text)
        await self.page.keyboard.press("Enter")

    async def _session_id(self) -> str:
        for _ in range(100):
            for cookie in await self.context.cookies():
                if cookie.get("name") == COOKIE:
                    return str(cookie.get("value")).partition(".")[0]
            await self.page.wait_for_timeout(50)
        raise AssertionError("there is no session cookie")

    async def _first_line(self) -> str:
        return await self.page.get_by_test_id("stChatMessageContent").first.inner_text()


def _judge(stage: Stage, paid: Paid, placed: list[OrderOnStage]) -> None:
    """Every order is completed and told, with no more requests to Stripe than it takes."""
    found = paid.found
    found.told = Heard(stage, [order.id for order in placed])
    found.completed = sum(order.shown()["status"] == "completed" for order in placed)
    found.numbers = len(placed)
    asked = Counter(each.get("object") for each in stage.stripe.listed("requests"))
    requests = Counter[str]()
    for kind in STORES:
        for made in stage.stripe.listed("objects", kind=kind):
            requests[made["metadata"].get("order", "")] += asked[made["id"]]
    found.requests = [requests[order.id] for order in placed]


def _look(stage: Stage, paid: Paid, recorder: Recorder, placed: list[OrderOnStage], page_log: str) -> None:
    """In what went through the gate, in what the page logged, in the streams."""
    search, tokens = paid.found.search, {order.body["orderToken"] for order in placed}
    for mine in list(search.sessions.values()):
        search.strangers.add(mine)
    for sink, text in recorder.bodies:
        try:
            search.whole(f"{sink}", _without_keys(json.loads(text or "null")))
        except ValueError:
            search.log(sink, text)
    search.texts += recorder.frames
    search.found.update({("frame", kind): count for kind, count in recorder.leaking.items() if count})
    search.log("file page.log", page_log)
    for order in placed:
        search.whole("API, answered", _without_keys(order.body))
    for record in streamed(stage):
        search.whole("stream", record)
        kinds = orders_over_http.keys_in(json.dumps(record, default=str), tokens)
        paid.found.secrets.update(f"{kind} in the stream" for kind in kinds)


def _without_keys(body: Any) -> Any:
    """The keys are random text, which may hold digits."""
    keys = ("sessionToken", "orderToken", "link")
    return {name: value for name, value in body.items() if name not in keys} if isinstance(body, dict) else body


def streamed(stage: Stage) -> Iterator[dict[str, Any]]:
    """What the tables' streams hold."""
    client = stage.client("dynamodbstreams")
    for stream in client.list_streams()["Streams"]:
        arn = stream["StreamArn"]
        for shard in client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            position = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
            iterator = client.get_shard_iterator(**position)["ShardIterator"]
            while iterator:
                page = client.get_records(ShardIterator=iterator)
                if not page["Records"]:
                    break
                yield from (record["dynamodb"] for record in page["Records"])
                iterator = page.get("NextShardIterator")
