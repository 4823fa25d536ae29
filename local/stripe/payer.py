"""`POST /_control/payer`: a payer without a browser, who does on Stripe's pages what a test says."""

from typing import Any
from urllib.parse import urlsplit

from local.stand_in.service import Answer, Request
from local.stripe.objects.attempts import challenge_url
from local.stripe.objects.cards import Card, card_of_token, check_card
from local.stripe.objects.payers import Outcome, answer_challenge, go_back, pay
from local.stripe.objects.world import Object, World
from local.stripe.requests.refusals import Refusal

DEEDS = ("pay", "back", "authenticate", "fail_authentication")
VISA = "4242424242424242"
NAME, EMAIL = "Jenny Rosen", "jenny@example.com"


def act(world: World, request: Request) -> Answer:
    """`{"url", "do", "card", "wallet"}`: 200 with what happened, 402 with the decline, 404 or 409 with the reason."""
    try:
        asked = request.json()
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or asked.get("do") not in DEEDS or not isinstance(asked.get("url"), str):
        return Answer(400, {"message": f"url: the payer's address; do: one of {', '.join(DEEDS)}"})
    with world.lock:
        try:
            outcome = _do(world, asked)
        except Refusal as refused:
            return Answer(refused.status, {"error": refused.error})
        return _answer(world, outcome)


def _do(world: World, asked: dict[str, Any]) -> Outcome:
    found = _found(world, asked["url"])
    if asked["do"] in {"pay", "back"}:
        if found["object"] != "checkout.session":
            raise Refusal(409, "This is not a Checkout's address.")
        if asked["do"] == "back":
            return go_back(found)
        card = _card(world, asked)
        email = None if found["customer_email"] else EMAIL
        return pay(world, found, card, {"name": NAME, **({"email": email} if email else {})})
    if found["object"] == "checkout.session":
        name = found["payment_intent"] or found["setup_intent"]
        if name is None:
            raise Refusal(409, "Nobody has tried to pay yet.")
        found = world.objects[name]
    return answer_challenge(world, found, passes=asked["do"] == "authenticate")


def _found(world: World, url: str) -> Object:
    match urlsplit(url).path.strip("/").split("/"):
        case ["c", "pay", name]:
            return world.get("checkout.session", name, "url")
        case ["3ds", name]:
            kind = "setup_intent" if name.startswith("seti_") else "payment_intent"
            return world.get(kind, name, "url")
    raise Refusal(404, "No page of Stripe's has this address.", param="url")


def _card(world: World, asked: dict[str, Any]) -> Card:
    today, number = world.clock.now().date(), str(asked.get("card") or VISA)
    if number.startswith(("tok_", "pm_card_")):
        return card_of_token(number, today, "card")
    cvc = "1234" if number.startswith(("34", "37")) else "123"
    given = {"number": number, "exp_month": "12", "exp_year": str(today.year + 4), "cvc": cvc}
    card = check_card(given, today)
    if asked.get("wallet"):
        return Card(card.brand, card.last4, card.exp_month, card.exp_year, False, card.issuer, str(asked["wallet"]))
    return card


def _answer(world: World, outcome: Outcome) -> Answer:
    body: dict[str, Any] = {"status": outcome.status, "location": outcome.location, "next": None}
    if outcome.challenge is not None:
        body["next"] = challenge_url(world, world.objects[outcome.challenge])
    elif outcome.declined is not None and outcome.page is not None:
        body["next"] = outcome.page
    if outcome.declined is not None and outcome.declined.status == 402:
        return Answer(402, {**body, "error": outcome.declined.error})
    if outcome.declined is not None:
        body["error"] = outcome.declined.error
    return Answer(200, body)
