"""The check of a deployed page: every way in which its scripts can differ from the inventory is told."""

import json

import httpx
import pytest

from infra.operations.check_page import find_changes, hash_of

INLINE, FILE, LAZY = b"console.log(1)", b"export default 1", b"export default 2"
INDEX = b'<head><script>console.log(1)</script><script type="module" src="./static/js/a.js"></script></head>'
POLICY = f"default-src 'none'; script-src 'self' 'sha256-{hash_of(INLINE)}'; base-uri 'none'"
PAGE = {"/": INDEX, "/static/js/a.js": FILE, "/static/js/lazy.js": LAZY}


@pytest.fixture
def changes_of(tmp_path):
    """What is told of a page: path → content, and its policy."""
    places = {"inline": INLINE, "/static/js/a.js": FILE, "/static/js/lazy.js": LAZY}
    file = tmp_path / "page-scripts.json"
    file.write_text(json.dumps([{"place": place, "sha256": hash_of(each)} for place, each in places.items()]))

    def changes(page, policy=POLICY):
        def answer(request):
            content = page.get(request.url.path)
            headers = {"Content-Security-Policy": policy} if policy else {}
            return httpx.Response(404 if content is None else 200, content=content or b"", headers=headers)

        with httpx.Client(base_url="https://pay.test", transport=httpx.MockTransport(answer)) as http:
            return list(find_changes(http, file))

    return changes


def test_the_page_of_the_inventory_has_not_changed(changes_of):
    assert changes_of(PAGE) == []


@pytest.mark.parametrize(
    ("index", "told"),
    [
        (INDEX.replace(b"log(1)", b"log(2)"), "other inline scripts"),
        (INDEX + b"<script>steal()</script>", "other inline scripts"),
        (INDEX + b'<script src="/static/js/b.js"></script>', "loads /static/js/b.js"),
        (INDEX + b'<script src="https://evil.example/x.js"></script>', "a form that it should not have"),
        (INDEX + b"<script async>steal()</script>", "a form that it should not have"),
    ],
    ids=["changed", "added", "added file", "foreign file", "with an attribute"],
)
def test_another_script_in_the_index_page_is_reported(changes_of, index, told):
    assert any(told in change for change in changes_of(PAGE | {"/": index}))


@pytest.mark.parametrize(
    "policy", [None, "default-src 'self'", POLICY.replace("'self'", "'self' https://evil.example")]
)
def test_another_policy_is_reported(changes_of, policy):
    assert changes_of(PAGE, policy) == ["the header Content-Security-Policy allows other scripts than the inventory"]


def test_a_changed_file_and_a_missing_one_are_reported(changes_of):
    assert changes_of(PAGE | {"/static/js/a.js": b"steal()", "/static/js/lazy.js": None}) == [
        "/static/js/a.js has another content",
        "/static/js/lazy.js is answered with 404",
    ]
