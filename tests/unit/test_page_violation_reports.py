"""What the page logs of the reports that browsers send when its content security policy is broken."""

import json

import pytest

from payment_page.server.violation_reports import read_violation


def report(directive, blocked):
    """A report as Chromium sends it."""
    return {
        "csp-report": {
            "document-uri": "https://pay.example.com/?token=secret",
            "violated-directive": directive,
            "blocked-uri": blocked,
            "script-sample": "4242424242424242",
        }
    }


@pytest.mark.parametrize(
    ("content", "violation"),
    [
        pytest.param(report("script-src-elem", "inline"), ("script-src-elem", "inline"), id="inline script"),
        pytest.param(report("script-src 'self'", "eval"), ("script-src", "eval"), id="directive with its values"),
        pytest.param(
            report("script-src-elem", "https://evil.example/skim.js?card=4242424242424242"),
            ("script-src-elem", "evil.example"),
            id="script of another host",
        ),
        pytest.param(
            report("connect-src", "wss://collect.evil.example:8443/x"), ("connect-src", "evil.example"), id="web socket"
        ),
        pytest.param(
            report("img-src", "https://4242424242424242.shop123.example/"),
            ("img-src", "shop###.example"),
            id="a card number in a subdomain",
        ),
        pytest.param(report("img-src", "http://192.0.2.66/x"), ("img-src", "#.##"), id="an address"),
        pytest.param(
            report("script-src 4242424242424242", "https://4242 4242/"),
            ("script-src", "unknown"),
            id="free text where a host should be",
        ),
        pytest.param(report("4242424242424242", "4242424242424242"), ("unknown", "unknown"), id="digits for names"),
        pytest.param(report("script-src", "https://["), ("script-src", "unknown"), id="no address"),
        pytest.param({"csp-report": {"violated-directive": 1}}, None, id="another form"),
        pytest.param([1, None], None, id="a list"),
        pytest.param("text", None, id="no report"),
    ],
)
def test_a_report_is_reduced_to_its_directive_and_domain(content, violation):
    assert read_violation(json.dumps(content).encode()) == violation


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 5000], ids=["empty", "cut off", "no text", "deep"])
def test_what_is_no_json_is_no_report(body):
    assert read_violation(body) is None
