"""One stage, one page server, one browser and one desktop for all tests."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser import chromium
from tests.browser.fake_api import FakeApi, fake_api
from tests.browser.gate import Gate, gate_to
from tests.browser.payer import PATIENCE, Payer
from tests.browser.served import Served

DESKTOP = {"width": 1100, "height": 800}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}

NewPayer = Callable[..., Payer]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium.browser() as started:
        yield started


@pytest.fixture(scope="session")
def open_gate(stage: Any) -> Iterator[Gate]:
    with gate_to(stage.api.url) as gate:
        yield gate


@pytest.fixture(scope="session")
def served(open_gate: Gate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    page = Served(open_gate.url, tmp_path_factory.mktemp("page") / "log")
    try:
        page.start()
        yield page
    finally:
        page.stop()


@pytest.fixture
def gate(open_gate: Gate) -> Iterator[Gate]:
    open_gate.open()
    yield open_gate
    open_gate.open()


def nobody_met_an_error(payers: list[Payer]) -> None:
    assert [line for each in payers for line in each.console] == []


@pytest.fixture
def new_payer(browser: Browser, served: Served, gate: Gate, stage: Any) -> Iterator[NewPayer]:
    """Another person at a machine of another kind."""
    payers: list[Payer] = []

    def arrive(*, language: str = "en", **kind: Any) -> Payer:
        context = browser.new_context(**{"viewport": DESKTOP, "locale": language, **kind})
        context.set_default_timeout(PATIENCE)
        payers.append(Payer(context.new_page(), served.url, stage, language))
        return payers[-1]

    yield arrive
    for each in payers:
        each.context.close()
    nobody_met_an_error(payers)


@pytest.fixture(scope="session")
def desktop(browser: Browser) -> Iterator[BrowserContext]:
    """The machine that most tests share: the page's files stay in its cache."""
    context = browser.new_context(viewport=DESKTOP, locale="en")
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def payer(desktop: BrowserContext, served: Served, gate: Gate, stage: Any) -> Iterator[Payer]:
    person = Payer(desktop.new_page(), served.url, stage)
    yield person
    for page in desktop.pages:
        page.close()
    desktop.clear_cookies()
    desktop.set_offline(offline=False)
    nobody_met_an_error([person])


@pytest.fixture(scope="session")
def shared_orders_api() -> Iterator[FakeApi]:
    with fake_api() as api:
        yield api


@pytest.fixture
def orders_api(shared_orders_api: FakeApi) -> FakeApi:
    """An API in memory, for the screens of an order."""
    shared_orders_api.requests.clear()
    shared_orders_api.refusals.clear()
    shared_orders_api.needs_order = False
    return shared_orders_api


@pytest.fixture(scope="session")
def orders_page(shared_orders_api: FakeApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    page = Served(shared_orders_api.url, tmp_path_factory.mktemp("orders-page") / "log", merchant="ACME")
    try:
        page.start()
        yield page
    finally:
        page.stop()


@pytest.fixture
def new_orders_payer(browser: Browser, orders_page: Served, orders_api: FakeApi) -> Iterator[NewPayer]:
    payers: list[Payer] = []

    def arrive(*, language: str = "en", **kind: Any) -> Payer:
        context = browser.new_context(**{"viewport": DESKTOP, "locale": language, **kind})
        context.set_default_timeout(PATIENCE)
        payers.append(Payer(context.new_page(), orders_page.url, None, language))
        return payers[-1]

    yield arrive
    for each in payers:
        each.context.close()
    nobody_met_an_error(payers)


@pytest.fixture
def orders_payer(desktop: BrowserContext, orders_page: Served, orders_api: FakeApi) -> Iterator[Payer]:
    person = Payer(desktop.new_page(), orders_page.url, None)
    yield person
    person.page.close()
    desktop.clear_cookies()
    nobody_met_an_error([person])
