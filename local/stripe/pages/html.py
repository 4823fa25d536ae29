"""The frame of every page: one heading, one style, no script, and headers that allow nothing else."""

import base64
import hashlib
import html
from dataclasses import dataclass
from urllib.parse import urlsplit

from local.stand_in.service import Answer

STYLE = """
:root { color-scheme: light dark; --ink: #1a1f36; --soft: #4a5468; --ground: #fff; --line: #767f92; --act: #0a5bd3;
  --on-act: #fff; --bad: #a3000e; --bad-ground: #fff0f0 }
@media (prefers-color-scheme: dark) { :root { --ink: #f1f3f8; --soft: #c3cad8; --ground: #14171f; --line: #8d96aa;
  --act: #8ab8ff; --on-act: #08111f; --bad: #ffb3b3; --bad-ground: #3a1114 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 28rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { font-size: 1.25rem; margin: 1rem 0 .25rem }
.amount { font-size: 2rem; font-weight: 600; margin: 0 }
.soft { color: var(--soft); margin: .25rem 0 1rem; overflow-wrap: anywhere }
.mode { border: 1px solid var(--line); border-radius: .25rem; padding: 0 .4rem; font-size: .8rem }
label { display: block; margin: .9rem 0 .25rem; font-weight: 600 }
input { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit; color: inherit;
  background: var(--ground); border: 1px solid var(--line); border-radius: .4rem }
.row { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem }
button { width: 100%; min-height: 2.75rem; margin-top: 1rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--on-act); background: var(--act); border: 2px solid var(--act); border-radius: .4rem }
button.other { color: var(--ink); background: var(--ground); border-color: var(--line) }
a { color: var(--act) }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px }
[role=alert] { color: var(--bad); background: var(--bad-ground); border: 1px solid; border-radius: .4rem;
  padding: .6rem .75rem; margin: 1rem 0 }
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


@dataclass(frozen=True)
class Markup:
    """HTML that may be put into a page as it is."""

    text: str

    def __add__(self, other: "Markup") -> "Markup":
        return Markup(self.text + other.text)


NOTHING = Markup("")


def markup(template: str, **values: object) -> Markup:
    """`{name}` in the template, replaced by the escaped value, or by the value itself if it is Markup."""
    safe = {
        name: value.text if isinstance(value, Markup) else html.escape(str(value)) for name, value in values.items()
    }
    return Markup(template.format(**safe))


def page(title: str, body: Markup, *, language: str = "en", leads_to: tuple[str | None, ...] = ()) -> Answer:
    """`leads_to`: addresses that a form's answer may redirect to, because a browser checks those as well."""
    document = markup(
        '<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        '<link rel="icon" href="data:,"><style>{style}</style></head><body><main>{body}</main></body></html>\n',
        language=language,
        direction="rtl" if language == "ar" else "ltr",
        title=title,
        style=Markup(STYLE),
        body=body,
    )
    return Answer(200, document.text, headers=headers(leads_to), note={"route": "page"})


def redirect(address: str, leads_to: tuple[str | None, ...] = ()) -> Answer:
    return Answer(303, "", headers={**headers(leads_to), "Location": address}, note={"route": "page"})


def headers(leads_to: tuple[str | None, ...]) -> dict[str, str]:
    # Loopback as a whole: what a return address leads to in turn is checked too, and is on this machine.
    targets = {"'self'", "http://127.0.0.1:*", "http://localhost:*", *(origin(url) for url in leads_to if url)}
    policy = (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; img-src data:; form-action {' '.join(sorted(targets))}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
