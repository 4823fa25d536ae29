# ruff: noqa: ARG001, ISC002
"""The fixed wording of a conversation about an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat.values.brands import Brand
from chat.values.card import masked_card
from payments.amount_text import amount_text
from payments.order import Purpose

if TYPE_CHECKING:
    from chat.values.session import Policy, Session
    from payments.order import SavedCard, Terms


def opening(session: Session, policy: Policy) -> str:
    """Who asks for what."""
    terms = _terms(session)
    if terms.purpose is Purpose.SAVE:
        return f"You are saving a card for {policy.merchant}: {terms.description}. Nothing is charged now; " \
               f"{policy.merchant} may charge the card later."  # fmt: skip
    return f"You are paying {_amount(terms, session.language)} to {policy.merchant} for: {terms.description}."


def review(session: Session, policy: Policy) -> str:
    terms = _terms(session)
    what = f"Please check: {opening(session, policy)}"
    if session.order and session.order.is_hosted:
        return f"{what} Say “confirm” to go on to Stripe’s page, where you enter the card."
    card, expiry = session.shown_card, session.shown_expiry
    shown = masked_card(Brand(card.brand), card.last4) if card else ""
    end = "nothing is charged now" if terms.purpose is Purpose.SAVE else "then it is paid"
    return f"{what} {session.name}, {shown}, expires {expiry}. Say “confirm” if it is all right; {end}."


def completed(terms: Terms, policy: Policy, language: str, card: SavedCard) -> str:
    shown = f"{card.brand} •••• {card.last4}"
    if terms.purpose is Purpose.SAVE:
        return f"Done: your card {shown} is saved for {policy.merchant}."
    verb = "reserved for" if terms.purpose is Purpose.AUTHORIZE else "paid to"
    return f"Done: {_amount(terms, language)} {verb} {policy.merchant} with {shown}."


def action(session: Session, policy: Policy) -> str:
    """The payer has to act at Stripe now."""
    if session.order and session.order.is_hosted:
        return "Thank you. Use the button to enter the card on Stripe’s page, then come back here."
    return "Your bank wants to check that it is you. Use the button to confirm the payment with your bank."


def action_waiting(session: Session, policy: Policy) -> str:
    return "The button leads to Stripe. Once you have finished there, come back here."


def hosted_card_typed(session: Session, policy: Policy) -> str:
    return "Please do not type a card number here; I have not kept it. The card is entered on Stripe’s page alone."


def back_from_stripe(session: Session, policy: Policy) -> str:
    return "Welcome back. It is not finished yet: the button still leads to Stripe."


def checkout_expired(session: Session, policy: Policy) -> str:
    return "Stripe’s page has ended without a payment. Say “confirm” for a new one."


def authentication_failed(session: Session, policy: Policy) -> str:
    return "Your bank could not confirm that it was you, so nothing was paid."


def _amount(terms: Terms, language: str) -> str:
    return amount_text(terms.amount or 0, terms.currency or "eur", language)


def _terms(session: Session) -> Terms:
    if session.order is None:
        raise ValueError("the conversation is about no order")
    return session.order.terms


def checkout_declined(session: Session, policy: Policy) -> str:
    return "The card was declined on Stripe’s page, which is still open for another one. " + action_waiting(
        session, policy
    )


def cancelled(language: str) -> str:
    return "You have left the payment; its link works as before."


def checkout_submit(terms: Terms, policy: Policy, language: str) -> str:
    """Beside the button of Stripe's page."""
    return f"{policy.merchant}: {terms.description}"
