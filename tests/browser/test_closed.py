"""What the page keeps to itself: card digits, other hosts, its own insides."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Request, expect

from chat.values.card import luhn
from tests.browser.conftest import NewPayer
from tests.browser.gate import Call, Gate
from tests.browser.payer import COOKIE, Payer
from tests.browser.served import Served


def canary() -> str:
    """A number that nobody else uses and no page would contain by chance."""
    digits = "453927163850"
    return next(number for last in range(1000) if luhn(number := f"{digits}{last:04}") and last > 100)


def holds(text: str, digits: str) -> bool:
    """More than the last four digits of it, however they are set."""
    return digits[:12] in re.sub(r"(?<=\d)[ \-./]{1,2}(?=\d)", "", text)


@dataclass
class Trace:
    """What one payment left behind: in the browser after each step, on the wire, in the server's log."""

    number: str
    code: str
    kept: list[str]
    received: list[str]
    requests: list[Request]
    sent: list[Call]
    cookie: dict[str, Any]
    readable_cookies: str


@pytest.fixture(scope="module")
def trace(browser: Browser, served: Served, open_gate: Gate, stage: Any) -> Iterator[Trace]:
    open_gate.open()
    context = browser.new_context(locale="en")
    payer = Payer(context.new_page(), served.url, stage)
    number, code = canary(), "739"
    payer.start()
    payer.answer("name")
    payer.answer("card", number)
    payer.sees("expiry")
    kept = [payer.everything_kept()]
    payer.answer("expiry")
    payer.answer("cvv", code)
    payer.sees("confirm")
    kept.append(payer.everything_kept())
    payer.button("change_card").click()
    payer.sees("card")
    payer.writes(f"my card is {number}")
    payer.sees("cvv")
    kept.append(payer.everything_kept())
    payer.answer("cvv", code)
    payer.sees("confirm")
    payer.session_id()
    cookie, readable = payer.cookie or {}, payer.page.evaluate("document.cookie")
    payer.button("confirm").click()
    payer.has_receipt()
    kept.append(payer.everything_kept())
    frames = [each if isinstance(each, str) else each.decode("latin-1") for each in payer.frames]
    yield Trace(number, code, kept, frames, list(payer.requests), list(open_gate.calls), cookie, readable)
    context.close()


def test_no_digit_of_a_card_stays_in_the_browser_or_comes_back_to_it(trace: Trace, served: Served) -> None:
    assert sum(holds(json.dumps(call.body), trace.number) for call in trace.sent) == 2  # it did go to the API
    assert trace.received
    for text in (*trace.kept, *trace.received):
        assert not holds(text, trace.number)
        assert f">{trace.code}<" not in text
        assert f'"{trace.code}"' not in text
    assert not any(holds(request.url, trace.number) for request in trace.requests)
    assert not holds(served.log.read_text(), trace.number)
    assert trace.number[-4:] in trace.kept[0]  # the test does look where something is shown


OTHER_WORDS = {
    "words": ("four two four two " * 4, "seven two three", ("four two", "two four", "seven two")),
    "ideographs": ("四二" * 8, "四二七", ("四二", "二四", "二七")),
    "circled": ("④②" * 8, "⑦②③", ("④", "②", "⑦")),
}


def is_in(text: str, secret: str) -> bool:
    """Plain, as JSON escapes it, or as the bytes of UTF-8."""
    return any(each in text for each in (secret, json.dumps(secret)[1:-1], secret.encode().decode("latin-1")))


@pytest.mark.parametrize(("number", "code", "secrets"), OTHER_WORDS.values(), ids=OTHER_WORDS)
def test_a_card_in_other_words_stays_nowhere_and_is_shown_as_after_a_reload(
    payer: Payer, gate: Gate, served: Served, number: str, code: str, secrets: tuple[str, ...]
) -> None:
    payer.at("card")
    gate.refuse(500)
    payer.writes(number)
    payer.sees_text("failed")
    kept = [payer.page.locator("body").inner_html()]  # the line to write in keeps its value for another try
    assert any(is_in(payer.everything_kept(), secret) for secret in secrets)  # the test does look where it is
    expect(payer.page.locator(".pay-own")).to_have_text("••••")
    payer.button("try_again").click()
    payer.sees("expiry")
    kept.append(payer.everything_kept())
    payer.answer("expiry")
    payer.sees("cvv")
    payer.writes(code)
    payer.sees("confirm")
    kept.append(payer.everything_kept())

    shown = payer.transcript
    payer.page.reload(wait_until="commit")
    payer.sees("confirm")
    assert payer.transcript == shown[-len(payer.transcript) :]
    assert "Visa •••• 4242" in shown
    assert {number.strip(), code} <= {call.body.get("message") for call in gate.calls}  # it did go to the API
    frames = [each if isinstance(each, str) else each.decode("latin-1") for each in payer.frames]
    urls = [request.url for request in payer.requests]
    for text in (*kept, *frames, *urls, served.log.read_text()):
        assert [secret for secret in secrets if is_in(text, secret)] == []


