"""A stand-in for the merchant: `POST /webhooks` takes the stage's events, `GET /events` lists them, `GET /` shows both.

Controls, all JSON: `POST /_control/secrets {"secrets": ["whsec_…"]}`, `/_control/api {"apiUrl": "…"}`,
`/_control/plan {"status": 500, "times": 3}` (`"times": null`: until a reset; `"first": 5` instead: the first five tries
of every event; `DELETE` ends it), `/_control/reset`; `GET /_control/deliveries` lists every request at /webhooks, also
what the plan refused.
"""

import argparse
import json
from pathlib import Path
from urllib.parse import parse_qsl

from local.merchant import pages
from local.merchant.inbox import Inbox
from local.merchant.shop import Shop
from local.stand_in.service import Answer, Request, run

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
KINDS = {"page.css": "text/css", "page.js": "text/javascript"}


class Merchant:
    """The stand-in, as a function from request to answer."""

    def __init__(self, shop: Shop, inbox: Inbox) -> None:
        self.shop, self.inbox = shop, inbox

    def __call__(self, request: Request) -> Answer:
        if request.path.startswith("/_control/"):
            return self._control(request)
        match request.method, request.path:
            case "POST", "/webhooks":
                return self.inbox.receive(request)
            case "GET", "/events":
                return Answer(200, self.inbox.events)
            case "POST", "/orders":
                return self._create(dict(parse_qsl(request.body.decode())))
            case "GET", "/":
                return self._front()
            case "GET", "/board":
                return html(200, self._board())
            case "GET", "/thanks":
                return html(200, pages.thanks_page())
            case "GET", "/page.css" | "/page.js":
                name = request.path.removeprefix("/")
                return Answer(200, (pages.ASSETS / name).read_bytes(), headers={"Content-Type": KINDS[name]})
        return Answer(404, {"message": "no such page"}, note={"route": "unknown"})

    def _board(self) -> str:
        return pages.board(self.shop.created, self.inbox.orders, self.inbox.events)

    def _front(self, status: int = 200, wrong: str | None = None, typed: dict[str, str] | None = None) -> Answer:
        shown = pages.front_page(self._board(), api_url=self.shop.api_url, wrong=wrong, typed=typed or {})
        return html(status, shown)

    def _create(self, form: dict[str, str]) -> Answer:
        wrong = self.shop.create(form)
        if wrong:
            return self._front(400, wrong, form)
        return Answer(303, b"", headers={"Location": "/"}, note={"route": "/orders"})

    def _control(self, request: Request) -> Answer:
        try:
            match request.method, request.path.removeprefix("/_control/"):
                case "GET", "health":
                    return Answer(200, {"ready": True})
                case "GET", "deliveries":
                    return Answer(200, self.inbox.deliveries)
                case "POST", "secrets":
                    self.inbox.secrets = tuple(str(secret) for secret in request.json()["secrets"])
                case "POST", "api":
                    self.shop.api_url = str(request.json()["apiUrl"])
                case "POST", "plan":
                    self.inbox.set_plan(request.json())
                case "DELETE", "plan":
                    self.inbox.plan = None
                case "POST", "reset":
                    self.inbox.reset()
                    self.shop.created.clear()
                case _:
                    return Answer(404, {"message": "no such control"})
        except (ValueError, KeyError, TypeError) as error:
            return Answer(400, {"message": f"{type(error).__name__}: {error}"})
        return Answer(200, {"done": True})


def html(status: int, text: str) -> Answer:
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": POLICY,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Answer(status, text.encode(), headers=headers)


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for a merchant")
    parser.add_argument("--port", type=int, default=12113)
    parser.add_argument("--api", help="the address of the stage's API, for the form on its page")
    parser.add_argument("--secrets", type=Path, help="a file with the webhooks' secrets, as a JSON list")
    chosen = parser.parse_args()
    secrets = tuple(json.loads(chosen.secrets.read_text())) if chosen.secrets else ()
    shop = Shop(f"http://127.0.0.1:{chosen.port}", chosen.api)
    run(Merchant(shop, Inbox(secrets=secrets)), port=chosen.port, name="merchant")


if __name__ == "__main__":
    main()
