"""The pages that a payer's browser sees: Checkout and 3-D Secure."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from local.stand_in.service import Answer, Request
from local.stripe.objects.attempts import challenge_url
from local.stripe.objects.payers import Outcome, answer_challenge, pay
from local.stripe.objects.world import Object, World
from local.stripe.pages import challenge_page, checkout_page
from local.stripe.pages.html import redirect
from local.stripe.requests.form import parse_form
from local.stripe.requests.refusals import Refusal

Show = Callable[[Object, dict[str, Any] | None, Request], Answer]


class Site:
    def __init__(self, world: World) -> None:
        self._world = world

    def __call__(self, request: Request) -> Answer | None:
        """None when there is no such address."""
        if request.method not in {"GET", "POST"}:
            return None
        match request.path.strip("/").split("/"):
            case ["c", "pay", name]:
                kind: str = "checkout.session"
                show: Show = self._checkout
            case ["3ds", name]:
                kind = "setup_intent" if name.startswith("seti_") else "payment_intent"
                show = self._challenge
            case _:
                return None
        with self._world.lock:
            try:
                found = self._world.get(kind, name)
                form = parse_form(request.body) if request.method == "POST" else None
            except Refusal:
                page = challenge_page.plain("Something went wrong", "The page you were looking for could not be found.")
                return replace(page, status=404)
            return show(found, form, request)

    def _checkout(self, session: Object, form: dict[str, Any] | None, request: Request) -> Answer:
        if form is None or session["status"] != "open":
            error = checkout_page.last_error(self._world, session) if "again" in request.query else None
            return checkout_page.show(session, error=error)
        details = {name: str(form[name]).strip() for name in ("name", "email") if form.get(name)}
        try:
            card = checkout_page.read_card(self._world, form)
        except Refusal as refused:
            return checkout_page.show(session, error=checkout_page.message_of(refused), typed=details)
        if session["customer_email"]:
            details.pop("email", None)
        outcome = pay(self._world, session, card, details)
        return self._go_on(outcome, session, checkout_page.ways_out(session))

    def _challenge(self, intent: Object, form: dict[str, Any] | None, _request: Request) -> Answer:
        session = self._world.objects.get(self._world.checkout_of.get(intent["id"], ""))
        action = (intent["next_action"] or {}).get("redirect_to_url") or {}
        leads_to = checkout_page.ways_out(session) if session else (action.get("return_url"),)
        if form is None or intent["status"] != "requires_action":
            return challenge_page.show(intent, leads_to)
        if form.get("do") not in {"pass", "fail"}:
            return challenge_page.plain("Nothing was confirmed", "You can close this page.")
        return self._go_on(answer_challenge(self._world, intent, passes=form["do"] == "pass"), session, leads_to)

    def _go_on(self, outcome: Outcome, session: Object | None, leads_to: tuple[str | None, ...]) -> Answer:
        if outcome.challenge is not None:
            return redirect(challenge_url(self._world, self._world.objects[outcome.challenge]), leads_to)
        if outcome.location is not None:
            return redirect(outcome.location, leads_to)
        if session is not None:
            return redirect(f"{self._world.site}/c/pay/{session['id']}?again=1", leads_to)
        return challenge_page.plain("Thank you", "You can close this page.")