def test_nothing_is_loaded_from_another_host(trace: Trace, served: Served) -> None:
    hosts = {urlsplit(request.url).netloc for request in trace.requests if not request.url.startswith("data:")}

    assert hosts == {urlsplit(served.url).netloc}


def test_no_script_can_read_the_session_cookie(trace: Trace, served: Served) -> None:
    cookie = trace.cookie
    assert cookie["name"].startswith("__Host-")
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    assert (cookie["domain"], cookie["path"]) == (urlsplit(served.url).hostname, "/")
    assert COOKIE not in trace.readable_cookies
    token = cookie["value"].partition(".")[2]
    assert not any(token in each for each in (*trace.received, *(kept.partition("}, [")[0] for kept in trace.kept)))


def use_ticket(served: Served, ticket: str, **headers: str) -> httpx.Response:
    """Posts the ticket with these headers, written as Sec_Fetch_Site for Sec-Fetch-Site."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(f"{served.url}/session", content=ticket, headers=named, trust_env=False)


def test_the_ticket_of_a_cookie_is_good_for_once(trace: Trace, served: Served) -> None:
    set_, removed = [request for request in trace.requests if request.url.endswith("/session")]

    for request in (set_, removed):
        again = use_ticket(served, request.post_data or "", Origin=served.url, Sec_Fetch_Site="same-origin")
        assert again.status_code == 404
        assert "set-cookie" not in again.headers


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no browser"),
        pytest.param({"Origin": "https://elsewhere.example"}, id="another origin"),
        pytest.param({"Origin": "null"}, id="an opaque origin"),
        pytest.param({"Origin": "{own}", "Sec_Fetch_Site": "cross-site"}, id="another site"),
        pytest.param({"Origin": "{own}", "Sec_Fetch_Site": "same-site"}, id="another host of the site"),
        pytest.param({"Origin": "{own}", "Sec_Fetch_Site": "none"}, id="typed into the address bar"),
    ],
)
def test_only_the_page_itself_may_ask_for_the_cookie(payer: Payer, served: Served, headers: dict[str, str]) -> None:
    held: list[Request] = []
    payer.page.route("**/session", lambda route: held.append(route.request))
    payer.start()
    payer.page.wait_for_timeout(500)
    ticket = held[0].post_data or ""

    refused = use_ticket(served, ticket, **{name: value.format(own=served.url) for name, value in headers.items()})

    assert refused.status_code == 403
    assert "set-cookie" not in refused.headers
    allowed = use_ticket(served, ticket, Origin=served.url, Sec_Fetch_Site="same-origin")
    assert allowed.status_code == 204  # the refusal did not use it up


def test_a_script_that_is_not_the_pages_own_does_not_run(payer: Payer) -> None:
    payer.start()
    payer.page.evaluate(
        """() => { const script = document.createElement('script');
        script.textContent = 'window.intruded = true'; document.body.append(script) }"""
    )

    assert payer.page.evaluate("window.intruded") is None
    assert any("Content Security Policy" in line for line in payer.console)
    payer.console.clear()


def answer_of(url: str) -> tuple[int, Any]:
    answer = httpx.get(url, trust_env=False)
    return answer.status_code, answer.headers


def test_every_answer_has_the_security_headers(served: Served) -> None:
    for path in ("/", "/healthz", "/_stcore/health", "/nothing"):
        _, headers = answer_of(served.url + path)
        policy = dict(each.partition(" ")[::2] for each in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert not {"'unsafe-inline'", "'unsafe-eval'"} & set(" ".join(policy.values()).split())
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200),
        ("/_stcore/metrics", 404),
        ("/_stcore/agent/openapi.json", 404),
        ("/_stcore/upload_file/a/b", 404),
        ("/app/static/page.py", 404),
        ("/media/x", 404),
    ],
)
def test_only_the_paths_that_the_page_needs_are_there(served: Served, path: str, status: int) -> None:
    assert answer_of(served.url + path)[0] == status


def test_the_api_is_told_the_payers_address_and_languages(new_payer: NewPayer, gate: Gate) -> None:
    new_payer(extra_http_headers={"X-Forwarded-For": "192.0.2.66, 198.51.100.7"}).start()

    told = gate.calls[0].headers
    assert told["X-Payer-Address"] == "198.51.100.7"
    assert told["Accept-Language"].startswith("en")
    assert "X-Forwarded-For" not in told


def test_an_error_of_the_page_shows_nothing_of_itself(payer: Payer, gate: Gate) -> None:
    payer.at("name")
    gate.rewrite = lambda reply: reply.update(expiresAt="not a time")
    payer.answer("name")
    payer.sees_text("failed")

    expect(payer.page.get_by_text("not a time")).to_have_count(0)
    assert "Traceback" not in payer.page.inner_text("body")
