"""The fixed wording of a conversation about an order. The phrases stand in `languages/`, the facts on the order.

Merchant and description are data from outside: they are shown as they are, never as markup or placeholders.
"""

from typing import TYPE_CHECKING

from chat.dialogue.shown_name import shown_name
from chat.languages.language import load_language
from chat.languages.placeholders import fill
from chat.values.brands import Brand
from chat.values.card import masked_card
from payments.amount_text import amount_text

if TYPE_CHECKING:
    from chat.values.session import KeptCard, OrderVisit, Policy, Session
    from payments.order import SavedCard, Terms

_MARKUP = str.maketrans({"[": "(", "]": ")", "<": "(", ">": ")", "*": "", "_": " ", "`": "'", "\\": "/"})


def facts(terms: "Terms", policy: "Policy", language: str) -> dict[str, str]:
    """What a phrase about an order may name; `amount` is empty for `save`, which has none."""
    has_amount = terms.amount is not None and terms.currency is not None
    return {
        "merchant": policy.merchant,
        "description": terms.description,
        "amount": amount_text(terms.amount or 0, terms.currency or "", language) if has_amount else "",
        "currency": (terms.currency or "").upper(),
        "contact": policy.contact,
    }


def opening(session: "Session", policy: "Policy") -> str:
    """Who asks for what. What is asked of the payer first comes after it."""
    hello = load_language(session.language).answers["hello"]
    return _joined(session, hello, _say(f"opening_{_purpose(session)}", session, policy))


def review(session: "Session", policy: "Policy") -> str:
    """What a clear yes agrees to: before Stripe's page the order, in the chat also the card, masked."""
    if _visit(session).is_hosted:
        return review_hosted(session, policy)
    return _say(
        f"review_{_purpose(session)}", session, policy,
        name=shown_name(session.name),
        card=shown_card(session.shown_card),
        expiry=str(session.shown_expiry or ""),
    )  # fmt: skip


def review_hosted(session: "Session", policy: "Policy", *, is_refused: bool = False, is_known: bool = False) -> str:
    """`is_refused`: the payer has just said no to it. `is_known`: the order has just been named."""
    if is_refused:
        return _say("choose_hosted", session, policy)
    asked = _say("ask_hosted", session, policy)
    return asked if is_known else _joined(session, _say(f"opening_{_purpose(session)}", session, policy), asked)


def question(session: "Session", policy: "Policy") -> str:
    """What is asked where an order differs from a conversation without one: at the review and at Stripe."""
    return action_waiting(session, policy) if session.step == "action" else review(session, policy)


def completed(terms: "Terms", policy: "Policy", language: str, card: "SavedCard | KeptCard | None") -> str:
    """What has happened: paid, reserved or saved."""
    values = {**facts(terms, policy, language), "card": shown_card(card)}
    return fill(load_language(language).order[f"completed_{terms.purpose}"], values)


def action(session: "Session", policy: "Policy") -> str:
    """The payer has to go to Stripe's page, or to the bank's; the reply carries the address beside it."""
    return _say(f"action_{_action_type(session)}", session, policy)


def action_waiting(session: "Session", policy: "Policy") -> str:
    return _say(f"waiting_{_action_type(session)}", session, policy)


def back_from_stripe(session: "Session", policy: "Policy") -> str:
    """The payer has come back, and Stripe reports nothing that settles the order."""
    return _say(f"back_{_action_type(session)}", session, policy)


def checkout_expired(session: "Session", policy: "Policy") -> str:
    """Stripe's page is over; a clear yes gets another."""
    return _joined(session, _say("checkout_expired", session, policy), _say("ask_hosted", session, policy))


def checkout_declined(session: "Session", policy: "Policy") -> str:
    """Stripe's page is still open for another card."""
    return _joined(session, _say("checkout_declined", session, policy), action_waiting(session, policy))


def authentication_failed(session: "Session", policy: "Policy") -> str:
    """The bank did not recognise the payer. What is asked next comes after it."""
    return _say("authentication_failed", session, policy)


def hosted_card_typed(session: "Session", policy: "Policy") -> str:
    """Card data came although Stripe's page takes it; nothing of it is kept."""
    following = action_waiting(session, policy) if session.step == "action" else _say("ask_hosted", session, policy)
    return _joined(session, _say("hosted_card_typed", session, policy), following)


def cancelled(language: str) -> str:
    """The payer has left; the order is open as before."""
    return load_language(language).order["cancelled"]


def checkout_submit(terms: "Terms", policy: "Policy", language: str) -> str:
    """The sentence beside the button of Stripe's page, which reads Markdown: its signs are taken from the data."""
    values = {key: value.translate(_MARKUP) for key, value in facts(terms, policy, language).items()}
    return fill(load_language(language).order[f"submit_{terms.purpose}"], values)


def shown_card(card: "SavedCard | KeptCard | None") -> str:
    """Masked. Stripe's page takes brands that the chat does not know; they are named as Stripe does."""
    if card is None:
        return ""
    try:
        return masked_card(Brand(card.brand), card.last4)
    except ValueError:
        return f"{card.brand.replace('_', ' ').title()} •••• {card.last4}"


def _say(key: str, session: "Session", policy: "Policy", **more: str) -> str:
    values = {**facts(_visit(session).terms, policy, session.language), **more}
    return fill(load_language(session.language).order[key], values)


def _joined(session: "Session", *parts: str) -> str:
    return load_language(session.language).joiner.join(parts)


def _visit(session: "Session") -> "OrderVisit":
    if session.order is None:
        raise ValueError("the session is not about an order")
    return session.order


def _purpose(session: "Session") -> str:
    return _visit(session).terms.purpose.value


def _action_type(session: "Session") -> str:
    return "checkout" if _visit(session).is_hosted else "authenticate"
