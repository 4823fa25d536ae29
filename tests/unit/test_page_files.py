"""The files that the page's server answers from memory, and the first screen in its index page."""

import asyncio
import gzip
import re
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

from payment_page.server import first_screen
from payment_page.server.files import FilesInMemory, Folder
from payment_page.server.index_page import BUNDLE, Heading, render

SCRIPT = "export const answer = 42\n" * 100


@pytest.fixture
def ask(tmp_path: Path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open/a.3f9.js").write_text(SCRIPT)
    (tmp_path / "open/dot.png").write_bytes(b"\x89PNG" * 1000)
    (tmp_path / "secret.js").write_text("secret")
    app = FilesInMemory(
        PlainTextResponse("the app", status_code=404),
        [Folder("/static/", tmp_path / "open", is_hashed=True), Folder("/own/", tmp_path / "open", is_hashed=False)],
    )

    def get(path: str, method: str = "GET", **headers: str) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://page.test") as http:
                return await http.request(method, path, headers=headers)

        return asyncio.run(call())

    return get


def test_a_script_is_sent_compressed_to_a_browser_that_takes_that(ask):
    answer = ask("/static/a.3f9.js", **{"Accept-Encoding": "gzip, br"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert int(answer.headers["Content-Length"]) == len(gzip.compress(SCRIPT.encode(), mtime=0))
    assert answer.text == SCRIPT


def test_a_browser_that_takes_nothing_compressed_gets_the_file_as_it_is(ask):
    answer = ask("/static/a.3f9.js", **{"Accept-Encoding": "identity"})

    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.text == SCRIPT


def test_a_picture_is_not_compressed_again(ask):
    assert "Content-Encoding" not in ask("/static/dot.png", **{"Accept-Encoding": "gzip"}).headers


def test_a_file_with_a_hash_in_its_name_is_kept_and_any_other_is_asked_for_again(ask):
    hashed, own = ask("/static/a.3f9.js"), ask("/own/a.3f9.js")

    assert "immutable" in hashed.headers["Cache-Control"]
    assert own.headers["Cache-Control"] == "no-cache"
    unchanged = ask("/own/a.3f9.js", **{"If-None-Match": own.headers["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


@pytest.mark.parametrize("path", ["/static/", "/static/b.js", "/static/%2e%2e/secret.js", "/static//a.3f9.js", "/"])
def test_every_other_path_goes_to_the_app(ask, path):
    assert ask(path).text == "the app"


def test_what_is_not_a_get_goes_to_the_app(ask):
    assert ask("/static/a.3f9.js", method="POST").text == "the app"


def test_what_streamlit_asks_for_late_is_named_in_the_index_page_once_and_exists():
    page = render(Heading("en", "ltr", "Secure payment"), "")
    named = re.findall(r'href="\./(static/js/[^"]+)"', page)

    assert any("BidiComponent" in each for each in named)
    assert len(named) == len(set(named))
    assert all((BUNDLE / each).is_file() for each in named)


def test_the_first_screen_cannot_break_out_of_its_attribute():
    page = render(Heading("en", "ltr", "Secure payment", '{"texts": "\\"><script>alert(1)</script>"}'), "")

    assert "<script>alert" not in page
    assert page.index('id="pay-first-screen"') < page.index('id="root"')


def test_a_streamlit_that_mounts_components_another_way_fails_the_start(tmp_path: Path):
    with pytest.raises(ValueError, match="mounts components"):
        first_screen.late_tags(tmp_path, "")


def test_the_first_screens_style_has_the_colours_of_both_schemes():
    theme = {"baseFontSize": 17} | {
        scheme: {name: f"#{scheme}-{name}" for name in first_screen.VARIABLES} for scheme in ("light", "dark")
    }
    light, dark = first_screen.style(theme, "./font.woff2").split("@media (prefers-color-scheme:dark)")

    for name, variable in first_screen.VARIABLES.items():
        assert f"{variable}:#light-{name};" in light
        assert f"{variable}:#dark-{name};" in dark
