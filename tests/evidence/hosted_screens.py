"""Every screen of a hosted order, ours and the stand-in's, in eleven languages, with the keyboard alone.

Axe looks at each on a phone by day and on a desktop by night; nothing may be wider than the phone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page

from chat.languages.language import language_tags
from tests.browser import chromium
from tests.browser.conftest import PHONE
from tests.browser.payer import PATIENCE, Payer
from tests.browser.test_accessible import violations
from tests.browser.test_stripe_pages import violations as violations_of_stripes_page
from tests.evidence.hosted_browser import page_of
from tests.order_on_stage import place
from tests.stage import Stage
from tests.stripe_shop import CHALLENGED, DECLINED

SCREENS = ("review", "action", "Checkout", "back", "declined", "3-D Secure", "receipt", "closed link")
LANGUAGES = ("en", *language_tags())


@dataclass
class Looked:
    screens: int = 0
    languages: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def all_screens(stage: Stage, languages: Iterable[str] = LANGUAGES, tell: Callable[[str], None] = print) -> Looked:
    looked = Looked()
    with page_of(stage, stage.api.url) as served, chromium.browser() as browser:
        for language in dict.fromkeys(languages):
            _Walk(stage, browser, served.url, language, looked).through()
            tell(f"    {language}: {looked.screens} screens, {len(looked.wrong)} wrong")
    return looked


@dataclass
class _Walk:
    stage: Stage
    browser: Browser
    url: str
    language: str
    looked: Looked

    def through(self) -> None:
        context = self.browser.new_context(locale=self.language, viewport=PHONE["viewport"])
        context.set_default_timeout(PATIENCE)
        self.payer = Payer(context.new_page(), self.url, self.stage, self.language)
        self.looked.languages.add(self.language)
        self._pays()
        self._opens_a_closed_link()
        if self.payer.console:
            self._note("console", [f"{len(self.payer.console)} lines on the console"])
        context.close()

    @property
    def page(self) -> Page:
        return self.payer.page

    def _pays(self) -> None:
        order = place(self.stage, capture="hosted", locale=self.language)
        self.page.goto(order.link, wait_until="commit")
        self.payer.sees("confirm")
        self._look("review")
        self._presses("confirm")
        self._at_action("action")
        self._look_at_stripe("Checkout")
        self._goes_back()
        self._at_action("back")
        self._types_card(DECLINED)
        self.page.get_by_role("alert").wait_for()
        self._look_at_stripe("declined")
        self._types_card(CHALLENGED)
        self.page.wait_for_url("**/3ds/**")
        self._look_at_stripe("3-D Secure")
        self._tabs_to("button")
        self.page.keyboard.press("Enter")
        self.page.get_by_role("heading", level=2, name=self.payer.says["done_charge"], exact=True).wait_for()
        if self.payer.focused != self.payer.says["done_charge"]:
            self._note("receipt", ["the focus is elsewhere"])
        self._look("receipt")

    def _opens_a_closed_link(self) -> None:
        order = place(self.stage, capture="hosted", locale=self.language)
        order.cancels()
        self.page.goto("about:blank")
        self.page.goto(order.link, wait_until="commit")
        self.page.get_by_role("heading", level=2, name=self.payer.says["link_cancelled"], exact=True).wait_for()
        self._look("closed link")

    def _at_action(self, screen: str) -> None:
        """From our page to the other site."""
        self.page.get_by_role("link", name=self.payer.says["checkout_go"], exact=True).wait_for()
        self._look(screen)
        self._presses("checkout_go")
        self.page.wait_for_url("http://localhost:*/**")

    def _presses(self, text: str) -> None:
        """Enter, on what is called so; Tab leads there."""
        for _ in range(30):
            if self.payer.focused == self.payer.says[text]:
                self.page.keyboard.press("Enter")
                return
            self.page.keyboard.press("Tab")
        self._note("keyboard", [f"{text} cannot be reached"])
        self.page.get_by_text(self.payer.says[text], exact=True).click()

    def _goes_back(self) -> None:
        self._tabs_to("a")
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("http://127.0.0.1:*/**")

    def _types_card(self, number: str) -> None:
        self._tabs_to("#email")
        for answer in ("jenny@example.com", number, "12/34", "123", "Jenny Rosen"):
            self.page.keyboard.press("Control+a")
            self.page.keyboard.insert_text(answer)
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")

    def _tabs_to(self, selector: str) -> None:
        for _ in range(12):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(f"document.activeElement.matches('{selector}')"):
                return
        self._note("keyboard", [f"{selector} cannot be reached"])

    def _look(self, screen: str) -> None:
        found = violations(self.payer)
        self.page.set_viewport_size(PHONE["viewport"])
        is_wide = self.payer.width()[0] > PHONE["viewport"]["width"]
        self._note(screen, [*found, *(["wider than a phone"] if is_wide else [])])
        self.looked.screens += 1

    def _look_at_stripe(self, screen: str) -> None:
        self._note(screen, violations_of_stripes_page(self.page))
        self.looked.screens += 1

    def _note(self, screen: str, found: Iterable[str]) -> None:
        self.looked.wrong += [f"{self.language}, {screen}: {each}" for each in found]
