"""What a payer does on Stripe's pages: pay, go back, pass or fail 3-D Secure."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from local.stripe.objects import checkouts, payment_methods
from local.stripe.objects.attempts import attempt, conclude, fail_authentication
from local.stripe.objects.cards import Card
from local.stripe.objects.world import Object, World
from local.stripe.requests.refusals import Refusal


@dataclass(frozen=True)
class Outcome:
    """Where the payer's browser goes: away to `location`, to the 3-D Secure page of an intent, or to our own `page`."""

    status: str
    location: str | None = None
    challenge: str | None = None
    page: str | None = None
    declined: Refusal | None = None


def pay(world: World, session: Object, card: Card, details: dict[str, Any]) -> Outcome:
    """Pays or sets up a Checkout. `details`: name and e-mail of the payer. Raises Refusal when it is not open."""
    if session["status"] != "open":
        raise Refusal(409, f"This Checkout is {session['status']}.")
    intent = checkouts.intent_of(world, session)
    method = payment_methods.keep(world, card, {"billing_details": details})
    session["customer_details"] = {
        "address": None,
        "business_name": None,
        "email": details.get("email") or session["customer_email"],
        "individual_name": None,
        "name": details.get("name"),
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    try:
        attempt(world, intent, method, return_url=None)
    except Refusal as declined:
        return Outcome("open", page=session["url"], declined=declined)
    if intent["status"] == "requires_action":
        return Outcome("requires_action", challenge=intent["id"])
    return complete(world, session, intent)


def complete(world: World, session: Object, intent: Object) -> Outcome:
    method = world.objects[intent["payment_method"]]
    if session["customer"] is None and session["customer_creation"] == "always":
        details = session["customer_details"] or {}
        owner = {name: details[name] for name in ("name", "email") if details.get(name)}
        session["customer"] = payment_methods.create_customer(world, owner)["id"]
        intent["customer"] = session["customer"]
        if session["mode"] == "setup" or intent["setup_future_usage"]:
            method["customer"] = session["customer"]
            world.used_up.discard(method["id"])
    session.update(status="complete", url=None)
    if session["mode"] == "payment":  # what is only held is not paid
        session["payment_status"] = "paid" if intent["status"] == "succeeded" else "unpaid"
    world.announce("checkout.session.completed", session)
    return Outcome("complete", location=session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))


def go_back(session: Object) -> Outcome:
    """Raises Refusal where the page has no link back."""
    if session["status"] != "open" or session["cancel_url"] is None:
        raise Refusal(409, "There is no way back from this page.")
    return Outcome("open", location=session["cancel_url"])


def answer_challenge(world: World, intent: Object, *, passes: bool) -> Outcome:
    """Passes or fails 3-D Secure. Raises Refusal when the intent waits for no answer."""
    if intent["status"] != "requires_action":
        raise Refusal(409, f"This intent waits for no authentication: {intent['status']}.")
    return_url = (intent["next_action"].get("redirect_to_url") or {}).get("return_url")
    declined = None
    if passes:
        try:
            conclude(world, intent)
        except Refusal as refused:
            declined = refused
    else:
        declined = fail_authentication(world, intent)
    session = world.objects.get(world.checkout_of.get(intent["id"], ""))
    if session is not None and declined is None:
        return complete(world, session, intent)
    if session is not None:
        return Outcome("open", page=session["url"], declined=declined)
    location = None
    if return_url is not None:
        location = returning(return_url, intent, "failed" if declined else "succeeded")
    return Outcome(intent["status"], location=location, declined=declined)


def returning(return_url: str, intent: Object, redirect_status: str) -> str:
    """The return address, with what Stripe adds to its query."""
    url = urlsplit(return_url)
    added = {
        intent["object"]: intent["id"],
        f"{intent['object']}_client_secret": intent["client_secret"],
        "redirect_status": redirect_status,
    }
    query = urlencode([*parse_qsl(url.query, keep_blank_values=True), *added.items()])
    return urlunsplit(url._replace(query=query))
