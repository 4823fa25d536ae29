"""`make screenshots`: every screen on a phone, and the strip of them that the README shows."""

from pathlib import Path

from PIL import Image

from tests.browser.conftest import PHONE, NewPayer
from tests.browser.fake_api import FakeApi
from tests.browser.payer import ANSWERS, Payer

FOLDER = Path(__file__).parents[2] / "docs/screenshots"
STRIP = ("welcome", "card", "review", "receipt")
COLOURS = 192
GAP = 24


def take(payer: Payer, screen: str) -> None:
    payer.page.wait_for_timeout(300)  # for the caret and the fonts
    file = FOLDER / f"{screen}.png"
    payer.page.screenshot(path=file, animations="disabled")
    with Image.open(file) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def test_take_the_pictures(new_payer: NewPayer) -> None:
    FOLDER.mkdir(exist_ok=True)
    payer = new_payer(**PHONE, color_scheme="light")
    payer.open()
    payer.button("start").wait_for()
    take(payer, "welcome")
    payer.button("start").tap()
    for step, value in ANSWERS.items():
        payer.sees(step)
        payer.field(step).press_sequentially(value)
        take(payer, step)
        payer.button("next").tap()
    payer.sees("confirm")
    take(payer, "review")
    payer.button("confirm").tap()
    payer.has_receipt()
    take(payer, "receipt")
    join()


def test_take_the_pictures_of_an_order(new_orders_payer: NewPayer, orders_api: FakeApi) -> None:
    order = orders_api.order(capture="hosted", action_type="checkout")
    payer = new_orders_payer(**PHONE, color_scheme="light")
    payer.page.goto(f"{payer.url}/#order={order.token}", wait_until="commit")
    payer.sees("confirm")
    take(payer, "order-review")
    payer.button("confirm").tap()
    payer.page.get_by_role("link", name=payer.says["checkout_go"]).wait_for()
    take(payer, "order-stripe")
    order.at_stripe = "paid"
    payer.button("recheck").tap()
    payer.page.get_by_role("heading", name=payer.says["done_charge"]).wait_for()
    take(payer, "order-receipt")
    payer.page.goto(f"{payer.url}/#order={orders_api.order(status='expired').token}", wait_until="commit")
    payer.page.get_by_role("heading", name=payer.says["link_expired"]).wait_for()
    take(payer, "order-expired")


def join() -> None:
    pictures = [Image.open(FOLDER / f"{screen}.png").convert("RGB") for screen in STRIP]
    width, height = pictures[0].size
    strip = Image.new("RGB", (len(pictures) * (width + GAP) - GAP, height), "#d5dde2")
    for place, picture in enumerate(pictures):
        strip.paste(picture, (place * (width + GAP), 0))
    strip.thumbnail((strip.width // 2, height // 2))
    strip.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / "payment.png", optimize=True)
