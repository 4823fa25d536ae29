"""The button for any page: it stands on another site, under that site's strict policy, and leads the window away."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from local.stand_in.service import Answer, Request
from tests.browser.payer import AXE
from tests.orders_api import serve

ROOT = Path(__file__).parents[2]
SCRIPT = (ROOT / "frontend/button/payment-chat-button.js").read_bytes()
INTEGRITY = "sha384-" + base64.b64encode(hashlib.sha384(SCRIPT).digest()).decode()
DOCS = (ROOT / "docs/channels.md").read_text()
SHOP_POLICY = re.search(r"Content-Security-Policy: (.+)", DOCS)[1]
PAGE = """<!doctype html><html lang="en"><head><title>Shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="/payment-chat-button.js" integrity="{integrity}" defer></script></head>
<body><main><h1>Shop</h1>{body}</main></body></html>"""
BUTTON = '<a data-payment-chat href="{link}">Pay 49.90 €</a>'


@dataclass
class Site:
    """A site with pages by path. It remembers the requests' headers."""

    pages: dict[str, str] = field(default_factory=dict)
    policy: str = SHOP_POLICY
    seen: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Answer:
        self.seen.append(request)
        if request.path == "/payment-chat-button.js":
            return Answer(200, SCRIPT, headers={"Content-Type": "text/javascript"})
        html = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": self.policy}
        return Answer(200, self.pages.get(request.path, "").encode(), headers=html)


@dataclass
class Scene:
    page: Page
    shop: Site
    shop_url: str
    pay: Site
    pay_url: str
    console: list[str]

    @property
    def link(self) -> str:
        return f"{self.pay_url}/#order=abc_-123"

    def show(self, body: str, integrity: str = INTEGRITY) -> None:
        self.shop.pages["/"] = PAGE.format(integrity=integrity, body=body)
        self.page.goto(self.shop_url)

    def button(self, name: str = "Pay 49.90 €"):
        return self.page.get_by_role("button", name=name)


@pytest.fixture
def scene(browser: Browser) -> Iterator[Scene]:
    """A shop at `localhost`, a payment page at `127.0.0.1`: different sites to a browser."""
    title = "<!doctype html><title>Secure payment</title>"
    shop, pay = Site(), Site({"/": title}, policy="default-src 'none'; frame-ancestors 'none'")
    context = browser.new_context()
    context.set_default_timeout(15_000)
    with serve(shop, "shop") as shop_url, serve(pay, "pay") as pay_url:
        page = context.new_page()
        console: list[str] = []
        page.on("console", lambda line: console.append(line.text))
        yield Scene(page, shop, shop_url.replace("127.0.0.1", "localhost"), pay, pay_url, console)
        context.close()


@pytest.mark.parametrize("way", ["click", "Enter", " "], ids=["mouse", "enter", "space bar"])
def test_it_leads_to_the_payment(scene: Scene, way: str) -> None:
    scene.show(BUTTON.format(link=scene.link))

    scene.button().click() if way == "click" else scene.button().press(way)

    scene.page.wait_for_url(scene.link)
    assert scene.console == []
    [arrival] = [request for request in scene.pay.seen if request.path == "/"]
    assert "referer" not in arrival.headers


def test_from_within_a_frame_the_whole_window_goes(scene: Scene) -> None:
    framed = f"{scene.shop_url}/framed"
    scene.shop.pages["/framed"] = PAGE.format(integrity=INTEGRITY, body=BUTTON.format(link=scene.link))
    other = Site({"/": f'<!doctype html><iframe src="{framed}" title="shop"></iframe>'}, policy="default-src *")
    with serve(other) as outer_url:
        scene.page.goto(outer_url)
        scene.page.frame_locator("iframe").get_by_role("button").click()
        scene.page.wait_for_url(scene.link)


def test_a_button_that_is_added_later_works_too(scene: Scene) -> None:
    scene.show("")
    scene.page.evaluate("html => { document.querySelector('main').innerHTML += html }", BUTTON.format(link=scene.link))

    scene.button().click()

    scene.page.wait_for_url(scene.link)


@pytest.mark.parametrize(
    "link",
    [
        "http://pay.example.com/#order=abc",
        "javascript:alert(1)//#order=abc",
        "data:text/html,x#order=abc",
        "https://pay.example.com/",
        "https://pay.example.com/#other=abc",
        "https://pay.example.com/#order=",
        "https://me:secret@pay.example.com/#order=abc",
        "/checkout#order=abc",
        "http://127.0.0.1.example.com/#order=abc",
        "",
    ],
)
def test_what_is_no_payment_link_leads_nowhere(scene: Scene, link: str) -> None:
    scene.show(BUTTON.format(link=link))
    before = scene.page.url

    expect(scene.button()).to_be_disabled()
    scene.button().click(force=True)
    scene.button().press(" ")
    scene.button().press("Enter")
    scene.page.wait_for_timeout(100)

    assert scene.page.url == before
    assert "payment-chat: the href of a button is no payment link" in scene.console
    assert not any("abc" in line for line in scene.console)


def test_a_link_that_is_spoiled_later_is_switched_off_and_a_mended_one_on(scene: Scene) -> None:
    scene.show(BUTTON.format(link=scene.link))
    expect(scene.button()).to_be_enabled()

    scene.page.evaluate("document.querySelector('a').href = 'http://pay.example.com/#order=abc'")
    expect(scene.button()).to_be_disabled()

    scene.page.evaluate("link => { document.querySelector('a').href = link }", scene.link)
    expect(scene.button()).to_be_enabled()


def test_another_script_in_its_place_does_not_run(scene: Scene) -> None:
    scene.show(BUTTON.format(link=scene.link), integrity="sha384-" + "A" * 64)

    expect(scene.button()).to_have_count(0)
    expect(scene.page.get_by_role("link")).to_be_visible()  # and the link still works


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(scene: Scene, scheme: str) -> None:
    scene.show(BUTTON.format(link=scene.link) + BUTTON.format(link="http://x.example/").replace("Pay", "Owe"))
    scene.page.emulate_media(color_scheme=scheme)
    scene.page.set_viewport_size({"width": 390, "height": 844})

    scene.page.evaluate(f"{AXE.read_text()}; 0")
    found = scene.page.evaluate("axe.run(document)")["violations"]

    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    box = scene.button().bounding_box()
    assert box["height"] >= 44


def test_the_pages_own_rules_win(scene: Scene) -> None:
    scene.shop.policy = SHOP_POLICY.replace("style-src 'self'", "style-src 'unsafe-inline'")
    scene.show("<style>a { background: rgb(1, 2, 3) }</style>" + BUTTON.format(link=scene.link))

    expect(scene.button()).to_have_css("background-color", "rgb(1, 2, 3)")


def test_it_is_small_and_needs_nothing_else() -> None:
    assert len(SCRIPT) <= 3 * 1024
    assert not re.search(rb"\bimport\b|fetch\(|XMLHttpRequest|localStorage|cookie", SCRIPT)


def test_the_docs_give_its_hash_and_a_policy_that_lets_it_run() -> None:
    assert INTEGRITY in DOCS, f"docs/channels.md should say {INTEGRITY}"
    assert "script-src 'self'" in SHOP_POLICY
    assert "unsafe" not in SHOP_POLICY
