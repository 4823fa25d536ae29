"""Stripe's Checkout page, where it matters: what is paid to whom, a card form, a wallet, a way back."""

import re
from typing import Any

from local.stand_in.service import Answer
from local.stripe.objects.cards import Card, check_card, refused
from local.stripe.objects.money import amount_text
from local.stripe.objects.world import Object, World
from local.stripe.pages.html import NOTHING, Markup, markup, page
from local.stripe.pages.words import language_of, words
from local.stripe.requests.refusals import Refusal

MERCHANT = "ACME"
WALLET_LAST4 = "4242"

FORM = """
<p><strong>{merchant}</strong> <span class="mode">TEST MODE</span></p>
<h1>{heading}</h1>
{amount}<p class="soft">{item}</p>
{error}
<form method="post" action="{action}"><input type="hidden" name="do" value="wallet">
<button class="other">{wallet}</button></form>
<form method="post" action="{action}" autocomplete="on"><input type="hidden" name="do" value="pay">
<label for="email">{email}</label>
<input id="email" name="email" type="email" autocomplete="email" required value="{address}"{fixed}>
<label for="number">{number}</label>
<input id="number" name="number" inputmode="numeric" autocomplete="cc-number" required maxlength="30">
<div class="row"><div><label for="expiry">{expiry}</label>
<input id="expiry" name="expiry" inputmode="numeric" autocomplete="cc-exp" required maxlength="9"></div>
<div><label for="cvc">{cvc}</label>
<input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" required maxlength="4"></div></div>
<label for="name">{name}</label>
<input id="name" name="name" autocomplete="cc-name" required maxlength="200" value="{holder}">
<button>{submit}</button></form>
<p class="soft">{message}</p>
{back}
"""


def show(session: Object, *, error: str | None = None, typed: dict[str, Any] | None = None) -> Answer:
    """The page of a Checkout in whatever state it is. `typed`: name and e-mail that were typed before, never a card."""
    if session["status"] != "open":
        return _over(session)
    language = language_of(session["locale"])
    amount = None
    if session["mode"] == "payment":
        amount = amount_text(session["amount_total"], session["currency"], session["locale"] or "en")
    text = words(language, merchant=MERCHANT, amount=amount or "")
    typed = typed or {}
    body = markup(
        FORM,
        **{name: text[name] for name in ("wallet", "email", "number", "expiry", "cvc", "name")},
        merchant=MERCHANT,
        action=f"/c/pay/{session['id']}",  # without the address's fragment, which redirects would hand on
        heading=text["pay" if amount else "save"],
        amount=markup('<p class="amount">{amount}</p>', amount=amount) if amount else NOTHING,
        item=", ".join(item["description"] for item in session["line_items"]["data"]),
        error=markup('<p role="alert" id="error">{error}</p>', error=error) if error else NOTHING,
        address=session["customer_email"] or typed.get("email", ""),
        fixed=Markup(" readonly") if session["customer_email"] else NOTHING,
        holder=typed.get("name", ""),
        submit=text["pay_now" if amount else "save_now"],
        message=(session["custom_text"]["submit"] or {}).get("message", ""),
        back=_back(session, text["back"]),
    )
    return page(f"{MERCHANT} – Checkout", body, language=language, leads_to=ways_out(session))


def _over(session: Object) -> Answer:
    heading, text = {
        "complete": ("You're all done here", "This payment page has been completed. There is nothing more to pay."),
        "expired": ("This page has expired", "Nothing was charged. Go back to the merchant to start again."),
    }[session["status"]]
    back = _back(session, f"Back to {MERCHANT}")
    return page(heading, markup("<h1>{heading}</h1><p>{text}</p>{back}", heading=heading, text=text, back=back))


def _back(session: Object, text: str) -> Markup:
    if session["cancel_url"] is None:
        return NOTHING
    return markup('<p><a href="{address}">← {text}</a></p>', address=session["cancel_url"], text=text)


def ways_out(session: Object) -> tuple[str | None, ...]:
    return session["success_url"], session["cancel_url"]


def read_card(world: World, form: dict[str, Any]) -> Card:
    """The card that was typed, checked; its number stays in this request. Raises Refusal."""
    today = world.clock.now().date()
    if form.get("do") == "wallet":
        return Card("visa", WALLET_LAST4, 12, today.year + 4, raw=False, wallet="apple_pay")
    expiry = re.fullmatch(r"\s*([0-9]{1,2})\s*/?\s*((?:20)?[0-9]{2})\s*", str(form.get("expiry", "")))
    if expiry is None:
        raise refused("invalid_expiry_month", "exp_month", "Your card's expiration date is incomplete.")
    given = {"number": str(form.get("number", "")), "cvc": str(form.get("cvc", "")).strip()}
    return check_card({**given, "exp_month": expiry[1], "exp_year": expiry[2]}, today)


def last_error(world: World, session: Object) -> str | None:
    """Why the last attempt on this Checkout failed, for the payer who comes back to it."""
    intent = world.objects.get(session["payment_intent"] or session["setup_intent"] or "", {})
    error = intent.get("last_payment_error") or intent.get("last_setup_error")
    return str(error["message"]) if error else None


def message_of(refusal: Refusal) -> str:
    return str(refusal.error["message"])
